import math
import re

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dlcourse.layers import Dense, Tanh
from dlcourse.model import Sequential
from dlcourse.optimizers import (
    SGD,
    Adagrad,
    Adam,
    Adamax,
    AdamW,
    AMSGrad,
    Optimizer,
    RMSprop,
    clip_by_norm,
    clip_by_value,
)
from dlcourse.parameters import Parameters, ParameterSpec, Segment
from tests.allocation import peak_of

#: Every optimizer and mode, by name, made for a learning rate.
EVERY = {
    "sgd": SGD,
    "momentum": lambda p, rate, **o: SGD(p, rate, 0.9, **o),
    "nesterov": lambda p, rate, **o: SGD(p, rate, 0.9, nesterov=True, **o),
    "adagrad": Adagrad,
    "rmsprop": RMSprop,
    "rmsprop, momentum": lambda p, rate, **o: RMSprop(p, rate, momentum=0.9, **o),
    "rmsprop, centred": lambda p, rate, **o: RMSprop(p, rate, centered=True, **o),
    "rmsprop, both": lambda p, rate, **o: RMSprop(p, rate, momentum=0.9, centered=True, **o),
    "adam": Adam,
    "adamw": AdamW,
    "amsgrad": AMSGrad,
    "adamax": Adamax,
}
EACH = pytest.mark.parametrize("make", EVERY.values(), ids=EVERY.keys())


def parameters(values, dtype=np.float64):
    made = Parameters({"p": ParameterSpec("p", (len(values),), lambda array, rng: None)}, dtype)
    made.values[:] = values
    return made


def network(dtype=np.float64):
    """Two dense layers with parameters and gradients of size one."""
    model = Sequential(Dense(5), Tanh(), Dense(3), input_shape=(4,), rng=0, dtype=dtype)
    rng = np.random.default_rng(1)
    model.parameters.values[:] = rng.normal(size=model.parameters.values.size)
    model.parameters.gradients[:] = rng.normal(size=model.parameters.values.size)
    return model


# --- first steps, in closed form ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "steps"),
    [
        (lambda p: SGD(p, 0.1), lambda g: (0.1 * g, 0.1 * g)),
        (lambda p: SGD(p, 0.1, 0.5), lambda g: (0.1 * g, 0.15 * g)),
        (lambda p: SGD(p, 0.1, 0.5, nesterov=True), lambda g: (0.15 * g, 0.175 * g)),
        (lambda p: Adagrad(p, 0.1), lambda g: (0.1 * np.sign(g), 0.1 / 2**0.5 * np.sign(g))),
        (
            lambda p: RMSprop(p, 0.1, 0.75),
            lambda g: (0.1 / 0.25**0.5 * np.sign(g), 0.1 / 0.4375**0.5 * np.sign(g)),
        ),
        (
            lambda p: RMSprop(p, 0.1, 0.75, momentum=0.5),
            lambda g: (0.2 * np.sign(g), (0.1 + 0.1 / 0.4375**0.5) * np.sign(g)),
        ),
        (
            # After two steps of a constant gradient v - m² is (0.4375 - 0.4375²) g².
            lambda p: RMSprop(p, 0.1, 0.75, centered=True),
            lambda g: (
                0.1 / (0.25 - 0.25**2) ** 0.5 * np.sign(g),
                0.1 / (0.4375 - 0.4375**2) ** 0.5 * np.sign(g),
            ),
        ),
        (lambda p: Adam(p, 0.1), lambda g: (0.1 * np.sign(g), 0.1 * np.sign(g))),
        (lambda p: AMSGrad(p, 0.1), lambda g: (0.1 * np.sign(g), 0.1 * np.sign(g))),
        (lambda p: Adamax(p, 0.1), lambda g: (0.1 * np.sign(g), 0.1 * np.sign(g))),
    ],
)
def test_first_two_steps_under_a_constant_gradient(make, steps):
    g = np.array([2.0, -0.5, 30.0])
    p = parameters([0.0, 0.0, 0.0])
    optimizer = make(p)
    p.gradients[:] = g
    for expected in steps(g):
        before = p.values.copy()
        optimizer.step()
        np.testing.assert_allclose(before - p.values, expected, rtol=1e-6)


