"""nbgrader's own Autograde with this course's configuration: its command, formgrader's button."""

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from dlcourse.classroom import autograde
from dlcourse.grading.grade import prepare, run
from tests.grading.attacks import KINDS, pages
from tests.grading.attacks.attack import FORWARD, HONEST, RELU
from tests.grading.attacks.course import LAB, NEIGHBOURS
from tests.grading.attacks.ours import outcome
from tests.grading.attacks.stock import AttackedCourse, scores, seen
from tests.ports import free_port

# What floods takes its time until the limits are reached: `make attacks` has them all. Of the rest
# each fourth is enough here, where only nbgrader's part of the way is new.
ATTACKS = [one for kind, bank in KINDS.items() if "harming" not in kind for one in bank][::4]
SEED = "nobody knows this"


def autograded(course, *options):
    """Run ``nbgrader autograde`` as an instructor does."""
    return subprocess.run(
        course.command("autograde", LAB, *options), cwd=course.folder, env=course.environment,
        capture_output=True, text=True, timeout=600,
    )  # fmt: skip


@pytest.fixture(scope="module")
def attacked(sandboxed, tmp_path_factory):
    course = AttackedCourse(tmp_path_factory.mktemp("course"), stock=False)
    course.environment["DLCOURSE_SEED"] = SEED
    course.course.hand_in(ATTACKS)
    ran = autograded(course)
    # nbgrader knows no notebook under another name, and says so at the end.
    nameless = {"renamed by the browser"} & {attack.name for attack in ATTACKS}
    assert ran.returncode == bool(nameless), ran.stderr
    for attack in ATTACKS:
        if attack in pages.ATTACKS:
            course.run("generate_feedback", LAB, f"--student={attack.student}")
    return course


@pytest.mark.parametrize("attack", ATTACKS, ids=[attack.student for attack in ATTACKS])
def test_an_attack_gains_nothing_by_nbgraders_command(attacked, attack):
    points = scores(attacked.folder / "gradebook.db", attack.student)
    found = outcome(
        attack, points or {}, seen(attacked.folder, attack), attacked.course.pattern(attack)
    )
    assert found.harmless, str(found)


def test_the_grades_are_those_of_dlcourse_grade(attacked, monkeypatch):
    monkeypatch.setenv("DLCOURSE_SEED", SEED)
    students = [*NEIGHBOURS, "empty", *(one.student for one in ATTACKS[::6])]
    task = prepare(attacked.course.release, attacked.course.submitted)
    for result in run(task, sorted(students), 2):
        points = scores(attacked.folder / "gradebook.db", result.student)
        if points is not None:
            ours = {one.exercise: one.points for one in result.marks if one.exercise in HONEST}
            assert points == ours, result.student
    assert scores(attacked.folder / "gradebook.db", "honest") == {FORWARD: 4.0, RELU: 4.0}
    assert scores(attacked.folder / "gradebook.db", "empty") == {FORWARD: 0.0, RELU: 0.0}


# --- formgrader's button --------------------------------------------------------------------------


@pytest.fixture
def fresh(attacked, tmp_path):
    """A course as ``attacked`` before anything was graded, with one learner's work."""
    course = object.__new__(AttackedCourse)
    vars(course).update(vars(attacked), folder=tmp_path / "course")
    for name in ("source", "release"):
        shutil.copytree(attacked.folder / name, course.folder / name)
    shutil.copytree(
        attacked.folder / "submitted" / "honest", course.folder / "submitted" / "honest"
    )
    for name in ("gradebook.db", "nbgrader_config.py"):
        shutil.copy(attacked.folder / name, course.folder)
    (course.folder / "gradebook.db").chmod(0o600)
    return course


