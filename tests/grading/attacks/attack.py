"""What an attack is: a submission, what it deserves, and how one sees that it worked."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# The lab that is attacked has two exercises, so that one can be honest while the other is not.
FORWARD, RELU = "dense_forward", "relu_backward"
HONEST = {
    FORWARD: "def dense_forward(x, w, b):\n    return x @ w + b\n",
    RELU: "def relu_backward(dy, x):\n    return dy * (x > 0)\n",
}
# The right shape and nothing else.
ZEROS = "def dense_forward(x, w, b):\n    return np.zeros((len(x), w.shape[1]), x.dtype)\n"
# What a secret is replaced by, and the places where it lies, in an attack's text.
SECRET, PLACES = "@SECRET@", "@PLACES@"
# What a table shows in which a spreadsheet would take a learner's text for a formula.
FORMULA = "a cell that is a formula"

Notebook = dict[str, Any]


@dataclass(frozen=True)
class Attack:
    """
    One hostile or broken submission.

    Attributes
    ----------
    name
        What it does, in a few words; also the row of the table.
    answer
        The cell of ``dense_forward``.
    other
        The cell of ``relu_backward``; None leaves it as it was handed out.
    deserves
        The exercises whose points are honestly earned: these must be given, no other may be.
    change
        ``change(notebook)`` alters the notebook before it is handed in.
    write
        ``write(path, notebook)`` hands it in, where that is not plain JSON at its place.
    shows
        A pattern in what an instructor or a learner gets to see that means: it has worked. By
        default, the secret.
    harmful
        Why it is not run in stock nbgrader; empty where it is.
    lingers
        Seconds after which what it left running in stock nbgrader has done its work.
    """

    name: str
    answer: str = ZEROS
    other: str | None = None
    deserves: tuple[str, ...] = ()
    change: Callable[[Notebook], None] | None = None
    write: Callable[[Path, Notebook], None] | None = None
    shows: str = re.escape(SECRET)
    harmful: str = ""
    lingers: float = 0.0

    @property
    def student(self) -> str:
        """The name under which it is handed in."""
        return re.sub(r"\W+", "-", self.name).strip("-").lower()[:60]


def cell(notebook: Notebook, grade_id: str) -> dict[str, Any]:
    """Find the cell of that grade id."""
    for one in notebook["cells"]:
        if one["metadata"].get("nbgrader", {}).get("grade_id") == grade_id:
            return one
    raise LookupError(grade_id)
