"""What is special to the lab convolution: its draws, and its oracles against other sources."""

import numpy as np
import pytest

from dlcourse.checks import judge
from dlcourse.checks.exercise import Case
from dlcourse.checks.exercises import load
from dlcourse.checks.judging import generator
from dlcourse.layers import Conv2D, MaxPool2D
from dlcourse.model import Sequential
from tests.labs.proof.banks import solved

EXERCISES = {exercise.name: exercise for exercise in load("convolution")}
WITH_IMAGES = [name for name in EXERCISES if name != "output_size"]


def cases_of(name, seeds=range(25)):
    for seed in seeds:
        yield from EXERCISES[name].draw(generator(EXERCISES[name], seed))


@pytest.mark.parametrize("name", WITH_IMAGES)
def test_draws_cover_what_goes_wrong(name):
    cases = list(cases_of(name, [0]))
    images = [case.arguments["x"] for case in cases]
    assert {str(x.dtype) for x in images} == {"float32", "float64"}
    assert {x.shape[0] for x in images} >= {1, 2}
    assert sum(x.shape[1] != x.shape[2] for x in images) > len(images) // 2
    assert any(x.flags.f_contiguous and not x.flags.c_contiguous for x in images)
    assert any(not x.flags.f_contiguous and not x.flags.c_contiguous for x in images)
    assert any(not x.flags.writeable for x in images)
    assert max(np.abs(x).max() for x in images) > 500
    assert {case.arguments["stride"] for case in cases} >= {1, 2, 3}


def test_windows_fit_exactly_or_leave_a_rest_or_do_not_fit():
    seen = set()
    for case in cases_of("output_size"):
        size, kernel, stride, padding = case.arguments.values()
        room = size + 2 * padding - kernel
        seen.add("none" if room < 0 else "rest" if room % stride else "even")
    assert seen == {"none", "rest", "even"}


def test_the_oracle_of_the_size_agrees_with_the_library():
    for case in cases_of("output_size"):
        size, kernel, stride, padding = case.arguments.values()
        (target,) = EXERCISES["output_size"].oracle(case)
        if target.value == 0:
            continue  # the library refuses such a layer
        layer = Conv2D(1, (kernel, 1), stride=(stride, 1), padding=(padding, 0))
        assert layer.output_shape((size, 1, 1))[0] == target.value


@pytest.mark.parametrize("name", ["conv_forward", "conv_backward"])
def test_the_oracles_of_the_convolution_agree_with_the_library(name):
    for case in cases_of(name, range(5)):
        x, w = case.in_float64("x", "w")
        arguments = case.arguments
        rows, columns, _, filters = w.shape
        layer = Conv2D(
            filters, (rows, columns), stride=arguments["stride"], padding=arguments["padding"]
        )
        Sequential(layer, input_shape=x.shape[1:], dtype=np.float64, rng=0)
        layer.w[...] = w
        if name == "conv_forward":
            (layer.b[...],) = case.in_float64("b")
            found = (layer.forward(x),)
        else:
            layer.forward(x)
            found = layer.backward(case.in_float64("dy")[0]), layer.dw, layer.db
        for target, value in zip(EXERCISES[name].oracle(case), found, strict=True):
            scale = max(1.0, float(np.abs(target.value).max()))
            assert value == pytest.approx(target.value, rel=1e-10, abs=1e-10 * scale)


@pytest.mark.parametrize("name", ["max_pool_forward", "max_pool_backward"])
def test_the_oracles_of_pooling_agree_with_the_library(name):
    for case in cases_of(name, range(5)):
        (x,) = case.in_float64("x")
        layer = MaxPool2D(case.arguments["size"], stride=case.arguments["stride"])
        Sequential(layer, input_shape=x.shape[1:], dtype=np.float64, rng=0)
        found = layer.forward(x)
        if name == "max_pool_backward":
            found = layer.backward(case.in_float64("dy")[0])
        (target,) = EXERCISES[name].oracle(case)
        assert found == pytest.approx(target.value, rel=1e-12)


