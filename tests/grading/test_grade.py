"""A whole class: the same grades in any order, with any number of workers."""

import json
import os
import random
import time
from dataclasses import replace
from pathlib import Path

import pytest

from dlcourse.grading import GradingError, grade, release, sample, sandbox, table, write_json
from dlcourse.grading.grade import run
from tests.grading.small import RIGHT, small_task

REPOSITORY = Path(__file__).resolve().parents[2]
SAMPLE = REPOSITORY / "labs" / "sample_class"


@pytest.fixture
def small_class(hand_in, tmp_path):
    hand_in("ada", RIGHT)
    hand_in("bo", RIGHT | {"twice": "def twice(x):\n    return x"})
    hand_in("cy", RIGHT | {"shifted": "import os\ndef shifted(x):\n    os._exit(0)"})
    hand_in("di", {})
    (hand_in.folder / "ed" / "small").mkdir(parents=True)
    return small_task(tmp_path), ["ada", "bo", "cy", "di", "ed"]


@pytest.mark.usefixtures("sandboxed")
def test_order_and_workers_make_no_difference(small_class, tmp_path):
    task, students = small_class
    shuffled = random.Random(3).sample(students, len(students))
    written = []
    for order, workers in ((students, 1), (shuffled, 1), (shuffled, 3)):
        results = run(task, order, workers)
        path = tmp_path / f"{len(written)}.json"
        write_json(results, path)
        written.append(path.read_bytes() + table(results).encode())
    assert written[0] == written[1] == written[2]
    points = [result["marks"] for result in json.loads((tmp_path / "0.json").read_text())]
    assert [sum(mark["points"] for mark in marks) for marks in points] == [5, 3, 2, 0, 0]


@pytest.mark.usefixtures("sandboxed")
def test_the_progress_bar_ends_at_everyone(small_class, capsys):
    task, students = small_class
    run(task, students[:2], 1, progress=True)
    assert "2/2" in capsys.readouterr().err


@pytest.mark.usefixtures("sandboxed")
def test_an_interrupt_ends_the_run_at_once(small_class, monkeypatch):
    task, students = small_class

    def interrupt(self, student):
        raise KeyboardInterrupt

    monkeypatch.setattr(type(task), "graded", interrupt)
    with pytest.raises(KeyboardInterrupt):
        run(task, students, 1)


# --- the sample class --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sample_results():
    if reason := sandbox.why_not():
        pytest.skip(reason)
    return {result.student: result for result in grade("backprop", course=REPOSITORY)}


def earned(result):
    return {mark.exercise for mark in result.marks if mark.passed}


@pytest.mark.parametrize("student", ["amara", "bo", "hiro", "jonas", "kavya"])
def test_right_work_earns_full_marks_however_it_is_written(sample_results, student):
    result = sample_results[student]
    assert result.points == result.max_points > 0
    assert result.status == ("mended" if student in ("jonas", "kavya") else "graded")


@pytest.mark.parametrize("student", ["chiara", "dmitri"])
def test_mistakes_are_named(sample_results, student):
    result = sample_results[student]
    lost = [mark for mark in result.marks if not mark.passed]
    assert len(lost) == (2 if student == "chiara" else 4)
    assert all(mark.mistake and mark.message for mark in lost)


def test_half_the_work_earns_half_the_marks(sample_results):
    assert earned(sample_results["esi"]) == {"dense_forward", "dense_backward"}
    unwritten = [mark.message for mark in sample_results["esi"].marks[2:]]
    assert all("not written yet" in message for message in unwritten)


@pytest.mark.parametrize(("student", "why"), [("farid", "Timeout"), ("greta", "ProcessEnded")])
def test_one_lethal_function_costs_one_exercise(sample_results, student, why):
    result = sample_results[student]
    (lost,) = [mark for mark in result.marks if not mark.passed]
    assert (lost.exercise, lost.points) == ("relu_backward", 0)
    assert why in lost.message


def test_a_trick_earns_nothing(sample_results):
    assert sample_results["ines"].points == 0


@pytest.mark.parametrize(
    ("student", "why"), [("luca", "not valid JSON"), ("mei", "found backprop")]
)
def test_what_cannot_be_graded_says_why(sample_results, student, why):
    result = sample_results[student]
    assert (result.status, result.points) == ("refused", 0)
    assert result.max_points == sample_results["amara"].max_points
    assert why in result.message


def test_everyone_has_a_row(sample_results):
    text = table(list(sample_results.values()))
    readme = (SAMPLE / "README.md").read_text()
    for student in sample_results:
        assert f"\n{student} " in text
        assert f"| {student} |" in readme
    assert "11 graded, 2 refused" in text


def test_one_learner_can_be_graded_alone(sample_results):
    (alone,) = grade("backprop", course=REPOSITORY, student="chiara")
    assert alone == sample_results["chiara"]