@EACH
def test_a_gradient_of_zero_moves_nothing(make):
    p = parameters([1.0, -2.0])
    optimizer = make(p, 0.1, weight_decay=0.0)
    for _ in range(3):
        optimizer.step()
    assert p.values.tolist() == [1, -2]


def test_momentum_reaches_its_final_speed():
    """Under a constant gradient g the velocity tends to g / (1 - μ)."""
    for nesterov in (False, True):
        p = parameters([0.0])
        optimizer = SGD(p, learning_rate=1.0, momentum=0.9, nesterov=nesterov)
        p.gradients[:] = 1
        for _ in range(500):
            before = p.values.copy()
            optimizer.step()
        assert before - p.values == pytest.approx(10)
        assert optimizer.steps == 500


# --- what is left unchanged by what ---------------------------------------------------------------


@given(st.floats(1e-3, 1e3), st.integers(0, 2**32 - 1))
@pytest.mark.parametrize(
    "make",
    [
        lambda p: Adagrad(p, 0.1, epsilon=1e-30),
        lambda p: RMSprop(p, 0.1, epsilon=1e-30),
        lambda p: RMSprop(p, 0.1, epsilon=1e-30, momentum=0.9),
        lambda p: Adam(p, 0.1, epsilon=1e-30),
        lambda p: AMSGrad(p, 0.1, epsilon=1e-30),
        lambda p: Adamax(p, 0.1, epsilon=1e-30),
    ],
    ids=["adagrad", "rmsprop", "rmsprop momentum", "adam", "amsgrad", "adamax"],
)
def test_adaptive_steps_do_not_depend_on_the_gradients_size(make, scale, seed):
    gradients = np.random.default_rng(seed).normal(size=(6, 4))
    paths = []
    for factor in (1.0, scale):
        p = parameters([1.0, 2.0, -1.0, 0.0])
        optimizer = make(p)
        for gradient in gradients:
            p.gradients[:] = factor * gradient
            optimizer.step()
        paths.append(p.values.copy())
    np.testing.assert_allclose(*paths, rtol=1e-9, atol=1e-12)


@EACH
def test_every_number_is_updated_by_itself(make):
    gradients = np.random.default_rng(0).normal(size=(5, 4))
    order = [2, 0, 3, 1]
    paths = []
    for columns in (slice(None), order):
        p = parameters(np.array([1.0, 2, -1, 0])[columns])
        optimizer = make(p, 0.1)
        for gradient in gradients:
            p.gradients[:] = gradient[columns]
            optimizer.step()
        paths.append(p.values.copy())
    np.testing.assert_array_equal(paths[0][order], paths[1])


@EACH
def test_the_mirror_image_goes_the_mirrored_way(make):
    p, q = parameters([1.0, -0.5]), parameters([-1.0, 0.5])
    one, other = make(p, 0.1), make(q, 0.1)
    for gradient in np.random.default_rng(0).normal(size=(5, 2)):
        p.gradients[:], q.gradients[:] = gradient, -gradient
        one.step(), other.step()
    np.testing.assert_array_equal(p.values, -q.values)


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=30))
@example([469.0, 469.0, 469.0, 467.0, 467.0])
def test_no_step_of_adamax_is_larger_than_the_rate(gradients):
    """|m̂| ≤ u, but for what u forgets (Kingma and Ba 2015, section 7.1, leave that out).

    m̂ averages gᵢ with weights that fall as β₁ᵏ, k = t - i, while u ≥ β₂ᵏ |gᵢ|: so |m̂| / u is at
    most the average of β₂⁻ᵏ with these weights, which is 1 at the first step and never over 1.01.
    """
    p = parameters([0.0])
    optimizer = Adamax(p, 0.1)
    for step, gradient in enumerate(gradients, 1):
        before = p.values.copy()
        p.gradients[:] = gradient
        optimizer.step()
        bound = np.average(0.999 ** -np.arange(step), weights=0.9 ** np.arange(step))
        assert bound < 1.01
        assert abs(p.values - before).item() <= 0.1 * bound * (1 + 1e-9)


