"""Join what a cell prints as it was printed, wherever the kernel has cut it.

A kernel sends what is printed whenever some time has passed, so the pieces may end in the middle of
a line. With ``nb_merge_streams`` myst-nb ends every piece with a new line, and now and then a build
breaks a line in two. Here the pieces become one before it sees them.
"""

from __future__ import annotations

from typing import Any

import myst_nb.core.render
from myst_nb.core.utils import coalesce_streams
from nbformat import NotebookNode
from sphinx.application import Sphinx


def join(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Return the outputs of a cell with all text of a stream in the first output of that stream."""
    joined: list[NotebookNode] = []
    streams: dict[str, NotebookNode] = {}
    for output in outputs:
        if output["output_type"] != "stream":
            joined.append(output)
        elif output["name"] in streams:
            streams[output["name"]]["text"] += output["text"]
        else:
            whole = NotebookNode(output)
            streams[output["name"]] = whole
            joined.append(whole)
    return joined


def merge(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Do what myst-nb does, with streams that are in one piece."""
    return coalesce_streams(join(outputs))


def setup(app: Sphinx) -> dict[str, Any]:
    """Put the step before that of myst-nb."""
    myst_nb.core.render.coalesce_streams = merge
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
