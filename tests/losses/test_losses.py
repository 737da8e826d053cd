import math
import re
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcourse import devices
from dlcourse.layers import Dense
from dlcourse.losses import (
    BinaryCrossEntropy,
    Hinge,
    Huber,
    Loss,
    MeanAbsoluteError,
    MeanSquaredError,
    MultiClassHinge,
    SoftmaxCrossEntropy,
    SquaredHinge,
)
from dlcourse.model import Sequential
from dlcourse.optimizers import SGD
from dlcourse.training import fit
from tests.ids import shown
from tests.support import DEVICES, DEVICES_LONG, assert_loss_gradient


def values(rng, shape):
    return rng.normal(size=shape)


def bits(rng, shape):
    return rng.integers(0, 2, shape).astype(float)


def shares(rng, shape):
    return rng.uniform(size=shape)


def signs(rng, shape):
    return 2 * bits(rng, shape) - 1


#: Every loss of one output against one target, and how its targets are drawn.
ELEMENTWISE = [
    (MeanSquaredError, values),
    (MeanAbsoluteError, values),
    (Huber, values),
    (lambda: Huber(0.3), values),
    (BinaryCrossEntropy, bits),
    (lambda: BinaryCrossEntropy(4), shares),
    (Hinge, signs),
    (SquaredHinge, signs),
]


def labels(rng, shape):
    return rng.integers(0, shape[-1], shape[:-1])


def distributions(rng, shape):
    return rng.dirichlet(np.ones(shape[-1]), shape[:-1])


def weights(classes):
    return np.linspace(0.5, 2, classes)


#: Every loss over classes, made for a number of them.
CLASSES = [
    (lambda c: SoftmaxCrossEntropy(), labels),
    (lambda c: SoftmaxCrossEntropy(0.2), labels),
    (lambda c: SoftmaxCrossEntropy(0, weights(c)), labels),
    (lambda c: SoftmaxCrossEntropy(0.2, weights(c)), labels),
    (lambda c: SoftmaxCrossEntropy(0.2, weights(c)), distributions),
    (lambda c: MultiClassHinge(), labels),
    (lambda c: MultiClassHinge(0.4), labels),
]


@pytest.mark.parametrize(("make", "draw"), ELEMENTWISE)
@pytest.mark.parametrize("shape", [(1, 1), (4, 3), (2, 3, 2), (5,)])
@pytest.mark.parametrize("weighting", [None, "examples", "places"])
@DEVICES_LONG
def test_elementwise_gradients(make, draw, shape, weighting, device):
    rng = np.random.default_rng(1)
    y, target = rng.normal(0, 2, shape), draw(rng, shape)
    weight = {
        None: None,
        "examples": rng.uniform(size=shape[:1]),
        "places": rng.uniform(size=shape),
    }
    assert_loss_gradient(make(), y, target, weight=weight[weighting], device=device)


@pytest.mark.parametrize(("make", "draw"), CLASSES)
@pytest.mark.parametrize("shape", [(1, 2), (3, 5), (8, 10), (3, 4, 5), (2, 3, 2, 4)])
@pytest.mark.parametrize("weighting", [None, "examples", "places"])
@DEVICES_LONG
def test_gradients_over_classes(make, draw, shape, weighting, device):
    rng = np.random.default_rng(2)
    y, target = rng.normal(0, 2, shape), draw(rng, shape)
    weight = {
        None: None,
        "examples": rng.uniform(size=shape[:1]),
        "places": rng.uniform(size=shape[:-1]),
    }
    assert_loss_gradient(make(shape[-1]), y, target, weight=weight[weighting], device=device)


EVERY = [(make, draw, (6, 4)) for make, draw in ELEMENTWISE] + [
    (lambda make=make: make(4), draw, (6, 4)) for make, draw in CLASSES
]


