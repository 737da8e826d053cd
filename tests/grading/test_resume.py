"""A run that was cut off goes on where it was, and grades nothing twice."""

import functools
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dlcourse.grading import GradingError, grade, pool, write_csv
from dlcourse.grading.grade import run
from dlcourse.grading.marking import Task
from dlcourse.grading.record import Record
from dlcourse.grading.results import Mark, Result, Written
from tests.grading import classes
from tests.grading.dying import fail, kill_always, kill_once, with_exercises
from tests.grading.small import RIGHT, small_task

ROOT = Path(__file__).parents[2]


@pytest.fixture
def results():
    mark = Mark("twice", 1.5, 2.0, "Zwölf = é\n\udcff"[:-1], "a mistake", "def f(): 1", "printed")
    return Result("ada", "small", "graded", (mark,), "note", (Written("why", 3.0, "because"),))


def test_what_is_written_down_is_found_again(tmp_path, results):
    path = tmp_path / "deep" / "record.jsonl"
    with Record(path) as record:
        assert "ada" not in record
        record.add("key", results)
    with Record(path) as record:
        assert record.find("ada", "key") == results
        assert record.find("ada", "another key") is None
        assert record.find("bo", "key") is None
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("torn", ['{"key": "a", "resu', '{"key": "b"}\n', "not JSON\n", "\n"])
def test_a_torn_line_is_cut_off(tmp_path, results, torn):
    path = tmp_path / "record.jsonl"
    with Record(path) as record:
        record.add("key", results)
    whole = path.read_bytes()
    path.write_bytes(whole + torn.encode())
    with Record(path) as record:
        assert record.find("ada", "key") == results
        record.add("newer", results)
    lines = path.read_text().splitlines()
    assert [json.loads(line)["key"] for line in lines] == ["key", "newer"]
    with Record(path) as record:
        assert record.find("ada", "newer") == results
        assert record.find("ada", "key") is None


def test_two_runs_do_not_write_one_record(tmp_path):
    path = tmp_path / "record.jsonl"
    with Record(path), pytest.raises(GradingError, match="another run is grading this lab"):
        Record(path)
    Record(path).close()


def test_a_record_that_cannot_be_written_says_so(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(GradingError, match="cannot be written down in") as caught:
        Record(tmp_path / "file" / "record.jsonl")
    assert "\n" not in str(caught.value)


# --- what a grade depends on ----------------------------------------------------------------------


@pytest.fixture
def small_class(hand_in, tmp_path, sandboxed):
    hand_in("ada", RIGHT)
    hand_in("bo", RIGHT | {"twice": "def twice(x):\n    return x"})
    (hand_in.folder / "cy" / "small").mkdir(parents=True)
    return small_task(tmp_path), ["ada", "bo", "cy"]


@pytest.fixture
def graded(monkeypatch):
    """Whom the engine graded, as against whom it looked up."""
    names = []
    really = Task.graded

    def graded(self, student):
        names.append(student)
        return really(self, student)

    monkeypatch.setattr(Task, "graded", graded)
    return names


def test_nothing_is_graded_twice_unless_asked(small_class, graded, tmp_path):
    task, students = small_class
    with Record(tmp_path / "record.jsonl") as record:
        first = run(task, students, 1, written_down=record)
        assert run(task, students, 1, written_down=record) == first
        assert graded == students
        assert run(task, students, 1, written_down=record, again=True) == first
        assert graded == students * 2


def test_what_has_changed_is_graded_anew(small_class, graded, tmp_path, hand_in, monkeypatch):
    task, students = small_class
    with Record(tmp_path / "record.jsonl") as record:
        run(task, students, 1, written_down=record)
        graded.clear()
        hand_in("bo", RIGHT)
        hand_in("cy", RIGHT)
        results = run(task, students, 1, written_down=record)
        assert graded == ["bo", "cy"]
        assert [result.points for result in results] == [5.0, 5.0, 5.0]
        for change in ({"seed": 8}, {"sandboxed": False}):
            assert task.key("ada") != Task(**{**vars(task), **change}).key("ada")
        before = task.key("ada")
        monkeypatch.setattr("dlcourse.grading.record.engine", lambda: "another engine")
        assert task.key("ada") != before


# --- processes that die ---------------------------------------------------------------------------


def test_a_grader_that_is_killed_costs_nobody_a_grade(small_class, tmp_path):
    task, students = small_class
    expected = run(task, students, 1)
    dying = with_exercises(task, functools.partial(kill_once, tmp_path / "marker", False))
    found = sorted((result for _, result in pool.each(dying, students, 2)), key=name)
    assert (tmp_path / "marker").exists()
    assert found == expected


def name(result):
    return result.student


def test_one_that_always_dies_ends_the_run_with_a_sentence(small_class):
    task, students = small_class
    with pytest.raises(GradingError, match="died 3 times; is there memory enough"):
        list(pool.each(with_exercises(task, kill_always), students[:2], 2))


def test_a_fault_of_the_grader_reaches_whoever_started_it(small_class):
    task, students = small_class
    with pytest.raises(RuntimeError, match="the grader's own fault"):
        list(pool.each(with_exercises(task, fail), students, 2))


def test_every_process_has_a_processor_of_its_own_where_there_are_enough(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {2, 5, 7})
    assert pool._cores(2) == [2, 5]
    assert pool._cores(4) == [None] * 4


# --- a real run, really cut off -------------------------------------------------------------------


class Run:
    """``dlcourse grade`` in a process of its own."""

    def __init__(self, submissions, results):
        command = [sys.executable, "-m", "dlcourse", "grade", "backprop", "--workers", "2"]
        command += ["--submissions", str(submissions), "--csv", str(results)]
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            start_new_session=True,
            # Who runs the tests in the background of a script has Ctrl-C ignored, and hands it on.
            preexec_fn=functools.partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
        )  # fmt: skip
        self.record = submissions / ".graded" / "backprop.jsonl"

    def wait_for(self, count):
        """Wait until so many are written down."""
        for _ in range(3000):
            if len(self.lines()) >= count:
                return
            assert self.process.poll() is None, self.process.communicate()
            time.sleep(0.01)
        pytest.fail("nothing is written down")

    def lines(self):
        text = self.record.read_text() if self.record.exists() else ""
        return text.split("\n")[:-1]


def of(lines):
    return [json.loads(line)["result"]["student"] for line in lines]


@pytest.mark.usefixtures("sandboxed")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_run_that_was_cut_off_is_taken_up_again(tmp_path, number):
    submissions = tmp_path / "submitted"
    names = classes.make("backprop", 30, submissions)
    cut = Run(submissions, tmp_path / "cut.csv")
    cut.wait_for(3)
    # Ctrl-C in a terminal reaches all its processes, the kill of a process that one alone.
    if number == signal.SIGINT:
        os.killpg(cut.process.pid, number)
    else:
        cut.process.send_signal(number)
    told = cut.process.communicate(timeout=30)[1]
    assert cut.process.returncode != 0, (told, len(cut.lines()))
    assert "Traceback" not in told
    before = cut.lines()
    assert 3 <= len(before) < len(names)

    again = Run(submissions, tmp_path / "again.csv")
    shown = again.process.communicate(timeout=120)
    assert again.process.returncode == 0, shown
    after = again.lines()
    assert after[: len(before)] == before
    assert sorted(of(after)) == names  # each one once

    whole = grade("backprop", submissions=submissions, course=ROOT, again=True, workers=2)
    write_csv(whole, tmp_path / "whole.csv")
    assert (tmp_path / "again.csv").read_bytes() == (tmp_path / "whole.csv").read_bytes()
