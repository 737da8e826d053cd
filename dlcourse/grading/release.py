"""The lab as it was handed out: which cells are the learner's, and what comes before them."""

from __future__ import annotations

import ast
import re
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from dlcourse.grading import notebooks
from dlcourse.grading.errors import GradingError, Refused

# What a worker can import; of the course's own package, the simulated GPU alone.
_IMPORTABLE = frozenset({"numpy", "numba"}) | sys.stdlib_module_names
_SIMULATOR = "dlcourse.simulator"
# What has to be shown to a worker of a lab that imports a package.
_NEEDS = {"numba": ("numba", "llvmlite"), _SIMULATOR: ("greenlet",)}
_BEGIN, _END = "BEGIN SOLUTION", "END SOLUTION"
_STUBS = {
    "code": "# YOUR CODE HERE\nraise NotImplementedError",
    "markdown": "*YOUR ANSWER HERE*",
}


@dataclass(frozen=True)
class Release:
    """A lab as handed out.

    Attributes
    ----------
    lab : str
    cells : tuple of Cell
        Every cell, answers replaced by a stub.
    """

    lab: str
    cells: tuple[notebooks.Cell, ...]

    @property
    def answers(self) -> tuple[str, ...]:
        """Grade ids of the learner's cells, in order."""
        return tuple(self.stubs)

    @property
    def stubs(self) -> dict[str, str]:
        """What the learner's cells hold when nothing has been written."""
        return {
            cell.grade_id: cell.source
            for cell in self.cells
            if cell.solution and cell.kind == "code" and not cell.grade
        }

    @property
    def written(self) -> dict[str, float]:
        """Grade ids of the questions that a person grades, with their points."""
        return {cell.grade_id: cell.points for cell in self.cells if cell.solution and cell.grade}

    @property
    def packages(self) -> tuple[str, ...]:
        """Packages beside NumPy that the lab's own locked cells import."""
        imported = {
            name if name == _SIMULATOR else name.partition(".")[0]
            for _, source in self.program({})
            for node in ast.walk(ast.parse(source))
            for name in _imported(node)
        }
        return tuple(name for key in sorted(imported) for name in _NEEDS.get(key, ()))

    def program(self, answers: dict[str, str]) -> list[tuple[str, str]]:
        """Return the cells that a worker runs, as (name, source).

        They are what the lab's own locked cells define (imports, functions, classes, constants)
        and, in their places, the learner's ``answers``. All else is left out.
        """
        cells = []
        for number, cell in enumerate(self.cells, 1):
            if cell.solution and cell.grade_id in answers:
                cells.append((cell.grade_id, answers[cell.grade_id]))
            elif cell.kind == "code" and cell.locked and not cell.solution and not cell.grade:
                cells.append((f"cell {number} of the lab", _definitions(cell.source)))
        return [(name, source) for name, source in cells if source]


def find_course(folder: Path | None = None) -> Path:
    """Return the course's folder, the one with ``labs/source`` in it.

    Looked for from ``folder`` (the current one by default) upwards, then where this package lies.

    Raises
    ------
    GradingError
        When there is none.
    """
    start = (folder or Path.cwd()).resolve()
    for candidate in (start, *start.parents, Path(__file__).resolve().parents[2]):
        if (candidate / "labs" / "source").is_dir():
            return candidate
    raise GradingError(
        f"no labs were found in {start} or above it: run this in the course's folder, "
        "the one with labs/ in it"
    )


def load(course: Path, lab: str) -> Release:
    """Return a lab as it was released, or as its source would be released.

    Raises
    ------
    GradingError
        When there is no such lab, or its notebook cannot be read.
    """
    for folder in ("release", "source"):
        path = course / "labs" / folder / lab / f"{lab}.ipynb"
        if path.is_file():
            return read(path, lab)
    raise GradingError(f"there is no lab {lab!r}; there is {', '.join(labs(course)) or 'none'}")


def labs(course: Path) -> list[str]:
    """Return the names of a course's labs, sorted."""
    return sorted(path.parent.name for path in (course / "labs" / "source").glob("*/*.ipynb"))


def read(path: Path, lab: str) -> Release:
    """Return the release in one notebook file."""
    try:
        cells = notebooks.read(path)
    except Refused as refused:
        raise GradingError(f"the lab's own notebook is broken: {refused}") from None
    stubbed = tuple(
        replace(cell, source=without_solution(cell.source, cell.kind)) if cell.solution else cell
        for cell in cells
    )
    release = Release(lab, stubbed)
    if not release.answers:
        raise GradingError(f"{path.name} of the lab {lab!r} has no cell for an answer")
    return release


def without_solution(source: str, kind: str = "code") -> str:
    """Return a cell of the source notebook with nbgrader's solution regions made into stubs."""
    lines: list[str] = []
    inside = False
    for line in source.split("\n"):
        if _BEGIN in line:
            inside = True
            indent = line[: len(line) - len(line.lstrip())]
            lines += [indent + stub for stub in _STUBS.get(kind, _STUBS["markdown"]).split("\n")]
        elif _END in line:
            inside = False
        elif not inside:
            lines.append(line)
    return "\n".join(lines)


def bare(source: str) -> str:
    """Return what a cell holds apart from blank lines, comments and the stub.

    Two cells that hold the same in this sense are the same answer; one that holds what the
    release holds is no answer yet, whichever stub the lab was released with.
    """
    lines = [line.strip() for line in source.split("\n")]
    return "\n".join(
        line for line in lines if line and not line.startswith(("#", "raise NotImplementedError"))
    )


def _definitions(source: str) -> str:
    """Return what a cell of the release defines, without what it does or cannot import.

    Demonstrations, plots and calls of the course's package have no place in a worker.
    """
    plain = re.sub(r"^(\s*)[%!?].*$", "", source, flags=re.MULTILINE)
    kept = [node for node in ast.parse(plain).body if _defines(node)]
    return "\n".join(ast.unparse(node) for node in kept)


def _imported(node: ast.AST) -> list[str]:
    """Return the modules that a statement imports."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []


def _defines(node: ast.stmt) -> bool:
    if isinstance(node, ast.Import):
        return all(alias.name.split(".")[0] in _IMPORTABLE for alias in node.names)
    if isinstance(node, ast.ImportFrom):
        module = node.module or ""
        return module == _SIMULATOR or module.split(".")[0] in _IMPORTABLE
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return True
    if isinstance(node, ast.Assign):
        return isinstance(node.value, ast.Constant)
    return False