def test_adagrads_steps_only_shrink():
    p = parameters([0.0])
    optimizer = Adagrad(p, 0.1)
    sizes = []
    for _ in range(20):
        before = p.values.copy()
        p.gradients[:] = 3
        optimizer.step()
        sizes.append(abs(p.values - before).item())
    np.testing.assert_allclose(sizes, 0.1 / np.sqrt(np.arange(1, 21)), rtol=1e-9)


def test_amsgrad_does_not_forget_a_large_gradient():
    steps = {}
    for make in (Adam, AMSGrad):
        p = parameters([0.0])
        optimizer = make(p, 0.1, 0.0, 0.5)
        for gradient in [100.0] + [1.0] * 20:
            before = p.values.copy()
            p.gradients[:] = gradient
            optimizer.step()
        steps[make] = abs(p.values - before).item()
    assert steps[Adam] == pytest.approx(0.1, rel=0.01)
    assert steps[AMSGrad] == pytest.approx(0.1 / 5000**0.5)  # v was (1-β₂) 100² at its largest


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_centred_variance_that_rounds_below_zero_is_no_nan(dtype):
    """Under a constant gradient v and m² meet, and their difference is rounding of either sign."""
    p = parameters([0.0] * 50, dtype)
    optimizer = RMSprop(p, 1e-3, 0.5, centered=True)
    p.gradients[:] = np.linspace(0.1, 3, 50)
    below_zero = 0
    for _ in range(100):
        optimizer.step()
        state = optimizer.state
        below_zero += int((state["squares"] - state["mean"] ** 2 < 0).sum())
    assert below_zero > 0
    assert np.isfinite(p.values).all()


@EACH
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_nan_in_a_gradient_is_not_hidden(make, dtype):
    p = parameters([1.0, 1.0], dtype)
    optimizer = make(p, 0.1)
    p.gradients[:] = [np.nan, 1]
    optimizer.step()
    assert np.isnan(p.values).tolist() == [True, False]


# --- weight decay, freezing and rates of parameters -----------------------------------------------


@EACH
@pytest.mark.parametrize("decay", ["weight", "bias", "all"])
def test_decay_shrinks_before_the_step(make, decay):
    """With p shrunk by hand the same optimizer without decay does the same."""
    model, twin = network(), network()
    optimizer = make(model.parameters, 0.1, weight_decay=0.2, decay=decay)
    plain = make(twin.parameters, 0.1, weight_decay=0.0)
    for _ in range(3):
        optimizer.step()
        for p in twin.parameters:
            if decay in ("all", p.kind):
                p.value *= 1 - 0.1 * 0.2
        plain.step()
    np.testing.assert_allclose(model.parameters.values, twin.parameters.values, rtol=1e-12)
    assert not np.array_equal(model.parameters.values, network().parameters.values)


@EACH
def test_a_frozen_layer_stays_and_so_does_its_state(make):
    model = network()
    before = model.parameters.values.copy()
    optimizer = make(model.parameters, 0.1)
    state = {name: array.copy() for name, array in optimizer.state.items()}
    model.parameters.set_rate("dense_1", 0)
    optimizer.step()
    frozen = slice(0, 4 * 5 + 5)
    np.testing.assert_array_equal(model.parameters.values[frozen], before[frozen])
    assert (model.parameters.values[25:] != before[25:]).all()
    for name, array in optimizer.state.items():
        np.testing.assert_array_equal(array[frozen], state[name][frozen])
    model.parameters.set_rate("dense_1", 1)
    optimizer.step()
    assert (model.parameters.values[frozen] != before[frozen]).all()


@EACH
def test_a_parameters_rate_multiplies_the_learning_rate(make):
    model, slow, fast = network(), network(), network()
    model.parameters["dense_1.w"].rate = 0.1
    for one, rate in ((model, 0.1), (slow, 0.01), (fast, 0.1)):
        optimizer = make(one.parameters, rate, weight_decay=0.3, decay="all")
        for _ in range(3):
            optimizer.step()
    for p in model.parameters:
        expected = (slow if p.name == "dense_1.w" else fast).parameters[p.name].value
        np.testing.assert_allclose(p.value, expected, rtol=1e-12)


