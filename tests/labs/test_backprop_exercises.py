"""What is special to the lab backprop: its draws, its oracles, and the passes it hands out."""

import numpy as np
import pytest

from dlcourse.checks.exercises import load
from dlcourse.checks.exercises.backprop import passes
from dlcourse.checks.exercises.backprop.check_gradient import SMALLEST_BUG
from dlcourse.checks.judging import generator

SEEDS = range(25)
EXERCISES = {exercise.name: exercise for exercise in load("backprop")}


def cases_of(name, seeds=SEEDS):
    for seed in seeds:
        yield from EXERCISES[name].draw(generator(EXERCISES[name], seed))


def test_draws_cover_what_goes_wrong():
    for name in ("dense_forward", "dense_backward", "relu_backward"):
        cases = list(cases_of(name, [0]))
        arrays = [case.arguments["x"] for case in cases]
        assert {str(x.dtype) for x in arrays} == {"float32", "float64"}
        assert any(x.shape == (1, 1) for x in arrays)
        assert any(len(x) == 1 and x.size > 1 for x in arrays)
        assert any(x.flags.f_contiguous and not x.flags.c_contiguous for x in arrays)
        assert any(not x.flags.f_contiguous and not x.flags.c_contiguous for x in arrays)
        assert any(not x.flags.writeable for x in arrays)
        assert any(np.abs(x).max() > 500 for x in arrays)
    logits = [case.arguments["logits"] for case in cases_of("softmax_cross_entropy_backward", [0])]
    for dtype in (np.float32, np.float64):
        assert any(z.max() > 990 and z.min() < -990 for z in logits if z.dtype == dtype)


def numerical(loss, array, step=1e-6):
    gradient = np.zeros_like(array)
    for index in np.ndindex(array.shape):
        ahead, behind = array.copy(), array.copy()
        ahead[index] += step
        behind[index] -= step
        gradient[index] = (loss(ahead) - loss(behind)) / (2 * step)
    return gradient


def ordinary(name):
    return [case for case in cases_of(name, range(3)) if case.part == "values"]


def test_the_oracle_of_dense_backward_agrees_with_the_definition_of_a_derivative():
    for case in ordinary("dense_backward"):
        dy, x, w = case.in_float64("dy", "x", "w")
        b = np.zeros(w.shape[1])
        dx, dw, db = (target.value for target in EXERCISES["dense_backward"].oracle(case))
        assert dx == pytest.approx(
            numerical(lambda x, w=w, dy=dy: np.sum(dy * (x @ w)), x), abs=1e-7
        )
        assert dw == pytest.approx(
            numerical(lambda w, x=x, dy=dy: np.sum(dy * (x @ w)), w), abs=1e-7
        )
        assert db == pytest.approx(
            numerical(lambda b, x=x, w=w, dy=dy: np.sum(dy * (x @ w + b)), b), abs=1e-7
        )


def test_the_oracle_of_relu_agrees_with_the_definition_of_a_derivative():
    for case in ordinary("relu_backward"):
        dy, x = case.in_float64("dy", "x")
        away = np.abs(x) > 1e-4
        (target,) = EXERCISES["relu_backward"].oracle(case)
        slopes = numerical(lambda x, dy=dy: np.sum(dy * np.maximum(x, 0)), x)
        assert target.value[away] == pytest.approx(slopes[away], abs=1e-7)


def test_the_oracle_of_softmax_agrees_with_the_definition_of_a_derivative():
    for case in ordinary("softmax_cross_entropy_backward"):
        (logits,) = case.in_float64("logits")
        labels = case.arguments["labels"]

        def loss(z, labels=labels):
            chosen = z[np.arange(len(z)), labels]
            return np.mean(np.log(np.exp(z).sum(axis=1)) - chosen)

        (target,) = EXERCISES["softmax_cross_entropy_backward"].oracle(case)
        assert target.value == pytest.approx(numerical(loss, logits), abs=1e-8)


@pytest.mark.parametrize(
    "kind",
    [passes.dense, passes.tanh, passes.relu, passes.softmax, passes.cross_entropy, passes.cube,
     passes.square],
)  # fmt: skip
def test_the_passes_given_to_checkers_have_right_gradients(kind):
    drawn = kind(np.random.default_rng(3), 3, 4)
    assert drawn.dx == pytest.approx(
        numerical(lambda x: np.sum(drawn.dy * drawn.f(x)), drawn.x), rel=1e-5, abs=1e-7
    )
    assert drawn.f(drawn.x.astype(np.float32)).dtype == np.float32


def test_a_pass_refuses_what_it_was_not_made_for():
    f = passes.tanh(np.random.default_rng(0), 2, 3).f
    with pytest.raises(ValueError, match=r"shape \(6,\), expected the shape of x, \(2, 3\)"):
        f(np.zeros(6))
    with pytest.raises(TypeError, match="called with list, expected a NumPy array"):
        f([[0.0] * 3] * 2)
    with pytest.raises(TypeError, match="called with dtype int64, expected floats"):
        f(np.zeros((2, 3), int))


def test_wrong_gradients_are_wrong_by_more_than_was_promised_and_right_ones_by_far_less():
    for case in cases_of("check_gradient"):
        arguments = case.arguments
        dx, x = arguments["dx"], arguments["x"].astype(np.float64)
        if dx.shape != x.shape or not np.isfinite(dx).all():
            assert case.hidden["right"] is False
            continue
        slopes = numerical(lambda x, a=arguments: np.sum(a["dy"] * a["f"](x)), x, step=1e-5)
        size = max(np.abs(slopes).max(), np.abs(dx).max())
        error = np.abs(slopes - dx).max()
        if case.hidden["right"]:
            assert error <= 2e-6 * size, case.about
        else:
            assert error > 4 * SMALLEST_BUG * size, case.about
