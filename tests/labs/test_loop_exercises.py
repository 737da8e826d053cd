"""What is special to the lab about the training loop: its draws, its oracles against others."""

import math

import numpy as np
import pytest

from dlcourse.checks import judge
from dlcourse.checks.exercises import load
from dlcourse.checks.exercises.loop.curves import UNIT, curve, stopped
from dlcourse.checks.judging import generator
from dlcourse.initializers import zeros
from dlcourse.layers import Dense
from dlcourse.model import Sequential
from dlcourse.optimizers import SGD
from dlcourse.parameters import Parameters, ParameterSpec
from dlcourse.training import EarlyStopping
from dlcourse.training.callback import Run
from tests.labs.alternatives.loop import ALTERNATIVES

SEEDS = range(25)
EXERCISES = {exercise.name: exercise for exercise in load("loop")}


def cases_of(name, seeds=SEEDS):
    for seed in seeds:
        yield from EXERCISES[name].draw(generator(EXERCISES[name], seed))


def test_the_oracle_of_an_epoch_agrees_with_the_layers_and_the_optimizer_of_the_library():
    for case in cases_of("train_one_epoch", range(3)):
        w, x, y = case.in_float64("w", "x", "y")
        order, size = case.arguments["order"], case.arguments["batch_size"]
        model = Sequential(Dense(1, zeros), input_shape=(len(w),), rng=0, dtype=np.float64)
        model.layers[0].w[:, 0] = w
        optimizer = SGD(model.parameters, case.hidden["rate"])
        losses = []
        for k in range(math.ceil(len(x) / size)):
            batch = order[k * size : (k + 1) * size]
            error = model.forward(x[batch])[:, 0] - y[batch]
            losses += [np.mean(error**2)] * len(batch)
            model.backward(2 * error[:, np.newaxis] / len(batch))
            model.layers[0].db[...] = 0  # the exercise has no bias
            optimizer.step()
        found = [target.value for target in EXERCISES["train_one_epoch"].oracle(case)]
        assert found[0] == pytest.approx(model.layers[0].w[:, 0], rel=1e-9, abs=1e-9)
        assert float(found[1]) == pytest.approx(np.mean(losses), rel=1e-9)


def test_orders_move_everything_and_batches_are_of_all_kinds():
    kinds = set()
    for case in cases_of("train_one_epoch"):
        order, n = case.arguments["order"], len(case.arguments["x"])
        assert sorted(order) == list(range(n))
        if n > 2:
            assert np.all(order != np.arange(n))
            assert np.any(np.argsort(order) != order)
        kinds.add(n % case.arguments["batch_size"])
    assert {0, 1, 2} <= kinds


class Recorded:
    """As much of a model as the library's early stopping asks for."""

    def snapshot(self):
        return {}

    def restore(self, snapshot):
        pass


def library_stop(values, patience, change, mode):
    """Let the library's callback go through a recorded curve."""
    watch = EarlyStopping("loss" if mode == "min" else "accuracy", patience, change)
    run = Run.__new__(Run)
    stops = []
    run.model, run.stop = Recorded(), stops.append
    watch.on_fit_begin(run)
    for epoch, value in enumerate(values, start=1):
        run.epoch = epoch
        watch.on_epoch_end(run, {watch.monitor: float(value)})
        if stops:
            break
    return epoch, watch.best_epoch


def test_the_oracle_of_the_stop_agrees_with_the_library():
    for case in cases_of("stopping_epoch", range(8)):
        found = [int(target.value) for target in EXERCISES["stopping_epoch"].oracle(case)]
        assert found == list(library_stop(*case.arguments.values()))


def test_stops_of_random_curves_agree_with_the_library():
    rng = np.random.default_rng(3)
    for _ in range(300):
        values = rng.integers(0, 12, rng.integers(1, 25)) / 8
        patience, change = int(rng.integers(1, 6)), float(rng.integers(0, 4)) / 8
        mode = str(rng.choice(["min", "max"]))
        found = stopped(list(values), patience, change, mode == "max")
        assert found == library_stop(values, patience, change, mode)
        arguments = values, patience, change, mode
        assert all(one(*arguments) == found for one in ALTERNATIVES["stopping_epoch"])


def test_curves_are_exact_in_both_float_types_and_follow_their_moves():
    rng = np.random.default_rng(0)
    for _ in range(100):
        values = curve(rng, "IIesvIwdIn", change=6)
        units = values / UNIT
        assert np.array_equal(values, values.astype(np.float32), equal_nan=True)
        assert np.array_equal(units[:-1], np.round(units[:-1]))
        assert math.isnan(values[-1])
        first, best, exact, small, hardly, big, worse, creeping, last, _ = units
        assert best < first - 6
        assert exact == best - 6
        assert best > small > best - 6
        assert best < hardly < best + 6
        assert big < best - 6
        assert worse > creeping > big
        assert last < big - 6


def test_stops_are_early_and_at_the_end_with_every_part_of_the_points():
    cases = list(cases_of("stopping_epoch", [0]))
    for part in EXERCISES["stopping_epoch"].parts:
        assert any(case.part == part.name for case in cases)
    ends = [
        int(EXERCISES["stopping_epoch"].oracle(case)[0].value) < len(case.arguments["values"])
        for case in cases
    ]
    assert any(ends)
    assert not all(ends)
    assert {case.arguments["mode"] for case in cases} == {"min", "max"}
    assert {str(case.arguments["values"].dtype) for case in cases} == {"float32", "float64"}