def test_formgraders_button_grades_in_the_sandbox(fresh, tmp_path):
    """The request that the button sends, to a real server with nbgrader's extension."""
    port = free_port()
    extensions = {"nbgrader.server_extensions.formgrader": True}
    command = [sys.executable, "-W", "ignore", "-m", "jupyter_server", "--no-browser"]
    command += ["--allow-root", "--IdentityProvider.token=secret", f"--ServerApp.port={port}"]
    command += [f"--ServerApp.jpserver_extensions={extensions}"]
    with (tmp_path / "log").open("w") as log:
        server = subprocess.Popen(
            command, cwd=fresh.folder, env=fresh.environment, stdout=log, stderr=log
        )
    try:
        address = f"http://127.0.0.1:{port}/formgrader/api/submission/{LAB}/honest/autograde"
        request = urllib.request.Request(
            address, method="POST", headers={"Authorization": "token secret"}
        )
        for _ in range(600):
            try:
                with urllib.request.urlopen(request, timeout=120) as response:
                    answer = json.loads(response.read())
                break
            except urllib.error.HTTPError:
                raise
            except urllib.error.URLError:  # it is not up yet
                assert server.poll() is None, (tmp_path / "log").read_text()
                time.sleep(0.1)
    finally:
        server.terminate()
        server.wait()
    assert answer["success"], answer
    assert "executing" not in answer["log"].lower()
    shown = json.loads((fresh.folder / "autograded" / "honest" / LAB / f"{LAB}.ipynb").read_text())
    outputs = json.dumps([cell.get("outputs") for cell in shown["cells"]])
    assert "dense_forward: 4 of 4 points" in outputs
    assert scores(fresh.folder / "gradebook.db", "honest") == {FORWARD: 4.0, RELU: 4.0}


# --- what nbgrader does around it -----------------------------------------------------------------


def test_nothing_is_run_where_there_is_no_sandbox(fresh):
    """Without bubblewrap on the PATH, one sentence and no grade."""
    nothing = fresh.folder / "bin"
    nothing.mkdir()
    fresh.environment = fresh.environment | {"PATH": str(nothing)}
    before = (fresh.folder / "gradebook.db").read_bytes()
    ran = autograded(fresh)
    assert ran.returncode == 1
    assert "bubblewrap is not installed" in ran.stderr
    assert "are not run without a sandbox" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert (fresh.folder / "gradebook.db").read_bytes() == before
    assert not (fresh.folder / "autograded").exists()


def test_what_a_submission_points_to_goes_nowhere(fresh):
    """A link, a device and a file beside the notebook: nbgrader would hand them back."""
    place = fresh.folder / "submitted" / "honest" / LAB
    (fresh.folder / "secret.txt").write_text("a secret")
    (place / "more").mkdir()
    (place / "more" / "notes.txt").write_text("mine")
    (place / "more" / "key").symlink_to(fresh.folder / "secret.txt")
    (place / "endless").symlink_to("/dev/zero")
    os.mkfifo(place / "waits")
    (place / "timestamp.txt").write_text("2026-11-02 10:00:00.000000 UTC")
    ran = autograded(fresh, "--force")
    assert ran.returncode == 0, ran.stderr
    given = fresh.folder / "autograded" / "honest" / LAB
    assert sorted(path.name for path in given.iterdir()) == [f"{LAB}.ipynb", "timestamp.txt"]
    aside = fresh.folder / autograde.ASIDE / "honest" / LAB
    assert sorted(str(path.relative_to(aside)) for path in aside.rglob("*")) == [
        "endless", "more", "more/key", "waits",
    ]  # fmt: skip
    assert (place / "more" / "notes.txt").read_text() == "mine"
    assert scores(fresh.folder / "gradebook.db", "honest") == {FORWARD: 4.0, RELU: 4.0}


def test_a_link_in_a_folders_place_is_set_aside_as_a_whole(tmp_path):
    target = tmp_path / "elsewhere" / LAB
    target.mkdir(parents=True)
    (target / f"{LAB}.ipynb").write_text("{}")
    submitted = tmp_path / "submitted"
    submitted.mkdir()
    (submitted / "eve").symlink_to(tmp_path / "elsewhere")
    notebook = submitted / "eve" / LAB / f"{LAB}.ipynb"
    autograde.set_aside(assignment=LAB, student="eve", notebooks=[str(notebook)])
    assert list(submitted.iterdir()) == []
    assert (tmp_path / autograde.ASIDE / "eve").is_symlink()
    assert (target / f"{LAB}.ipynb").is_file()


def test_what_is_no_lab_of_ours_is_refused_in_a_sentence(attacked):
    course = autograde.Course(attacked.folder)
    with pytest.raises(
        autograde.GradingError, match="the notebook extra of backprop cannot be gra"
    ):
        autograde.released(course, {"assignment": LAB, "notebook": "extra"})
    with pytest.raises(autograde.GradingError, match="there is no lab 'mine' in"):
        autograde.released(course, {"assignment": "mine", "notebook": "mine"})
    assert Path(course.folder) == attacked.folder
