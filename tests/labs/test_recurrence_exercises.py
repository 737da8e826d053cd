"""What is special to the lab recurrence: its draws, and its oracles against other sources."""

import math

import numpy as np
import pytest

from dlcourse.checks import judge
from dlcourse.checks.exercises import load
from dlcourse.checks.judging import generator
from dlcourse.layers import LSTM, RNN
from dlcourse.model import Sequential
from dlcourse.optimizers import clip_by_norm
from dlcourse.parameters import Parameters, ParameterSpec
from tests.labs.proof.banks import solved

EXERCISES = {exercise.name: exercise for exercise in load("recurrence")}
SEQUENCES = ["rnn_forward", "carry_state", "rnn_backward"]


def cases_of(name, seeds=range(25)):
    for seed in seeds:
        yield from EXERCISES[name].draw(generator(EXERCISES[name], seed))


@pytest.mark.parametrize("name", list(EXERCISES))
def test_draws_cover_what_goes_wrong(name):
    cases = list(cases_of(name, [0]))
    arrays = [case.arguments["dw_x" if name == "clip_gradients" else "x"] for case in cases]
    assert {str(array.dtype) for array in arrays} == {"float32", "float64"}
    assert sum(len(set(array.shape)) == array.ndim for array in arrays) > len(arrays) // 2
    assert any(array.flags.f_contiguous and not array.flags.c_contiguous for array in arrays)
    assert any(not array.flags.f_contiguous and not array.flags.c_contiguous for array in arrays)
    assert any(not array.flags.writeable for array in arrays)
    if name != "clip_gradients":
        assert {1, 2, 3} <= {len(array) for array in arrays}


def test_streams_begin_anew_at_the_start_in_the_middle_everywhere_and_nowhere():
    for seed in range(25):
        kinds = set()
        for case in cases_of("carry_state", [seed]):
            first = case.arguments["first"]
            kinds.add("start" if first[:, 0].any() else "no start")
            kinds.add("middle" if first[:, 1:].any() else "no middle")
            kinds.add("everywhere" if first.all() else "nowhere" if not first.any() else "some")
            if len(first) > 1 and first.any() and not first.all():
                assert not first.all(axis=0).any() or len(first) < 3 or first.shape[1] == 1
        assert kinds >= {"start", "no start", "middle", "everywhere", "nowhere", "some"}


def layer_with(kind, case, b):
    """Make the library's layer with the weights of a case."""
    x, w_x, w_h = case.in_float64("x", "w_x", "w_h")
    layer = kind(len(w_h), return_sequences=True)
    steps = x.shape[1] if x.ndim == 3 else 1
    Sequential(layer, input_shape=(steps, x.shape[-1]), dtype=np.float64, rng=0)
    layer.w_x[...], layer.w_h[...], layer.b[...] = w_x, w_h, b
    return layer, x


def after_zero(case):
    """The case as it would be if its first state were zeros, where the library begins."""
    arguments = {**case.arguments, "h0": 0 * case.arguments["h0"]}
    return type(case)(arguments, case.about, case.part, case.facts, case.hidden)


def test_the_oracle_of_the_states_agrees_with_the_library():
    for case in map(after_zero, cases_of("rnn_forward", range(5))):
        layer, x = layer_with(RNN, case, case.arguments["b"])
        (target,) = EXERCISES["rnn_forward"].oracle(case)
        assert layer.forward(x) == pytest.approx(target.value, abs=1e-12)


def test_the_oracle_of_the_gradients_agrees_with_the_library():
    for case in map(after_zero, cases_of("rnn_backward", range(5))):
        layer, x = layer_with(RNN, case, case.hidden["b"])
        layer.forward(x)
        dx = layer.backward(case.in_float64("dh")[0])
        targets = EXERCISES["rnn_backward"].oracle(case)
        for found, number in ((dx, 0), (layer.dw_x, 2), (layer.dw_h, 3), (layer.db, 4)):
            scale = max(1.0, float(np.abs(targets[number].value).max()))
            assert found == pytest.approx(targets[number].value, abs=1e-12 * scale)


def test_the_gradient_of_the_first_state_is_what_moving_it_says():
    exercise = EXERCISES["rnn_backward"]
    rng = np.random.default_rng(0)
    for case in cases_of("rnn_backward", range(3)):
        dh, x, h0, w_x, w_h = case.in_float64("dh", "x", "h0", "w_x", "w_h")
        b = np.array(case.hidden["b"], np.float64)

        def loss(first, case=case, dh=dh, x=x, w_x=w_x, w_h=w_h, b=b):
            h, total = first, 0.0
            for t in range(x.shape[1]):
                h = np.tanh(x[:, t] @ w_x + h @ w_h + b)
                total += np.sum(h * dh[:, t])
            return total

        way = rng.standard_normal(h0.shape)
        slope = (loss(h0 + 1e-5 * way) - loss(h0 - 1e-5 * way)) / 2e-5
        assert np.sum(exercise.oracle(case)[1].value * way) == pytest.approx(slope, abs=1e-7)