def test_written_losses_are_what_the_validation_loss_of_a_case_gives_along_the_way():
    for case in cases_of("fit_with_patience", range(5)):
        w, rate = case.arguments["w"], case.arguments["rate"]
        values = case.hidden["values"]
        for k in range(min(len(values), 9)):
            assert case.arguments["validation_loss"](w) == values[k]
            w = w - rate * case.arguments["gradient"](w)
        assert w.dtype == case.arguments["w"].dtype


def test_trainings_stop_early_or_run_out_and_the_best_is_not_always_the_last():
    places = set()
    for case in cases_of("fit_with_patience", [0]):
        _, history, best = EXERCISES["fit_with_patience"].oracle(case)
        trained, limit = len(history.value), case.arguments["epochs"]
        places.add((trained < limit, int(best.value) == trained))
    assert places == {(True, False), (False, True), (False, False)}


def test_the_oracle_of_going_on_draws_the_path_of_the_library():
    exercise = EXERCISES["resume_training"]
    for case in cases_of("resume_training", range(4)):
        checkpoint = case.arguments["checkpoint"]
        shape = checkpoint["w"].shape
        parameters = Parameters({"w": ParameterSpec("w", shape, zeros)}, np.float64)
        rate, momentum = case.arguments["rate"], case.arguments["momentum"]
        optimizer = SGD(parameters, rate, momentum=momentum)
        # The library's velocity begins at 0. One step from elsewhere gives it what is stored.
        velocity = checkpoint["velocity"].astype(np.float64)
        w = checkpoint["w"].astype(np.float64)
        parameters.values[...] = (w + rate * velocity).ravel()
        parameters.gradients[...] = velocity.ravel()
        optimizer.step()
        best_w, best_loss = checkpoint["best_w"], checkpoint["best_loss"]
        for epoch in range(checkpoint["epoch"] + 1, case.arguments["epochs"] + 1):
            w = parameters.values.reshape(shape)
            parameters.gradients[...] = case.arguments["gradient"](w, epoch).ravel()
            optimizer.step()
            w = parameters.values.reshape(shape).copy()
            loss = case.arguments["validation_loss"](w)
            if loss < best_loss:
                best_w, best_loss = w, loss
        found = [target.value for target in exercise.oracle(case)]
        assert found[0] == pytest.approx(parameters.values.reshape(shape), rel=1e-6, abs=1e-6)
        assert found[3] == pytest.approx(best_w, rel=1e-6, abs=1e-6)
        assert float(found[4]) == pytest.approx(best_loss, rel=1e-6)


def test_checkpoints_have_their_best_before_inside_and_at_the_end():
    about = [case.about for case in cases_of("resume_training", [0])]
    assert "the best before the checkpoint" in about
    assert "nothing to go" in about
    arrays = [case.arguments["checkpoint"]["w"] for case in cases_of("resume_training", [0])]
    assert {str(w.dtype) for w in arrays} == {"float32", "float64"}
    assert any(not w.flags.writeable for w in arrays)
    assert any(not w.flags.c_contiguous for w in arrays)


def test_a_break_is_found_that_single_runs_do_not_show():
    right, kept = ALTERNATIVES["resume_training"][0], {}

    def remembers(checkpoint, gradient, validation_loss, epochs, rate, momentum):
        # Keeps a momentum of its own for a training that it has once begun.
        key = checkpoint["epoch"], checkpoint["w"].tobytes()
        if key in kept:
            momentum = momentum / 2
        found = right(checkpoint, gradient, validation_loss, epochs, rate, momentum)
        kept[epochs, found[0].tobytes()] = True
        return found

    verdict = judge(EXERCISES["resume_training"], remembers)
    assert not verdict.passed
    assert verdict.aspect == "property"
    assert "is not what it is without the break" in verdict.message


def test_whoever_looks_at_the_future_is_found():
    right = ALTERNATIVES["stopping_epoch"][0]

    def looks_ahead(values, patience, minimum_change, mode):
        stop, best = right(values, patience, minimum_change, mode)
        return stop, best + bool(np.any(values < 0))

    verdict = judge(EXERCISES["stopping_epoch"], looks_ahead)
    assert not verdict.passed
    assert "When it is time to stop, they are not known." in verdict.message


def test_the_examples_that_can_be_tried_by_hand_are_right():
    right = {name: bank[0] for name, bank in ALTERNATIVES.items()}
    y = np.array([4.0, 5.0, 2.0, 3.0, 1.0])
    found = right["train_one_epoch"](
        np.zeros(1), y[:, None], y, np.arange(5), 2, lambda w, x, y: (w + y.sum(), y[0])
    )
    assert found == (15.0, 13 / 5)
    losses = np.array([5.0, 3.0, 4.0, 3.0, 2.0, 6.0, 7.0, 1.0])
    assert right["stopping_epoch"](losses, 2, 0.0, "min") == (4, 2)
    assert right["stopping_epoch"](losses, 3, 0.0, "min") == (8, 8)
    w, history, best = right["fit_with_patience"](
        np.array([8.0]), lambda w: w, lambda w: abs(w[0] - 1.5), 0.5, 10, 2
    )
    assert (w, best) == (2.0, 2)
    assert np.array_equal(history, [2.5, 0.5, 0.5, 1.0])
    stored = {"w": np.ones(1), "velocity": np.array([2.0]), "epoch": 3}
    stored |= {"best_w": np.array([3.0]), "best_loss": 0.5}
    found = right["resume_training"](
        stored, lambda w, epoch: np.array([float(epoch)]), lambda w: abs(w[0]), 4, 0.5, 0.5
    )
    assert found == (-1.5, 5.0, 4, 3.0, 0.5)