def sizes(parameters, kind="all"):
    return [(s.part.stop - s.part.start, s.rate, s.chosen) for s in parameters.segments(kind)]


def test_segments_merge_what_is_treated_alike():
    parameters = network().parameters  # w 20, b 5, w 15, b 3
    assert sizes(parameters) == [(43, 1, True)]
    assert sizes(parameters, "weight") == [
        (20, 1, True), (5, 1, False), (15, 1, True), (3, 1, False),
    ]  # fmt: skip
    parameters.set_rate("dense_2", 0.5)
    assert sizes(parameters) == [(25, 1, True), (18, 0.5, True)]
    parameters["dense_1.b"].rate = 0.5
    assert sizes(parameters) == [(20, 1, True), (23, 0.5, True)]
    assert [p.rate for p in parameters] == [1, 0.5, 0.5, 0.5]
    parts = [s.part for s in parameters.segments("bias")]
    assert [part.start for part in parts] == [0, *(part.stop for part in parts[:-1])]
    assert parts[-1].stop == parameters.values.size


def test_segments_are_kept_until_a_rate_changes():
    parameters = network().parameters
    first = parameters.segments()
    assert first == (Segment(slice(0, 43), 1.0, True),)
    assert parameters.segments() is first
    parameters["dense_1.w"].rate = 0.5
    assert parameters.segments() is not first


class Counting:
    """Kernels that count how often each is called."""

    def __init__(self, kernels):
        self.kernels, self.calls = kernels, []

    def __getattr__(self, name):
        self.calls.append(name)
        return getattr(self.kernels, name)


@EACH
def test_the_common_case_is_one_kernel_call(make, monkeypatch):
    from dlcourse.optimizers import base

    model = network()
    counting = Counting(base.kernels_for(model.parameters.values))
    monkeypatch.setattr(base, "kernels_for", lambda array: counting)
    optimizer = make(model.parameters, 0.1, weight_decay=0.0)
    optimizer.step()
    assert len(counting.calls) == 1
    model.parameters.set_rate("dense_1", 0)
    optimizer.step()
    assert len(counting.calls) == 2  # the frozen part needs none
    model.parameters.set_rate("dense_1", 0.5)
    optimizer.step()
    assert len(counting.calls) == 4


@EACH
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_warm_step_allocates_nothing(make, dtype):
    values = np.random.default_rng(0).normal(size=10_000)
    p = parameters(values, dtype)
    optimizer = make(p, 0.1)
    for _ in range(3):
        p.gradients[:] = values
        clip_by_norm(p, 1.0)
        clip_by_value(p, 0.5)
        optimizer.step()

    def steps():
        for _ in range(10):
            clip_by_norm(p, 1.0)
            clip_by_value(p, 0.5)
            optimizer.step()

    assert peak_of(steps) < 4000  # a few Python floats and views; one such array has 40,000 bytes


# --- state ----------------------------------------------------------------------------------------


@EACH
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_snapshot_restores_the_run_bit_for_bit(make, dtype):
    gradients = np.random.default_rng(0).normal(size=(8, 3))
    p = parameters([1.0, 2.0, 3.0], dtype)
    optimizer = make(p, 0.1)
    for gradient in gradients[:4]:
        p.gradients[:] = gradient
        optimizer.step()
    optimizer.learning_rate = 0.05
    kept, values = optimizer.snapshot(), p.values.copy()
    assert all(isinstance(array, np.ndarray) for array in kept.values())
    other = parameters(values, dtype)
    again = make(other, 0.1)
    again.restore(kept)
    for gradient in gradients[4:]:
        p.gradients[:] = other.gradients[:] = gradient
        optimizer.step()
        again.step()
    np.testing.assert_array_equal(p.values, other.values)
    assert again.steps == optimizer.steps == 8
    assert again.learning_rate == 0.05


