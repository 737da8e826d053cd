"""Grading on a Dask cluster: a real scheduler, workers in processes of their own, some killed."""

import functools
import signal
import subprocess
import sys
from pathlib import Path

import distributed
import pytest

from dlcourse.grading import GradingError, apart, cluster, grade, write_csv
from dlcourse.grading.grade import run
from dlcourse.grading.record import Record
from tests.grading import classes
from tests.grading.dying import (
    fail,
    kill_always,
    kill_once,
    kill_parent_always,
    with_exercises,
)
from tests.grading.machines import Machines
from tests.grading.small import RIGHT, small_task

ROOT = Path(__file__).parents[2]
LACKS_IT = "import sys\nsys.modules['dlcourse'] = None\n"
ANOTHER = "from dlcourse.grading import record\nrecord.engine = lambda: 'another'\n"
HAS_NONE = "from dlcourse.grading import sandbox\nsandbox.why_not = lambda: 'it has no sandbox'\n"
WORDS = {
    LACKS_IT: "the worker tcp://[^ ]* cannot grade: dlcourse is not installed there",
    ANOTHER: "cannot grade: it has another version of dlcourse, Python or NumPy than this machine",
    HAS_NONE: "the worker tcp://[^ ]* cannot grade: it has no sandbox",
}


@pytest.fixture
def machines(tmp_path, sandboxed):
    folder = tmp_path / "machines"
    folder.mkdir()
    machines = Machines(folder)
    yield machines
    machines.close()


@pytest.fixture
def small_class(hand_in, tmp_path):
    """Eight learners: some right, some wrong, one refused, one whose cell ends its process."""
    names = [f"learner{number:02}" for number in range(6)]
    for number, name in enumerate(names):
        hand_in(name, RIGHT if number % 3 else RIGHT | {"twice": "def twice(x):\n    return x"})
    hand_in("zed", RIGHT | {"shifted": "def shifted(x):\n    import os\n    os._exit(1)"})
    (hand_in.folder / "cy" / "small").mkdir(parents=True)
    return small_task(tmp_path), sorted([*names, "zed", "cy"])


def test_a_killed_worker_loses_nothing(machines, small_class, tmp_path):
    task, students = small_class
    expected = run(task, students, 1)
    workers = [machines.worker(), machines.worker()]
    with distributed.Client(machines.address) as client:
        client.wait_for_workers(2)
        dying = with_exercises(task, functools.partial(kill_once, tmp_path / "marker", True))
        with Record(tmp_path / "record.jsonl") as record:
            assert run(dying, students, cluster=client, written_down=record) == expected
            assert len(record.path.read_text().splitlines()) == len(students)
        killed = int((tmp_path / "marker").read_text())
        assert [one.pid for one in workers if one.poll() is not None] == [killed]
        # What was graded there is known here: nobody is asked again.
        with Record(tmp_path / "record.jsonl") as record:
            assert run(dying, students, cluster="nobody asks here", written_down=record) == expected


def test_what_kills_the_grader_costs_no_worker(machines, small_class, tmp_path):
    task, students = small_class[0], small_class[1][:3]
    expected = run(task, students, 1)
    worker = machines.worker("--nthreads", "2")  # each thread has a grader of its own
    dying = with_exercises(task, functools.partial(kill_once, tmp_path / "marker", False))
    assert run(dying, students, cluster=machines.address) == expected
    assert (tmp_path / "marker").exists()
    assert worker.poll() is None
    with pytest.raises(GradingError, match="died 3 times; is there memory enough"):
        run(with_exercises(task, kill_always), students[:1], cluster=machines.address)
    with pytest.raises(RuntimeError, match="the grader's own fault"):
        run(with_exercises(task, fail), students[:1], cluster=machines.address)


@pytest.mark.parametrize("preload", [LACKS_IT, ANOTHER, HAS_NONE])
def test_a_machine_that_would_grade_otherwise_is_refused(machines, small_class, tmp_path, preload):
    task, students = small_class
    (tmp_path / "preload.py").write_text(preload)
    machines.worker("--preload", str(tmp_path / "preload.py"))
    with pytest.raises(GradingError, match=WORDS[preload]) as caught:
        run(task, students, cluster=machines.address)
    assert "\n" not in str(caught.value)


def test_where_nobody_answers_and_where_nobody_works(machines, small_class, monkeypatch):
    task, students = small_class
    monkeypatch.setattr(cluster, "WORKERS_SECONDS", 0.5)
    for address in ("tcp://127.0.0.1:1", "nonsense"):
        with pytest.raises(GradingError, match=f"cluster is '{address}', where no scheduler ans"):
            run(task, students, cluster=address)
    with pytest.raises(GradingError, match=r"cluster is 3 \(int\): expected the address"):
        run(task, students, cluster=3)
    with pytest.raises(GradingError, match=r"has had no worker for 0[.]5 seconds"):
        run(task, students, cluster=machines.address)


def test_a_run_that_has_lost_every_worker_ends(machines, small_class, monkeypatch):
    monkeypatch.setattr(cluster, "WORKERS_SECONDS", 0.5)
    task, students = small_class
    machines.worker()
    with pytest.raises(GradingError, match="has had no worker for"):
        run(with_exercises(task, kill_parent_always), students, cluster=machines.address)


def test_a_grader_ends_with_the_process_that_asks_it(small_class):
    task, _ = small_class
    grader = apart.Grader()
    assert grader.mark(task, "cy", task.take("cy")) == task.grade("cy")
    process = grader._process
    grader._pipe.close()
    assert process.wait(10) == 0
    grader.close()


def test_the_command_grades_as_on_one_machine(machines, tmp_path):
    """The real lab, by the command that an instructor gives, while a worker is killed."""
    submissions = tmp_path / "submitted"
    names = classes.make("backprop", 6, submissions)
    workers = [machines.worker(), machines.worker()]
    with distributed.Client(machines.address) as client:
        client.wait_for_workers(2)
    command = [sys.executable, "-m", "dlcourse", "grade", "backprop", "--submissions"]
    command += [str(submissions), "--csv", str(tmp_path / "there.csv")]
    command += ["--cluster", machines.address]
    grading = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    record = submissions / ".graded" / "backprop.jsonl"
    while not (record.exists() and record.read_text().count("\n") >= 2):
        assert grading.poll() is None, grading.communicate()
    workers[0].kill()
    shown, _ = grading.communicate(timeout=120)
    assert grading.returncode == 0, shown
    assert workers[0].wait() == -signal.SIGKILL
    assert record.read_text().count("\n") == len(names)
    here = grade("backprop", submissions=submissions, course=ROOT, again=True)
    write_csv(here, tmp_path / "here.csv")
    assert (tmp_path / "there.csv").read_bytes() == (tmp_path / "here.csv").read_bytes()
    again = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert again.stdout == shown
    assert record.read_text().count("\n") == 2 * len(names)  # nothing was graded a third time
