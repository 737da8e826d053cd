"""The log of experiments: what is written down, whatever happens, and what is read back."""

import json
import math
import multiprocessing

import numpy as np
import pytest

import dlcourse
from dlcourse.data import load_digits
from dlcourse.experiments import ExperimentLog, OpenRun, Record
from dlcourse.layers import Dense
from dlcourse.losses import SoftmaxCrossEntropy
from dlcourse.model import Sequential
from dlcourse.optimizers import SGD
from dlcourse.training import fit
from tests.experiments.writing import add_some


@pytest.fixture
def log(tmp_path):
    return ExperimentLog(tmp_path / "runs.jsonl")


def test_a_run_of_fit_is_written_down(log):
    digits = load_digits()
    model = Sequential(Dense(10), input_shape=(64,), rng=0)
    with log.run("first", seed=0, learning_rate=0.5, hidden=(), norm=None, clip=True) as run:
        assert isinstance(run, OpenRun)
        run.history = fit(
            model, SoftmaxCrossEntropy(), SGD(model.parameters, 0.5), digits.train,
            validation=digits.validation, epochs=3, rng=0, progress=False,
        )  # fmt: skip
        run.results["validation accuracy"] = run.history["validation_accuracy"][-1]
    (found,) = log.records()
    assert isinstance(found, Record)
    assert (found.name, found.status, found.error, found.seed) == ("first", "finished", None, 0)
    assert found.parameters == {"learning_rate": 0.5, "hidden": [], "norm": None, "clip": True}
    assert found.history == dict(run.history)
    assert found.results == {"validation accuracy": run.history["validation_accuracy"][2]}
    assert found.seconds > sum(run.history["seconds"])
    assert found.versions["dlcourse"] == dlcourse.__version__
    assert found.versions["numpy"] == np.__version__
    assert found.began.endswith("+00:00")
    # one line, which any program can read
    (line,) = log.path.read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["parameters"]["learning_rate"] == 0.5


def test_a_run_that_fails_is_written_down_and_fails(log):
    def fails():
        with log.run(width=3) as run:
            run.results["before"] = 1
            run.results["after"] = 1 / 0

    with pytest.raises(ZeroDivisionError):
        fails()
    (found,) = log.records()
    assert found.status == "failed"
    assert found.error == "ZeroDivisionError: division by zero"
    assert found.results == {"before": 1}


def test_also_one_that_is_interrupted(log):
    with pytest.raises(KeyboardInterrupt), log.run():
        raise KeyboardInterrupt
    assert log.records()[0].error.startswith("KeyboardInterrupt")


def test_lines_are_only_added(log):
    for width in (1, 2, 3):
        with log.run(width=width) as run:
            run.results["loss"] = np.float32(1 / width)
    again = ExperimentLog(str(log.path))
    assert [one.parameters["width"] for one in again.records()] == [1, 2, 3]
    assert len({one.name for one in again.records()}) == 3
    assert repr(again) == f"ExperimentLog({str(log.path)!r})"


def test_before_the_first_run_there_are_none(log):
    assert log.records() == []
    assert not log.path.exists()


def test_numpys_numbers_and_values_that_are_not_finite(log):
    with log.run(width=np.int64(3), rate=np.float32(0.5), sizes=[np.int8(1), (2, "x")]) as run:
        run.history = {"loss": [1, np.nan]}
        run.results["loss"] = math.inf
    (found,) = log.records()
    assert found.parameters == {"width": 3, "rate": 0.5, "sizes": [1, [2, "x"]]}
    assert found.history["loss"][0] == 1
    assert math.isnan(found.history["loss"][1])
    assert found.results["loss"] == math.inf


def test_several_processes_may_write_at_once(log):
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=add_some, args=(log.path, who)) for who in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    found = log.records()
    assert len(found) == 75
    for who in range(3):
        own = [one.parameters["number"] for one in found if one.parameters["who"] == who]
        assert own == list(range(25))


@pytest.mark.parametrize("line", ["{", '{"name": 3}', "[1]", '"a"', "3"])
def test_a_line_that_is_no_record_is_named(log, line):
    with log.run():
        pass
    with log.path.open("a", encoding="utf-8") as file:
        file.write(line + "\n")
    with pytest.raises(ValueError, match=r"line 2 of .*runs.jsonl is no record of a run"):
        log.records()


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"name": 3}, TypeError, r"name is 3 \(int\): expected a text or None"),
        ({"seed": -1}, ValueError, "seed is -1: expected a whole number of at least 0"),
        (
            {"x": np.zeros(3)},
            TypeError,
            r"x is an array of shape \(3,\).*: expected a numbe",
        ),
        ({"x": [1, object]}, TypeError, r"x\[1\] is <class 'object'>"),
        ({"x": math.nan}, ValueError, "x is nan: expected a finite number"),
    ],
)
def test_what_cannot_be_written_down_is_refused_before_anything_runs(log, options, error, words):
    with pytest.raises(error, match=words), log.run(**options):
        raise AssertionError("the block has run")
    assert not log.path.exists()


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError, match="expected a file in an existing folder"):
        ExperimentLog(tmp_path / "nowhere" / "runs.jsonl")
    with pytest.raises(TypeError, match=r"path is 3 \(int\): expected the name of a file"):
        ExperimentLog(3)