@pytest.mark.parametrize(("make", "draw", "shape"), EVERY)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_weights_count_examples(make, draw, shape, dtype):
    """Weight 2 is the example twice, weight 0 leaves it out, equal weights change nothing."""
    rng, loss = np.random.default_rng(3), make()
    y, target = rng.normal(0, 2, shape).astype(dtype), draw(rng, shape)
    counts = np.array([1, 2, 0, 1, 3, 1])
    rtol = 1e-5 if dtype == np.float32 else 1e-12
    value, dy = loss.forward(y, target, counts), loss.backward().copy()
    assert dy.dtype == dtype
    order = np.repeat(np.arange(6), counts)
    repeated = loss.forward(y[order], target[order])
    assert value == pytest.approx(repeated, rel=rtol)
    expected = np.zeros(shape)
    np.add.at(expected, order, loss.backward())
    np.testing.assert_allclose(dy, expected, rtol, rtol / 10)
    assert loss.forward(y, target, np.full(6, 0.3)) == pytest.approx(
        loss.forward(y, target), rel=rtol
    )


@pytest.mark.parametrize(("make", "draw", "shape"), EVERY)
def test_outputs_that_are_not_contiguous(make, draw, shape):
    rng, loss = np.random.default_rng(4), make()
    y, target = rng.normal(size=shape), draw(rng, shape)
    value, dy = loss.forward(y, target), loss.backward().copy()
    assert loss.forward(np.asfortranarray(y), np.asfortranarray(target)) == value
    np.testing.assert_array_equal(loss.backward(), dy)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_elementwise_losses_against_their_definitions(dtype):
    """Number by number, also far out, where a careless formula overflows or loses its digits."""
    outputs = [-1e4, -100, -20, -1.5, -1, -0.5, 0.0, 0.3, 1, 2, 20, 100, 1e4]

    def binary(y, t, w=1):
        log_yes = -math.log1p(math.exp(-y)) if y > -700 else y
        log_no = -math.log1p(math.exp(y)) if y < 700 else -y
        return -w * t * log_yes - (1 - t) * log_no

    definitions = [
        (MeanSquaredError(), (-1, 0.5), lambda y, t: (y - t) ** 2),
        (MeanAbsoluteError(), (-1, 0.5), lambda y, t: abs(y - t)),
        (
            Huber(1.5),
            (-1, 0.5),
            lambda y, t: (y - t) ** 2 / 2 if abs(y - t) < 1.5 else 1.5 * (abs(y - t) - 0.75),
        ),
        (BinaryCrossEntropy(), (0, 1, 0.25), binary),
        (BinaryCrossEntropy(3), (0, 1, 0.25), lambda y, t: binary(y, t, 3)),
        (Hinge(), (-1, 1), lambda y, t: max(0, 1 - t * y)),
        (SquaredHinge(), (-1, 1), lambda y, t: max(0, 1 - t * y) ** 2),
    ]
    for loss, targets, definition in definitions:
        for y, t in product(outputs, targets):
            value = loss.forward(np.array([[y]], dtype), np.array([[t]], dtype))
            expected = definition(float(dtype(y)), float(dtype(t)))
            assert value == pytest.approx(expected, rel=1e-6, abs=1e-37), (loss, y, t)


@pytest.mark.parametrize(
    ("loss", "y", "target", "dy"),
    [
        (MeanAbsoluteError(), 2, 2, 0),
        (Huber(1), 3, 2, 1),
        (Hinge(), 1, 1, 0),
        (Hinge(), -1, -1, 0),
        (SquaredHinge(), 1, 1, 0),
    ],
)
def test_derivatives_at_the_kinks(loss, y, target, dy):
    loss.forward(np.array([[float(y)]]), np.array([[float(target)]]))
    assert loss.backward().item() == dy


def test_binary_cross_entropy_keeps_the_digits_of_a_small_gradient():
    """At y = 20, t = 1 the gradient is -2e-9, which sigmoid(y) - t rounds to 0 in float32."""
    loss = BinaryCrossEntropy()
    loss.forward(np.array([[20]], np.float32), np.array([[1]]))
    assert loss.backward().item() == pytest.approx(-1 / (1 + math.exp(20)), rel=1e-6)