def test_the_oracles_of_the_gates_agree_with_the_library():
    for name in ("lstm_step", "lstm_step_backward"):
        for case in cases_of(name, range(5)):
            zero = {key: 0 * case.arguments[key] for key in ("h", "c")}
            case = type(case)({**case.arguments, **zero}, case.about)
            layer, x = layer_with(LSTM, case, case.arguments["b"])
            h = layer.forward(x[:, np.newaxis])[:, 0]
            targets = EXERCISES[name].oracle(case)
            if name == "lstm_step":
                assert h == pytest.approx(targets[0].value, abs=1e-12)
                continue
            # The library's layer has no gradient of its last cell: leave it out here.
            case = type(case)({**case.arguments, "dc": 0 * case.arguments["dc"]}, case.about)
            targets = EXERCISES[name].oracle(case)
            dx = layer.backward(case.in_float64("dh")[0][:, np.newaxis])[:, 0]
            for found, number in ((dx, 0), (layer.dw_x, 3), (layer.db, 5)):
                scale = max(1.0, float(np.abs(targets[number].value).max()))
                assert found == pytest.approx(targets[number].value, abs=1e-12 * scale)


def test_the_oracle_of_the_gates_follows_the_definition_of_a_derivative():
    rng = np.random.default_rng(1)
    names = ("x", "h", "c", "w_x", "w_h", "b")
    right = solved("recurrence")["lstm_step"]
    for case in cases_of("lstm_step_backward", range(3)):
        if "far open" in case.about:
            continue
        dh, dc, *given = case.in_float64("dh", "dc", *names)
        ways = [rng.standard_normal(array.shape) for array in given]
        ends = []
        for sign in (1, -1):
            moved = (a + sign * 1e-5 * way for a, way in zip(given, ways, strict=True))
            h, c = right(*moved)
            ends.append(np.sum(dh * h) + np.sum(dc * c))
        targets = EXERCISES["lstm_step_backward"].oracle(case)
        predicted = sum(np.sum(t.value * way) for t, way in zip(targets, ways, strict=True))
        assert predicted == pytest.approx((ends[0] - ends[1]) / 2e-5, abs=1e-7)


def test_the_oracle_of_clipping_agrees_with_the_library():
    for case in cases_of("clip_gradients", range(5)):
        if case.part == "huge":
            continue  # their squares overflow, which the library refuses
        arrays = case.in_float64("dw_x", "dw_h", "db")

        def keep(array, rng):
            return None

        specs = {str(k): ParameterSpec(str(k), a.shape, keep) for k, a in enumerate(arrays)}
        parameters = Parameters(specs, np.float64)
        parameters.gradients[...] = np.concatenate([a.ravel() for a in arrays])
        norm = clip_by_norm(parameters, case.arguments["limit"])
        *clipped, target = EXERCISES["clip_gradients"].oracle(case)
        assert norm == pytest.approx(float(target.value), rel=1e-12)
        wanted = np.concatenate([one.value.ravel() for one in clipped])
        assert parameters.gradients == pytest.approx(wanted, rel=1e-12)


ONE, HALF, NOTHING = np.ones((1, 1)), np.full((1, 1), 0.5), np.zeros((1, 1))
EXAMPLES = {
    "rnn_forward": (np.array([[[1.0], [2.0]]]), NOTHING, ONE, HALF, np.zeros(1)),
    "carry_state": (
        np.array([[[1.0], [2.0], [1.0]]]),
        np.array([[False, True, False]]),
        ONE,
        ONE,
        HALF,
        np.zeros(1),
    ),
    "rnn_backward": (
        np.array([[[0.0], [1.0]]]),
        np.array([[[2.0], [3.0]]]),
        2 * ONE,
        np.zeros((1, 2, 1)),
        ONE,
        HALF,
    ),
    "clip_gradients": (np.array([[2.0]]), np.array([[4.0]]), np.array([4.0]), 3.0),
    "lstm_step": (NOTHING, NOTHING, 2 * ONE, np.zeros((1, 4)), np.zeros((1, 4)), np.zeros(4)),
    "lstm_step_backward": (
        NOTHING, ONE, NOTHING, NOTHING, 2 * ONE, np.zeros((1, 4)), np.zeros((1, 4)), np.zeros(4)
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", list(EXAMPLES))
def test_the_examples_that_can_be_tried_by_hand_are_right(name):
    """The answer that a learner might type in is the answer that the solution gives."""
    typed_in = next(one for one in EXERCISES[name].mistakes if "typed in" in one.name).function
    found, wanted = solved("recurrence")[name](*EXAMPLES[name]), typed_in(*EXAMPLES[name])
    if not isinstance(wanted, tuple):
        found, wanted = (found,), (wanted,)
    for one, other in zip(found, wanted, strict=True):
        assert one == pytest.approx(other, abs=1e-15)


def test_a_state_that_is_kept_between_calls_is_found_by_the_second_half():
    """Right on whatever begins where the draw begins, wrong on what goes on from there."""
    right = solved("recurrence")["rnn_forward"]
    drawn = {case.arguments["x"].shape for case in cases_of("rnn_forward", [0])}

    def forgetful(x, h0, w_x, w_h, b):
        return right(x, h0 if x.shape in drawn else 0 * h0, w_x, w_h, b)

    verdict = judge(EXERCISES["rnn_forward"], forgetful)
    assert verdict.aspect == "property"
    assert "all that goes from one step to the next" in verdict.message


def test_huge_gradients_can_be_clipped_although_their_squares_cannot_be_written_down():
    cases = [case for case in cases_of("clip_gradients", [0]) if case.part == "huge"]
    assert len(cases) == 2
    for case in cases:
        with np.errstate(over="ignore"):
            assert not np.isfinite(np.sum(np.square(case.arguments["dw_x"])))
        *_, norm = EXERCISES["clip_gradients"].oracle(case)
        assert math.isfinite(norm.value)
        assert norm.value > 1e20