def test_a_snapshot_of_another_optimizer_is_refused():
    p = parameters([1.0, 2.0])
    optimizer, before = Adam(p), p.values.copy()
    for wrong in (SGD(p).snapshot(), Adam(parameters([1.0])).snapshot(), {}):
        with pytest.raises(ValueError, match=r"expected steps \(\), .*, those of Adam"):
            optimizer.restore(wrong)
    assert optimizer.steps == 0
    np.testing.assert_array_equal(p.values, before)


@EACH
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_state_has_the_type_and_size_of_the_parameters(make, dtype):
    optimizer = make(parameters([1, 2], dtype), 0.1)
    for array in optimizer.state.values():
        assert array.dtype == dtype
        assert array.shape == (2,)


def test_the_learning_rate_may_change_between_steps():
    p = parameters([0.0])
    optimizer = SGD(p, learning_rate=1.0)
    p.gradients[:] = 1
    optimizer.step()
    optimizer.learning_rate = np.float32(0.5)
    assert type(optimizer.learning_rate) is float
    optimizer.step()
    assert p.values.tolist() == [-1.5]
    optimizer.learning_rate = 0  # as a warm-up may begin
    optimizer.step()
    assert p.values.tolist() == [-1.5]


def test_representations_show_the_options():
    p = parameters([0.0])
    assert repr(SGD(p, 0.1)) == "SGD(learning_rate=0.1)"
    assert repr(SGD(p, 0.1, 0.9, True)) == "SGD(learning_rate=0.1, momentum=0.9, nesterov=True)"
    assert repr(AdamW(p, decay="all")) == (
        "AdamW(learning_rate=0.001, beta1=0.9, beta2=0.999, epsilon=1e-08, "
        "weight_decay=0.01, decay='all')"
    )
    assert repr(network().parameters["dense_1.w"]) == ("Parameter(dense_1.w, shape=(4, 5), rate=1)")


@EACH
def test_the_options_make_the_optimizer_again(make):
    optimizer = make(parameters([0.0]), 0.1)
    again = type(optimizer)(parameters([0.0]), **optimizer.options)
    assert repr(again) == repr(optimizer)


# --- clipping -------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_clipping_by_norm_keeps_the_direction(dtype):
    p = parameters([0.0] * 3, dtype)
    p.gradients[:] = [3, 0, -4]
    assert clip_by_norm(p, 10) == pytest.approx(5)
    assert p.gradients.tolist() == [3, 0, -4]
    assert clip_by_norm(p, 1) == pytest.approx(5)
    np.testing.assert_allclose(p.gradients, [0.6, 0, -0.8], rtol=1e-6)
    assert type(clip_by_norm(p, 1)) is float


def test_clipping_by_norm_leaves_out_what_is_frozen():
    model = network()
    parameters = model.parameters
    parameters.set_rate("dense_1.b", 0)
    before = parameters.gradients.copy()
    learning = np.ones(43, bool)
    learning[20:25] = False
    norm = np.linalg.norm(before[learning])
    assert clip_by_norm(parameters, 0.5) == pytest.approx(norm)
    np.testing.assert_allclose(parameters.gradients[learning], before[learning] * 0.5 / norm)
    np.testing.assert_array_equal(parameters.gradients[~learning], before[~learning])


def test_large_float32_gradients_do_not_overflow_their_norm():
    p = parameters([0.0, 0.0], np.float32)
    p.gradients[:] = [3e30, 4e30]
    assert clip_by_norm(p, 1) == pytest.approx(5e30)
    np.testing.assert_allclose(p.gradients, [0.6, 0.8], rtol=1e-6)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_norm_that_is_not_finite_is_said(bad):
    p = parameters([0.0, 0.0])
    p.gradients[:] = [bad, 1]
    with pytest.raises(ArithmeticError, match=f"the gradients have norm {bad}: expected finite"):
        clip_by_norm(p, 1)
    assert p.gradients[1] == 1


def test_clipping_by_value():
    p = parameters([0.0] * 5)
    p.gradients[:] = [3, -3, 0.5, -0.5, np.nan]
    clip_by_value(p, 1)
    np.testing.assert_array_equal(p.gradients, [1, -1, 0.5, -0.5, np.nan])


# --- bad input ------------------------------------------------------------------------------------

P = parameters([0.0])