def test_one_output_goes_with_one_target_each():
    """(n, 1) against (n,) means n pairs, not the (n, n) that broadcasting would make of it."""
    y, target = np.array([[1.0], [2.0], [4.0]]), np.array([1.0, 1.0, 1.0])
    assert MeanSquaredError().forward(y, target) == pytest.approx(10 / 3)
    assert MeanSquaredError().forward(y, target[:, None]) == pytest.approx(10 / 3)


def test_probabilities_of_one_class_are_its_label():
    rng = np.random.default_rng(0)
    y, target = rng.normal(size=(6, 4)), rng.integers(0, 4, 6)
    for loss in (SoftmaxCrossEntropy(), SoftmaxCrossEntropy(0.3)):
        value, dy = loss.forward(y, target), loss.backward().copy()
        assert loss.forward(y, np.eye(4)[target]) == pytest.approx(value, rel=1e-12)
        np.testing.assert_allclose(loss.backward(), dy, atol=1e-15)
        assert loss.forward(y, np.eye(4, dtype=int)[target]) == pytest.approx(value, rel=1e-12)


def test_options_of_no_effect_give_the_plain_loss():
    """The general kernel, with weights of one, against the fast one."""
    rng = np.random.default_rng(0)
    y, target = rng.normal(size=(6, 4)).astype(np.float32), rng.integers(0, 4, 6)
    plain, general = SoftmaxCrossEntropy(), SoftmaxCrossEntropy(class_weight=[1, 1, 1, 1])
    assert general.forward(y, target) == pytest.approx(plain.forward(y, target), rel=1e-6)
    np.testing.assert_allclose(general.backward(), plain.backward(), atol=1e-8)


@given(st.integers(2, 6), st.integers(1, 5), st.integers(0, 2**32 - 1))
def test_the_multi_class_hinge_is_what_its_definition_says(classes, n, seed):
    rng = np.random.default_rng(seed)
    y, target = rng.normal(size=(n, classes)), rng.integers(0, classes, n)
    expected = sum(
        max(0.0, 1 - y[row, target[row]] + y[row, c]) / classes / n
        for row in range(n)
        for c in range(classes)
        if c != target[row]
    )
    assert MultiClassHinge().forward(y, target) == pytest.approx(expected, rel=1e-12, abs=1e-15)


@DEVICES
def test_what_is_counted_as_correct(device):
    y = np.array([[2.0, -1.0], [-0.5, 0.5], [0.1, 3.0]], np.float32)
    y = devices.device(device).put(y)
    assert int(SoftmaxCrossEntropy().count_correct(y, np.array([0, 1, 0]))) == 2
    assert int(MultiClassHinge().count_correct(y, np.array([1, 1, 0]))) == 1
    assert (
        int(SoftmaxCrossEntropy().count_correct(y, np.array([[0.6, 0.4], [0.3, 0.7], [1, 0]]))) == 2
    )
    assert int(BinaryCrossEntropy().count_correct(y, np.array([[1, 0], [1, 1], [1.0, 0.0]]))) == 4
    assert int(Hinge().count_correct(y, np.array([[1, -1], [1, 1], [1, -1.0]]))) == 4
    sequence = y.reshape(1, 3, 2)
    assert int(SoftmaxCrossEntropy().count_correct(sequence, np.array([[0, 1, 0]]))) == 2
    assert SoftmaxCrossEntropy().decisions((3, 2)) == 3
    assert BinaryCrossEntropy().decisions((3, 2)) == 6
    for regression in (MeanSquaredError(), Huber()):
        with pytest.raises(TypeError, match="is no classification loss"):
            regression.count_correct(y, y)
        with pytest.raises(TypeError, match="is no classification loss"):
            regression.decisions((2,))


@pytest.mark.parametrize(
    ("loss", "units", "target"),
    [
        (BinaryCrossEntropy(), 1, lambda right: right),
        (Hinge(), 1, lambda right: 2 * right - 1),
        (SquaredHinge(), 1, lambda right: 2 * right - 1),
        (MultiClassHinge(), 2, lambda right: right),
        (SoftmaxCrossEntropy(0.1), 2, lambda right: right),
        (SoftmaxCrossEntropy(), 2, lambda right: np.eye(2)[right]),
    ],
    ids=shown,
)
def test_each_classification_loss_learns_to_separate(loss, units, target):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 2))
    right = (x[:, 0] + x[:, 1] > 0).astype(int)
    model = Sequential(Dense(units), input_shape=(2,), rng=0)
    history = fit(
        model, loss, SGD(model.parameters, 0.5), (x, target(right)), epochs=20, rng=0,
        progress=False,
    )  # fmt: skip
    assert history["accuracy"][-1] > 0.97


