"""The attacks against stock ``nbgrader autograde``, each in a copy of the course, in a cage."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.grading.attacks import pages
from tests.grading.attacks.attack import Attack
from tests.grading.attacks.course import LAB, Course
from tests.grading.attacks.ours import Outcome, outcome
from tests.labs.nbgrader_course import NbgraderCourse

# A cell may take so long, and then a whole notebook.
CELL_SECONDS, NOTEBOOK_SECONDS = 6, 120
LIMITS = [f"--as={6 << 30}", f"--fsize={64 << 20}", "--core=0"]
# Everything is to be read as ever, and the course written; other processes are out of reach.
CAGE = ["--unshare-pid", "--unshare-ipc", "--unshare-net", "--die-with-parent", "--new-session"]
CAGE += ["--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"]


class AttackedCourse(NbgraderCourse):
    """The attacked course as nbgrader has it, with a gradebook and the lab released."""

    def __init__(self, folder: Path, stock: bool = True) -> None:
        super().__init__(folder, LAB, stock)
        shutil.rmtree(folder / "source")
        self.course = Course(folder)
        self.environment["SECRET"] = self.course.secret
        self.run("generate_assignment", LAB, "--create")
        with sqlite3.connect(self.course.gradebook) as database:
            database.execute(
                "insert into student (id, last_name) values ('honest', ?)", (self.course.secret,)
            )
        database.close()


def attacked(
    attacks: Sequence[Attack], folder: Path, workers: int, told: Callable[[], None]
) -> list[Outcome]:
    """Run each attack that would not harm the machine; give what it gained, in order."""
    (folder / "template").mkdir()
    template = AttackedCourse(folder / "template")

    def attack_it(attack: Attack) -> Outcome:
        try:
            return one(attack, template, folder / attack.student)
        finally:
            told()

    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(attack_it, attacks))


def one(attack: Attack, template: AttackedCourse, folder: Path) -> Outcome:
    """Grade one attack by itself."""
    if attack.harmful:
        return Outcome(note=f"not run: {attack.harmful}")
    # The course is copied to the place that the first was made at, as the cage shows it: so the
    # places that an attack knows are right, and the attacks do not meet.
    shutil.copytree(template.folder, folder, symlinks=True)
    inside = template.folder
    course = template.course
    handed_in = object.__new__(Course)
    vars(handed_in).update(vars(course), folder=folder, submitted=folder / "submitted")
    handed_in.hand_in([attack])
    commands = [
        ["autograde", LAB, "--create", f"--student={attack.student}",
         f"--ExecutePreprocessor.timeout={CELL_SECONDS}"],
    ]  # fmt: skip
    if attack in pages.ATTACKS:
        commands.append(["generate_feedback", LAB, f"--student={attack.student}"])
    script = " && ".join(" ".join(template.command(*command)) for command in commands)
    if attack.lingers:
        script += f"; sleep {attack.lingers}"
    caged = ["prlimit", *LIMITS, "bwrap", *CAGE, "--bind", str(folder), str(inside)]
    caged += ["--chdir", str(inside), "sh", "-c", script]
    failed = ""
    try:
        ran = subprocess.run(
            caged, env=template.environment, capture_output=True, timeout=NOTEBOOK_SECONDS
        )
        failed = "autograde stopped" if ran.returncode else ""
    except subprocess.TimeoutExpired:
        failed = "autograde hangs"
    points = scores(folder / "gradebook.db", attack.student)
    if points is None:
        failed = failed or "no result"
    found = outcome(attack, points or {}, seen(folder, attack), course.pattern(attack))
    lost = found.lost if attack.deserves and not failed else failed
    shutil.rmtree(folder)
    return Outcome(found.gained, found.read, lost)


def scores(gradebook: Path, student: str) -> dict[str, float] | None:
    """Give the points by exercise as the gradebook counts them; None when there is no grade."""
    query = (
        "select base_cell.name, coalesce(grade.manual_score, grade.auto_score) from grade "
        "join base_cell on base_cell.id = grade.cell_id "
        "join submitted_notebook on submitted_notebook.id = grade.notebook_id "
        "join submitted_assignment on submitted_assignment.id = submitted_notebook.assignment_id "
        "where submitted_assignment.student_id = ?"
    )
    try:
        database = sqlite3.connect(f"file:{gradebook}?mode=ro", uri=True)
        try:
            rows = database.execute(query, (student,)).fetchall()
        finally:
            database.close()
    except sqlite3.Error:  # the attack has spoiled it
        return None
    if not rows or all(score is None for _, score in rows):
        return None
    return {name.removeprefix("test_"): score or 0.0 for name, score in rows}


def seen(folder: Path, attack: Attack) -> str:
    """Give what a person gets to see: the outputs of the notebook, or the page of feedback."""
    if attack in pages.ATTACKS:
        page = folder / "feedback" / attack.student / LAB / f"{LAB}.html"
        if not page.is_file():
            return ""
        # Its own scripts and styles are nbgrader's.
        return page.read_text(encoding="utf-8", errors="replace").partition("<body")[2]
    path = folder / "autograded" / attack.student / LAB / f"{LAB}.ipynb"
    if not path.is_file():
        return ""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    outputs = [one.get("outputs", []) for one in notebook["cells"]]
    return re.sub(r"\\n", "\n", json.dumps(outputs, ensure_ascii=False))


def processors() -> int:
    """Give how many attacks may run at a time."""
    return len(os.sched_getaffinity(0))
