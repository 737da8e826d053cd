"""A course with something to steal in it, and the attacks handed in there."""

from __future__ import annotations

import copy
import json
import re
import secrets
import sqlite3
from collections.abc import Iterable
from pathlib import Path

from dlcourse.checks.exercise import Exercise
from dlcourse.checks.exercises import load
from dlcourse.grading import release, sample
from tests.grading.attacks.attack import FORWARD, HONEST, PLACES, RELU, SECRET, Attack, Notebook

ROOT = Path(__file__).parents[3]
LAB = "backprop"
EXERCISES = tuple(one for one in load(LAB) if one.name in (FORWARD, RELU))
# Learners who do what they should, among the others by name.
NEIGHBOURS = ("honest", "zoe-honest")


def two_exercises(lab: str) -> tuple[Exercise, ...]:
    """Give the exercises of the lab that is attacked."""
    assert lab == LAB
    return EXERCISES


class Course:
    """
    A small lab of two exercises, two neighbours, a gradebook, and secrets in all of them.

    Parameters
    ----------
    folder
        Where nbgrader keeps a course: ``source``, ``submitted``, ``gradebook.db``.
    secret
        What is not to be read.
    """

    def __init__(self, folder: Path, secret: str | None = None) -> None:
        self.folder = folder
        self.secret = secret or f"secret-{secrets.token_hex(8)}"
        self.submitted = folder / "submitted"
        self.gradebook = folder / "gradebook.db"
        self.source = folder / "source" / LAB / f"{LAB}.ipynb"
        self.source.parent.mkdir(parents=True)
        self.source.write_text(json.dumps(self._source()), encoding="utf-8")
        (folder / "secret.txt").write_text(self.secret)
        self.release = release.read(self.source, LAB)
        for name in NEIGHBOURS:
            work = {one: f"{code}# {self.secret}\n" for one, code in HONEST.items()}
            self._write(name, sample.make_notebook(self.release, work))
        self._write("empty", sample.make_notebook(self.release, {}))
        self.places = [
            str(self.source), str(self.gradebook), str(folder / "secret.txt"),
            str(self.submitted / NEIGHBOURS[0] / LAB / f"{LAB}.ipynb"),
        ]  # fmt: skip

    def _source(self) -> Notebook:
        """Make the lab's source of the real one: its imports and two of its exercises."""
        notebook = json.loads((ROOT / "labs" / "source" / LAB / f"{LAB}.ipynb").read_text())
        wanted = {f"{kind}{name}" for name in HONEST for kind in ("", "test_")}
        cells = []
        for one in notebook["cells"]:
            source = "".join(one["source"])
            name = one["metadata"].get("nbgrader", {}).get("grade_id")
            if name in HONEST:
                source = source.replace("BEGIN SOLUTION", f"BEGIN SOLUTION\n    # {self.secret}", 1)
            if name in wanted or "from dlcourse.checks import check" in source:
                cells.append({**one, "source": source})
        assert len(cells) == 5, "the lab's imports, two answers, two tests"
        return {**notebook, "cells": cells}

    def plain_gradebook(self) -> None:
        """Make a database that looks like a gradebook, where nbgrader has made none."""
        with sqlite3.connect(self.gradebook) as connection:
            connection.execute("create table grade (auto_score, manual_score, needs_manual_grade)")
            connection.execute("create table student (id, last_name)")
            connection.execute("create table submitted_assignment (id, student_id)")
            connection.execute("insert into grade values (0, null, 0)")
            connection.execute("insert into student values ('honest', ?)", (self.secret,))
        connection.close()

    def hand_in(self, attacks: Iterable[Attack]) -> None:
        """Write each attack's submission."""
        for attack in attacks:
            answers = {FORWARD: attack.answer} | ({RELU: attack.other} if attack.other else {})
            answers = {name: self.filled_in(code) for name, code in answers.items()}
            notebook = copy.deepcopy(sample.make_notebook(self.release, answers))
            if attack.change is not None:
                attack.change(notebook)
            self._write(attack.student, notebook, attack)

    def filled_in(self, text: str) -> str:
        """Put the secret, and where it lies, into an attack's text."""
        return text.replace(PLACES, repr(self.places)).replace(SECRET, self.secret)

    def pattern(self, attack: Attack) -> str:
        """Give the pattern that shows that an attack has worked."""
        return attack.shows.replace(re.escape(SECRET), re.escape(self.secret))

    def _write(self, student: str, notebook: Notebook, attack: Attack | None = None) -> None:
        path = self.submitted / student / LAB / f"{LAB}.ipynb"
        path.parent.mkdir(parents=True)
        if attack is not None and attack.write is not None:
            attack.write(path, notebook)
        else:
            # As a browser sends it: half a character, which UTF-8 cannot hold, stays an escape.
            path.write_text(json.dumps(notebook), encoding="utf-8")
