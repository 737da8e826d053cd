"""The learner's own working folder: the chapters and the labs as notebooks for JupyterLab.

>>> from dlcourse.workspace import prepare              # doctest: +SKIP
>>> prepare(Path("dlcourse"))                           # doctest: +SKIP

``prepare``    makes the folder, or brings it up to date
``chapters``   the book's pages as notebooks; ``myst`` turns their Markdown into JupyterLab's
``labs``       nbgrader's release version of each lab
``sync``       writes files without ever losing what the learner changed

Needs the ``course`` extra. Nothing here imports another part of the library.
"""

from dlcourse.workspace.errors import ConversionError, WorkspaceError
from dlcourse.workspace.prepare import Prepared, prepare

__all__ = ["ConversionError", "Prepared", "WorkspaceError", "prepare"]