@pytest.mark.parametrize(
    ("act", "kind", "sentence"),
    [
        (lambda: SGD(P, nesterov=True), ValueError, "momentum is 0: expected a number above 0"),
        (lambda: SGD(P, 0.1, 0.9, 1), TypeError, "nesterov is 1 (int): expected True or False"),
        (lambda: SGD(P, weight_decay=-1), ValueError, "weight_decay is -1: expected a finite num"),
        (
            lambda: SGD(P, weight_decay=1, decay="bias"),
            ValueError,
            "kind is 'bias': expected one of all, weight",
        ),
        (lambda: SGD(P, decay=1), TypeError, "decay is 1 (int): expected 'weight' or 'all'"),
        (lambda: Adagrad(P, epsilon=0), ValueError, "epsilon is 0: expected a finite number ab"),
        (
            lambda: Adagrad(P, initial_accumulator=-1),
            ValueError,
            "initial_accumulator is -1: expected a finite number at least 0",
        ),
        (lambda: RMSprop(P, beta=1), ValueError, "beta is 1: expected a finite number at least 0"),
        (lambda: RMSprop(P, momentum=2), ValueError, "momentum is 2: expected a finite number"),
        (lambda: RMSprop(P, centered=None), TypeError, "centered is None (NoneType): expected Tr"),
        (lambda: Adamax(P, beta2=-0.1), ValueError, "beta2 is -0.1: expected a finite number"),
        (lambda: AMSGrad(P, epsilon="a"), TypeError, "epsilon is 'a' (str): expected a finite"),
        (lambda: AdamW(P, 0), ValueError, "learning_rate is 0: expected a finite number above 0"),
        (lambda: clip_by_norm(P, 0), ValueError, "limit is 0: expected a finite number above 0"),
        (lambda: clip_by_value(P, -1), ValueError, "limit is -1: expected a finite number above"),
        (
            lambda: setattr(SGD(P), "learning_rate", math.nan),
            ValueError,
            "learning_rate is nan: expected a finite number at least 0",
        ),
        (
            lambda: setattr(P["p"], "rate", -1),
            ValueError,
            "rate is -1: expected a finite number at least 0",
        ),
        (
            lambda: network().parameters.set_rate("dense", 0),
            KeyError,
            "no parameter or layer 'dense' with parameters: expected one of dense_1.w, dense_1.b",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_bad_input_is_answered_in_one_sentence(act, kind, sentence):
    with pytest.raises(kind, match=re.escape(sentence)) as caught:
        act()
    assert "\n" not in str(caught.value)


def test_what_an_optimizer_must_define():
    with pytest.raises(NotImplementedError):
        Optimizer(network().parameters, 0.1).step()


# --- a part of the parameters ---------------------------------------------------------------------


@EACH
def test_parts_kept_by_several_optimizers_make_the_whole_step(make):
    """Where decay, rates and parts cut the buffers at different places."""
    whole, cut = network(), network()
    for model in (whole, cut):
        model.parameters["dense_2.w"].rate = 0.5
        model.parameters["dense_1.b"].rate = 0
    one = make(whole.parameters, 0.1, weight_decay=0.1)
    parts = [make(cut.parameters, 0.1, weight_decay=0.1) for _ in range(3)]
    for optimizer, part in zip(parts, (slice(0, 7), slice(7, 30), slice(30, 43)), strict=True):
        optimizer.keep(part)
    for _ in range(3):
        for optimizer in (one, *parts):
            optimizer.step()
    np.testing.assert_array_equal(cut.parameters.values, whole.parameters.values)
    for name, array in one.state.items():
        joined = np.concatenate([optimizer.state[name] for optimizer in parts])
        np.testing.assert_array_equal(joined, array)
    # A snapshot of the whole goes into a part as one of the part does.
    before = parts[1].snapshot()
    parts[1].step()
    parts[1].restore(one.snapshot())
    assert all(np.array_equal(parts[1].snapshot()[name], before[name]) for name in before)
    with pytest.raises(ValueError, match=r"^part is 0:8: expected a stretch within 7:30"):
        parts[1].keep(slice(0, 8))