Y = np.zeros((3, 4))
T = np.array([0, 1, 2])


@pytest.mark.parametrize(
    ("act", "kind", "sentence"),
    [
        (lambda: Huber(0), ValueError, "delta is 0: expected a finite number above 0"),
        (lambda: BinaryCrossEntropy(-1), ValueError, "positive_weight is -1: expected a finite"),
        (lambda: SoftmaxCrossEntropy(1.5), ValueError, "label_smoothing is 1.5: expected a finite"),
        (
            lambda: SoftmaxCrossEntropy(0, [1, 0]),
            ValueError,
            "class_weight[1] is 0: expected a finite number above 0",
        ),
        (
            lambda: SoftmaxCrossEntropy(0, 3),
            ValueError,
            "class_weight has shape (): expected (classes,), one for each",
        ),
        (
            lambda: SoftmaxCrossEntropy(0, ["a", "b"]),
            TypeError,
            "class_weight is ['a', 'b'] (list): expected an array of real numbers",
        ),
        (
            lambda: SoftmaxCrossEntropy(0, [1, 2]).forward(Y, T),
            ValueError,
            "has 2 class weights and got outputs of shape (4,): expected as many as classes",
        ),
        (lambda: MultiClassHinge(0), ValueError, "margin is 0: expected a finite number above 0"),
        (
            lambda: Hinge().forward(Y, np.ones((3, 4)) * [1, -1, 0, 1]),
            ValueError,
            "target holds 0: expected -1 and 1 (from labels 0 and 1: 2 t - 1)",
        ),
        (
            lambda: BinaryCrossEntropy().forward(Y, Y - 1),
            ValueError,
            "target holds -1: expected 0 and 1, or probabilities between",
        ),
        (
            lambda: BinaryCrossEntropy().forward(Y, Y * np.nan),
            ValueError,
            "target holds nan: expected 0 and 1, or probabilities between",
        ),
        (
            lambda: MeanSquaredError().forward(Y, np.zeros(3)),
            ValueError,
            "target has shape (3,): expected (3, 4), that of the outputs",
        ),
        (
            lambda: SoftmaxCrossEntropy().forward(Y, Y),
            ValueError,
            "target has a row of smallest value 0 and sum 0: expected probabilities, which sum",
        ),
        (
            lambda: SoftmaxCrossEntropy().forward(Y, Y + np.array([1.5, -0.5, 0, 0])),
            ValueError,
            "target has a row of smallest value -0.5 and sum 1: expected probabilities, which",
        ),
        (
            lambda: SoftmaxCrossEntropy().forward(Y, T * 1.0),
            TypeError,
            "expected whole-number labels of shape (3,)",
        ),
        (
            lambda: SoftmaxCrossEntropy().forward(np.zeros((2, 3, 4)), np.zeros(2, int)),
            ValueError,
            "target has shape (2,): expected (2, 3), one label each",
        ),
        (
            lambda: SoftmaxCrossEntropy().forward(np.zeros((2, 3, 4)), np.full((2, 3), 4)),
            ValueError,
            "target[0, 0] is 4: expected labels from 0 to 3",
        ),
        (
            lambda: MultiClassHinge().forward(Y, T - 1),
            ValueError,
            "target[0] is -1: expected labels from 0 to 3",
        ),
        (
            lambda: MeanSquaredError().forward([[1.0]], [[1.0]]),
            TypeError,
            "y is [[1.0]] (list): expected an array of float32 or float64",
        ),
        (
            lambda: MeanSquaredError().forward(np.ones((2, 2), int), np.ones((2, 2))),
            TypeError,
            "dtype int64: expected an array of float32 or float64",
        ),
        (
            lambda: MeanSquaredError().forward(Y[:0], Y[:0]),
            ValueError,
            "y has shape (0, 4): expected (n, …), at least one example",
        ),
        (
            lambda: MeanSquaredError().forward(Y, Y, np.ones(4)),
            ValueError,
            "weight has shape (4,): expected (3,) or (3, 4)",
        ),
        (
            lambda: SoftmaxCrossEntropy().forward(Y, T, np.ones((3, 4))),
            ValueError,
            "weight has shape (3, 4): expected (3,)",
        ),
        (
            lambda: SoftmaxCrossEntropy().forward(Y, T, [1, -1, 1]),
            ValueError,
            "weight has smallest value -1 and sum 1: expected finite weights of at least 0",
        ),
        (
            lambda: Hinge().forward(Y, Y + 1, np.zeros(3)),
            ValueError,
            "weight has smallest value 0 and sum 0: expected finite weights of at least 0, not all",
        ),
        (
            lambda: Huber().forward(Y, Y, np.array([1, np.nan, 1])),
            ValueError,
            "weight has smallest value nan and sum nan: expected finite weights",
        ),
        (
            lambda: Huber().forward(Y, Y, np.array([1, np.inf, 1])),
            ValueError,
            "weight has smallest value 1 and sum inf: expected finite weights",
        ),
        (lambda: Huber().forward(Y, Y, 1.0), ValueError, "weight has shape (): expected (3,)"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_bad_input_is_answered_in_one_sentence(act, kind, sentence):
    with pytest.raises(kind, match=re.escape(sentence)) as caught:
        act()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("make", [make for make, _, _ in EVERY])
def test_backward_before_forward_is_refused(make):
    with pytest.raises(RuntimeError, match="backward came before any forward"):
        make().backward()


def test_representations_show_the_options():
    assert repr(SoftmaxCrossEntropy()) == "SoftmaxCrossEntropy()"
    assert repr(SoftmaxCrossEntropy(0.1, (1, 2))) == (
        "SoftmaxCrossEntropy(label_smoothing=0.1, class_weight=(1.0, 2.0))"
    )
    assert repr(Huber()) == "Huber(delta=1.0)"
    assert repr(BinaryCrossEntropy()) == "BinaryCrossEntropy()"
    assert repr(BinaryCrossEntropy(2)) == "BinaryCrossEntropy(positive_weight=2.0)"
    assert repr(MultiClassHinge(0.5)) == "MultiClassHinge(margin=0.5)"
    assert all(isinstance(make(), Loss) for make, _, _ in EVERY)


def test_adding_the_same_to_all_logits_changes_nothing():
    rng = np.random.default_rng(0)
    loss, y, target = SoftmaxCrossEntropy(), rng.normal(size=(4, 3)), np.array([0, 2, 1, 1])
    value, dy = loss.forward(y, target), loss.backward().copy()
    assert loss.forward(y + 100, target) == pytest.approx(value, rel=1e-12)
    np.testing.assert_allclose(loss.backward(), dy, atol=1e-12)
    np.testing.assert_allclose(dy.sum(1), 0, atol=1e-15)


@pytest.mark.parametrize("labels", [np.uint8, np.int32, np.int64])
def test_labels_of_any_whole_number_type(labels):
    y, target = np.eye(3, dtype=np.float32), np.arange(3)
    expected = SoftmaxCrossEntropy().forward(y, target)
    assert SoftmaxCrossEntropy().forward(y, target.astype(labels)) == expected
    assert SoftmaxCrossEntropy().forward(y, target.tolist()) == expected


@np.errstate(invalid="ignore")  # with the JIT switched off NumPy warns of ∞ - ∞
def test_nan_and_infinity_are_not_hidden():
    y = np.zeros((2, 3), np.float32)
    y[1, 2] = np.nan
    assert np.isnan(SoftmaxCrossEntropy().forward(y, np.zeros(2, np.int64)))
    y[1, 2] = np.inf
    assert not np.isfinite(SoftmaxCrossEntropy().forward(y, np.zeros(2, np.int64)))
    assert np.isnan(MeanSquaredError().forward(np.full((1, 1), np.nan), np.zeros((1, 1))))
