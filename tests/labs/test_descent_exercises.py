"""What is special to the lab descent: its draws, and its oracles against other sources."""

import math

import numpy as np
import pytest

from dlcourse import optimizers, schedules
from dlcourse.checks import judge
from dlcourse.checks.exercise import Case
from dlcourse.checks.exercises import load
from dlcourse.checks.judging import generator
from dlcourse.initializers import zeros
from dlcourse.parameters import Parameters, ParameterSpec

SEEDS = range(25)
EXERCISES = {exercise.name: exercise for exercise in load("descent")}
STEPS = [name for name in EXERCISES if name.endswith("_step")]


def cases_of(name, seeds=SEEDS):
    for seed in seeds:
        yield from EXERCISES[name].draw(generator(EXERCISES[name], seed))


@pytest.mark.parametrize("name", STEPS)
def test_draws_cover_what_goes_wrong(name):
    cases = list(cases_of(name, [0]))
    arrays = [case.arguments["w"] for case in cases]
    assert {str(w.dtype) for w in arrays} == {"float32", "float64"}
    assert {w.ndim for w in arrays} == {1, 2, 3}
    assert any(w.size == 1 for w in arrays)
    assert any(w.flags.f_contiguous and not w.flags.c_contiguous for w in arrays)
    assert any(not w.flags.f_contiguous and not w.flags.c_contiguous for w in arrays)
    assert any(not w.flags.writeable for w in arrays)
    gradients = [np.abs(case.arguments["dw"]).max() for case in cases]
    assert max(gradients) > 500
    assert min(gradients) < 0.01
    assert any(np.count_nonzero(case.arguments["dw"]) < case.arguments["dw"].size for case in cases)


def test_orders_of_an_epoch_are_permutations_that_move_everything_and_batches_are_of_all_kinds():
    for case in cases_of("descend_epoch"):
        order, n = case.arguments["order"], len(case.arguments["x"])
        assert sorted(order) == list(range(n))
        if n > 1:
            assert np.all(order != np.arange(n))
        if n > 2:
            assert np.any(np.argsort(order) != order)
    sizes = {
        (len(case.arguments["x"]) % case.arguments["batch_size"] > 0)
        for case in cases_of("descend_epoch", [0])
    }
    assert sizes == {True, False}


LIBRARY = {
    "momentum_step": lambda p, a: optimizers.SGD(p, a["rate"], momentum=a["momentum"]),
    "adagrad_step": lambda p, a: optimizers.Adagrad(p, a["rate"], epsilon=a["epsilon"]),
    "rmsprop_step": lambda p, a: optimizers.RMSprop(p, a["rate"], a["beta"], a["epsilon"]),
    "adam_step": lambda p, a: optimizers.Adam(p, a["rate"], a["beta1"], a["beta2"], a["epsilon"]),
    "adamax_step": lambda p, a: optimizers.Adamax(
        p, a["rate"], a["beta1"], a["beta2"], a["epsilon"]
    ),
}


@pytest.mark.parametrize("name", STEPS)
def test_the_oracle_of_a_step_draws_the_path_of_the_library(name):
    exercise = EXERCISES[name]
    state = [output.name for output in exercise.outputs[1:]]
    rng = np.random.default_rng(5)
    for case in cases_of(name, range(4)):
        arguments = dict(case.arguments)
        w = rng.standard_normal(6)
        parameters = Parameters({"w": ParameterSpec("w", (6,), zeros)}, np.float64)
        parameters.values[...] = w
        optimizer = LIBRARY[name](parameters, arguments)
        arguments |= {"w": w} | {one: np.zeros(6) for one in state}
        for step in range(1, 9):
            gradient = rng.standard_normal(6)
            parameters.gradients[...] = gradient
            optimizer.step()
            arguments["dw"] = gradient
            if "t" in arguments:
                arguments["t"] = step
            targets = exercise.oracle(Case(arguments, ""))
            for output, target in zip(("w", *state), targets, strict=True):
                arguments[output] = target.value
            assert parameters.values == pytest.approx(arguments["w"], rel=1e-12, abs=1e-12)


def test_the_oracle_of_the_schedule_agrees_with_the_library():
    for case in cases_of("rate_at"):
        step, steps, warmup, peak, final = case.arguments.values()
        schedule = schedules.CosineDecay(peak, steps - warmup, final)
        if warmup:
            schedule = schedules.Warmup(warmup, schedule)
        (target,) = EXERCISES["rate_at"].oracle(case)
        assert float(target.value) == pytest.approx(schedule(step), rel=1e-12)


def test_the_oracle_of_an_epoch_follows_the_definition_of_a_derivative():
    for case in cases_of("descend_epoch", range(3)):
        if case.arguments["w"].dtype != np.float64 or np.abs(case.arguments["y"]).max() > 100:
            continue
        w, x, y = case.in_float64("w", "x", "y")
        order, batch_size, rate = (case.arguments[k] for k in ("order", "batch_size", "rate"))
        for k in range(math.ceil(len(x) / batch_size)):
            batch = order[k * batch_size : (k + 1) * batch_size]

            def loss(w, batch=batch, x=x, y=y):
                return np.mean((x[batch] @ w - y[batch]) ** 2)

            ways = np.eye(len(w)) * 1e-4  # a central difference of a parabola has no error
            w = w - rate * np.array([(loss(w + h) - loss(w - h)) / 2e-4 for h in ways])
        (target,) = EXERCISES["descend_epoch"].oracle(case)
        assert target.value == pytest.approx(w, abs=1e-8)


def test_a_step_that_keeps_its_state_to_itself_fails_along_a_path():
    kept = {}

    def remembers(w, dw, velocity, rate, momentum):
        # Right for the first call of each shape, then it goes on with what it has kept.
        velocity = kept.get(w.tobytes(), velocity)
        velocity = momentum * velocity + dw
        new = w - rate * velocity
        kept[new.tobytes()] = 1.01 * velocity
        return new, velocity

    verdict = judge(EXERCISES["momentum_step"], remembers)
    assert not verdict.passed
    assert verdict.aspect == "property"
    assert "does your function keep something between its calls?" in verdict.message


def test_the_invariances_of_adam_and_adamax_can_fail():
    adam, adamax = EXERCISES["adam_step"], EXERCISES["adamax_step"]
    for exercise, spoiled in ((adam, {"epsilon": 0.0}), (adamax, {"t": 1})):
        right = next(m for m in exercise.mistakes if m.name == "betas exchanged").function

        def special(*arguments, right=right, exercise=exercise, spoiled=spoiled):
            named = dict(zip(exercise.arguments, arguments, strict=True))
            named["beta1"], named["beta2"] = named["beta2"], named["beta1"]  # right again
            w, *state = right(*named.values())
            once = all(named[name] == value for name, value in spoiled.items())
            return (w + (0.5 + named["dw"]) if once and named["w"].size > 10 else w), *state

        found = judge(exercise, special)
        assert not found.passed
        assert found.aspect == "property", found.message
