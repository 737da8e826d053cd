"""A course folder in which nbgrader's own commands run, as an instructor runs them."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import matplotlib

ROOT = Path(__file__).parents[2]


class NbgraderCourse:
    """
    A copy of the course in which nbgrader may write.

    Parameters
    ----------
    folder
        An empty folder.
    lab
        The lab that it holds.
    stock
        Let nbgrader grade as it does without us: in a kernel, beside the tests.
    """

    def __init__(self, folder: Path, lab: str, stock: bool = False):
        self.folder = folder
        self.lab = lab
        self.source = f"source/{lab}/{lab}.ipynb"
        shutil.copytree(ROOT / "labs" / "source" / lab, folder / "source" / lab)
        shutil.copy(ROOT / "labs" / "nbgrader_config.py", folder)
        if stock:
            with (folder / "nbgrader_config.py").open("a", encoding="utf-8") as file:
                file.write("\ndel c.Autograde\n")
        (folder / "home").mkdir()
        self.environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("DLCOURSE_", "NBGRADER_", "JUPYTER_"))
        } | {
            "HOME": str(folder / "home"),
            # nbgrader calls alembic by its name alone.
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
            "PYTHONPATH": str(ROOT),
            # Otherwise Matplotlib collects the fonts anew for the new HOME.
            "MPLCONFIGDIR": matplotlib.get_configdir(),
            "MPLBACKEND": "module://matplotlib_inline.backend_inline",
            "PYTHONWARNINGS": "ignore",
        }

    def command(self, *arguments: str) -> list[str]:
        """Give the command line of one of nbgrader's commands."""
        return [sys.executable, "-m", "nbgrader", *arguments]

    def run(self, *arguments: str) -> str:
        """Run one of nbgrader's commands, which has to succeed; return what it printed."""
        ran = subprocess.run(
            self.command(*arguments),
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=600,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout

    def released(self) -> Any:
        """Give the notebook that learners get."""
        path = self.folder / "release" / self.lab / f"{self.lab}.ipynb"
        return json.loads(path.read_text(encoding="utf-8"))

    def submit(self, student: str, notebook: Any) -> Path:
        """Hand in a notebook; return where it lies."""
        place = self.folder / "submitted" / student / self.lab
        place.mkdir(parents=True)
        (place / f"{self.lab}.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
        return place / f"{self.lab}.ipynb"

    def points(self, student: str) -> dict[str, float | None]:
        """Give the automatic points by test cell, as they stand in the gradebook."""
        with sqlite3.connect(self.folder / "gradebook.db") as database:
            rows = database.execute(
                "select base_cell.name, grade.auto_score from grade "
                "join base_cell on base_cell.id = grade.cell_id "
                "join submitted_notebook on submitted_notebook.id = grade.notebook_id "
                "join submitted_assignment "
                "on submitted_assignment.id = submitted_notebook.assignment_id "
                "where submitted_assignment.student_id = ?",
                (student,),
            ).fetchall()
        database.close()
        return dict(rows)

    def feedback(self, student: str) -> str:
        """Give the text of a learner's feedback page."""
        path = self.folder / "feedback" / student / self.lab / f"{self.lab}.html"
        page = path.read_text(encoding="utf-8")
        page = re.sub(r"<(style|script)\b.*?</\1>", "", page, flags=re.S)
        return html.unescape(re.sub(r"<[^>]+>", "", page))