def test_another_seed_gives_the_same_marks_for_other_inputs(sample_results, tmp_path):
    seed = tmp_path / "seed"
    seed.write_text("only the instructor knows")
    for student in ("amara", "chiara"):
        (other,) = grade("backprop", course=REPOSITORY, student=student, seed_file=seed)
        first = sample_results[student]
        assert other.points == first.points
        assert other.mistakes == first.mistakes
        messages = [[mark.message for mark in result.marks] for result in (other, first)]
        assert (messages[0] == messages[1]) == (student == "amara")


def test_the_sample_class_is_the_same_every_time(tmp_path):
    lab = release.load(REPOSITORY, "backprop")
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        sample.make_class(SAMPLE, lab, tmp_path / name)
    files = [sorted((tmp_path / name).rglob("*.ipynb")) for name in ("one", "two")]
    assert len(files[0]) == 13
    assert [path.read_bytes() for path in files[0]] == [path.read_bytes() for path in files[1]]


COPIES = int(os.environ.get("DLCOURSE_COPIES", "3"))


def test_many_copies_of_the_class_are_graded_in_time(sandboxed, tmp_path):
    """``DLCOURSE_COPIES=20 pytest -s -k many_copies`` shows the throughput of a whole course.

    The learner whose loop never ends is left out: that measures the time limit, ten seconds.
    """
    lab = release.load(REPOSITORY, "backprop")
    folder = tmp_path / "submitted"
    folder.mkdir()
    for number in range(COPIES):
        part = tmp_path / f"part{number}"
        part.mkdir()
        for student in sample.make_class(SAMPLE, lab, part):
            if student != "farid":
                (part / student).rename(folder / f"{student}{number:02}")
    start = time.perf_counter()
    results = grade("backprop", submissions=folder, course=REPOSITORY)
    seconds = time.perf_counter() - start
    print(f"{len(results)} submissions in {seconds:.0f} s: {len(results) / seconds:.1f} a second")
    assert len(results) == 12 * COPIES
    for student in {result.student[:-2] for result in results}:
        same = {replace(one, student="") for one in results if one.student[:-2] == student}
        assert len(same) == 1, student
    # Three times what two idle processors need: a slow machine is no failure, a hang is.
    assert seconds < 10 + 1.2 * len(results)


# --- what cannot be done -----------------------------------------------------------------------


def test_without_a_sandbox_nothing_is_run(monkeypatch, hand_in):
    hand_in("ada", RIGHT)
    monkeypatch.setattr(sandbox, "why_not", lambda: "bubblewrap is not installed")
    with pytest.raises(GradingError, match=r"not installed; .* unless you say --unsafe"):
        grade("backprop", submissions=hand_in.folder, course=REPOSITORY)


def test_unsafe_grades_without_a_sandbox(monkeypatch):
    monkeypatch.setattr(sandbox, "why_not", lambda: "bubblewrap is not installed")
    monkeypatch.setattr(sandbox, "_bubblewrap", lambda: "/bin/false")
    (result,) = grade("backprop", course=REPOSITORY, student="amara", unsafe=True)
    assert result.points == result.max_points


@pytest.mark.usefixtures("sandboxed")
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"lab": "frontprop"}, "there is no lab 'frontprop'"),
        ({"workers": 0}, "workers is 0, expected 1 or more"),
        ({"student": "nobody"}, "'nobody' has no submission"),
        ({"submissions": Path("/nowhere")}, "/nowhere does not exist"),
        ({"seed_file": Path("/nowhere")}, "the seed cannot be read"),
    ],
)
def test_a_wrong_argument_is_one_sentence(options, message):
    with pytest.raises(GradingError, match=message) as caught:
        grade(**({"course": REPOSITORY} | options))
    assert "\n" not in str(caught.value)


def test_an_empty_seed_is_no_seed(tmp_path, sandboxed):
    (tmp_path / "seed").write_text(" \n")
    with pytest.raises(GradingError, match="seed"):
        grade(course=REPOSITORY, seed_file=tmp_path / "seed")


def test_a_sample_class_that_does_not_fit_says_so(tmp_path):
    lab = release.load(REPOSITORY, "backprop")
    with pytest.raises(GradingError, match=r"class\.toml does not exist"):
        sample.make_class(tmp_path, lab, tmp_path)
    (tmp_path / "answers").mkdir()
    (tmp_path / "answers" / "odd.py").write_text("# %% unknown\nx = 1\n")
    plan = tmp_path / "class.toml"
    plan.write_text('[[learner]]\nname = "x"\nanswers = ["odd"]\n')
    with pytest.raises(GradingError, match=r"odd\.py answers unknown, not in the lab"):
        sample.make_class(tmp_path, lab, tmp_path)
    plan.write_text('[[learner]]\nname = "y"\nanswers = []\nevents = ["eaten by the dog"]\n')
    with pytest.raises(GradingError, match="'eaten by the dog', expected pasted into"):
        sample.make_class(tmp_path, lab, tmp_path)