def test_the_oracle_of_the_rows_gives_the_library_s_convolution_as_a_product():
    for case in cases_of("im2col", range(5)):
        (x,) = case.in_float64("x")
        rows, columns, stride, padding = list(case.arguments.values())[1:]
        layer = Conv2D(3, (rows, columns), stride=stride, padding=padding)
        Sequential(layer, input_shape=x.shape[1:], dtype=np.float64, rng=0)
        (target,) = EXERCISES["im2col"].oracle(case)
        product = target.value @ layer.w.reshape(-1, 3)
        scale = float(np.abs(product).max())
        assert product == pytest.approx(layer.forward(x).reshape(-1, 3), abs=1e-12 * scale)


def test_an_image_after_a_relu_has_ties_that_tell_rows_from_columns():
    for case in cases_of("max_pool_backward"):
        if case.about == "images after a ReLU":
            window = case.arguments["x"][1, :2, :2]
            assert np.all(window[0, 1] == window[1, 0])
            assert np.all(window[0, 0] < window[0, 1])
            assert np.all(case.arguments["x"][0, :2, :2] == 0)


def column(*numbers):
    """Give numbers as images of one channel."""
    array = np.array(numbers)
    return array.reshape(1, *array.shape, 1)


IMAGE = column([1.0, 5.0, 0.0, 2.0], [3.0, 2.0, 4.0, 1.0])
EXAMPLES = {
    "output_size": (7, 3, 2, 0),
    "conv_forward": (
        column([1.0, 2.0, 1.0], [3.0, 1.0, 3.0]),
        column([1.0, 2.0], [0.0, 1.0]).reshape(2, 2, 1, 1),
        np.array([-1.0]),
        1,
        0,
    ),
    "conv_backward": (
        column([1.0, 2.0]),
        column([1.0, 2.0, 3.0]),
        column([1.0, 3.0]).reshape(1, 2, 1, 1),
        1,
        0,
    ),
    "im2col": (column([1.0, 2.0, 3.0], [4.0, 5.0, 6.0]), 2, 2, 1, 0),
    "max_pool_forward": (IMAGE, 2, 2),
    "max_pool_backward": (column([2.0, 3.0]), IMAGE, 2, 2),
}


@pytest.mark.parametrize("name", list(EXAMPLES))
def test_the_examples_that_can_be_tried_by_hand_are_right(name):
    """The answer that a learner might type in is the answer that the solution gives."""
    typed_in = next(one for one in EXERCISES[name].mistakes if "typed in" in one.name).function
    found, wanted = solved("convolution")[name](*EXAMPLES[name]), typed_in(*EXAMPLES[name])
    if not isinstance(wanted, tuple):
        found, wanted = (found,), (wanted,)
    for one, other in zip(found, wanted, strict=True):
        assert np.array_equal(one, other)


def test_a_filter_that_looks_elsewhere_for_each_place_is_found_by_moving_the_image():
    """Right on every image that is drawn, wrong on the one that the property makes."""
    right = solved("convolution")["conv_forward"]
    drawn = {case.arguments["x"].shape for case in cases_of("conv_forward", [0])}

    def special(x, w, b, stride, padding):
        y = right(x, w, b, stride, padding)
        return y if x.shape in drawn else y + 1

    verdict = judge(EXERCISES["conv_forward"], special)
    assert verdict.aspect == "property"
    assert "looks for the same thing everywhere" in verdict.message


def test_gradients_that_do_not_fit_the_forward_pass_are_found():
    exercise = EXERCISES["conv_backward"]
    case = next(iter(cases_of("conv_backward", [0])))
    (item,) = exercise.properties
    outputs = tuple(target.value for target in exercise.oracle(case))
    rng = np.random.default_rng(0)
    assert item.violation(None, case, outputs, rng) is None
    spoiled = (outputs[0], outputs[1] * 1.01, outputs[2])
    assert "predict" in item.violation(None, case, spoiled, rng)


def test_a_count_that_is_right_and_a_float_is_refused():
    (item,) = EXERCISES["output_size"].properties
    case = Case({}, "")
    assert item.violation(None, case, (np.array(3),), None) is None
    assert "np.zeros(3.0)" in item.violation(None, case, (np.array(3.0),), None)
