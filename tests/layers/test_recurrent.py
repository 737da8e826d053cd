"""RNN, LSTM and GRU: against slow references, and what must hold whatever the numbers are."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import config

from dlcourse import initializers
from dlcourse.layers import GRU, LSTM, RNN, Dense, Embedding
from dlcourse.losses import SoftmaxCrossEntropy
from dlcourse.model import Sequential, load, save
from dlcourse.optimizers import Adam
from tests.allocation import peak_of
from tests.support import DEVICES_LONG, assert_layer_gradients

CELLS = pytest.mark.parametrize("cell", [RNN, LSTM, GRU])
DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64])


def build(cell, units, shape, *, dtype=np.float64, seed=0, **options):
    """Return a model of one layer whose parameters are all large enough to matter."""
    rng = np.random.default_rng(seed)
    model = Sequential(cell(units, **options), input_shape=shape, rng=rng, dtype=dtype)
    model.parameters.values[:] = rng.normal(0, 0.6, model.parameters.values.size)
    return model


def sigmoid(x):
    return 0.5 + 0.5 * np.tanh(x / 2)  # overflows for no x


def reference(layer, x, padding=None):
    """Return every state (n, steps, units), one example and one step after another."""
    w_x, w_h, b = (array.astype(float) for array in (layer.w_x, layer.w_h, layer.b))
    units = layer.units
    states = np.zeros((*x.shape[:2], units))
    for n in range(len(x)):
        h, c = np.zeros(units), np.zeros(units)
        for t in range(x.shape[1]):
            if padding is None or not (x[n, t] == padding).all():
                s, p = x[n, t].astype(float) @ w_x + b, h @ w_h
                if isinstance(layer, RNN):
                    h = np.tanh(s + p)
                elif isinstance(layer, LSTM):
                    i, f, g, o = np.split(s + p, 4)
                    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
                    h = sigmoid(o) * np.tanh(c)
                else:
                    (s_r, s_z, s_n), (p_r, p_z, p_n) = np.split(s, 3), np.split(p, 3)
                    r, z = sigmoid(s_r + p_r), sigmoid(s_z + p_z)
                    h = (1 - z) * np.tanh(s_n + r * (p_n + layer.b_h)) + z * h
            states[n, t] = h
    return states


def draw_with_padding(padding):
    """Return a function that draws inputs in which steps are padded: at the end, inside, all."""

    def draw(rng, shape):
        x = rng.normal(size=shape)
        x[0, -2:] = padding
        x[1, [0, 2]] = padding
        x[2] = padding
        return x

    return draw


@CELLS
@DTYPES
@pytest.mark.parametrize(
    ("n", "steps", "features", "units"), [(1, 1, 1, 1), (4, 6, 3, 5), (3, 9, 7, 33)]
)
@pytest.mark.parametrize("padding", [None, -1.5])
def test_every_state_is_that_of_the_reference(cell, dtype, n, steps, features, units, padding):
    model = build(
        cell, units, (steps, features), dtype=dtype, padding=padding, return_sequences=True
    )
    x = np.random.default_rng(1).normal(size=(n, steps, features)).astype(dtype)
    if n > 2:
        x = draw_with_padding(-1.5)(np.random.default_rng(1), x.shape).astype(dtype)
    expected = reference(model.layers[0], x, padding)
    tolerance = 3e-6 if dtype == np.float32 else 1e-13
    np.testing.assert_allclose(model.forward(x), expected, rtol=0, atol=tolerance)


@CELLS
@DEVICES_LONG
@pytest.mark.parametrize("return_sequences", [False, True])
def test_gradients_where_steps_are_skipped(cell, return_sequences, device):
    """dx itself is checked below: a small change of a padded step makes it one that counts."""
    assert_layer_gradients(
        cell(4, padding=2.0, return_sequences=return_sequences),
        (6, 3),
        rows=4,
        draw=draw_with_padding(2.0),
        inputs=False,
        device=device,
    )


@CELLS
@DTYPES
def test_a_skipped_step_is_as_if_it_were_not_there(cell, dtype):
    rng = np.random.default_rng(2)
    whole = build(cell, 5, (7, 3), dtype=dtype, padding=0, return_sequences=True)
    short = build(cell, 5, (4, 3), dtype=dtype, return_sequences=True)
    for layer in (whole.layers[0], short.layers[0]):
        assert layer.w_h.any()
    short.parameters.values[:] = whole.parameters.values
    x = rng.normal(size=(2, 7, 3)).astype(dtype)
    dy = rng.normal(size=(2, 7, 5)).astype(dtype)
    kept = np.array([1, 2, 4, 5])
    skipped = np.array([0, 3, 6])
    x[:, skipped] = 0
    x[0, 1, :2] = 0  # one feature that differs is enough to count

    y = whole.forward(x).copy()
    y_short = short.forward(x[:, kept])
    np.testing.assert_array_equal(y[:, kept], y_short)
    np.testing.assert_array_equal(y[:, 0], 0)
    np.testing.assert_array_equal(y[:, 3], y[:, 2])
    np.testing.assert_array_equal(y[:, 6], y[:, 5])

    dx = whole.backward(dy, input_gradient=True)
    dy_short = dy[:, kept].copy()
    dy_short[:, 1] += dy[:, 3]  # the state after step 2 is also what comes out at step 3
    dy_short[:, 3] += dy[:, 6]
    dx_short = short.backward(dy_short, input_gradient=True)
    close = {"rtol": 0, "atol": 1e-5 if dtype == np.float32 else 1e-13}
    np.testing.assert_allclose(dx[:, kept], dx_short, **close)
    np.testing.assert_array_equal(dx[:, skipped], 0)
    np.testing.assert_allclose(whole.parameters.gradients, short.parameters.gradients, **close)


@CELLS
def test_the_last_state_is_the_last_of_every_state(cell):
    every = build(cell, 4, (5, 3), return_sequences=True)
    last = build(cell, 4, (5, 3))
    x = np.random.default_rng(0).normal(size=(3, 5, 3))
    assert every.output_shape == (5, 4)
    assert last.output_shape == (4,)
    np.testing.assert_array_equal(every.forward(x)[:, -1], last.forward(x))
    dy = np.random.default_rng(1).normal(size=(3, 4))
    in_every = np.zeros((3, 5, 4))
    in_every[:, -1] = dy
    np.testing.assert_array_equal(every.backward(in_every, True), last.backward(dy, True))
    np.testing.assert_array_equal(every.parameters.gradients, last.parameters.gradients)


@CELLS
@given(seed=st.integers(0, 2**32 - 1), changed=st.integers(0, 5))
@settings(max_examples=15, deadline=None)
def test_no_state_knows_of_later_steps_or_of_other_examples(cell, seed, changed):
    rng = np.random.default_rng(seed)
    model = build(cell, 4, (6, 2), seed=seed, return_sequences=True)
    x = rng.normal(size=(3, 6, 2))
    before = model.forward(x).copy()
    x[1, changed] += 1
    after = model.forward(x)
    np.testing.assert_array_equal(after[[0, 2]], before[[0, 2]])
    np.testing.assert_array_equal(after[1, :changed], before[1, :changed])
    assert (after[1, changed:] != before[1, changed:]).any(axis=1).all()

    dy = np.zeros((3, 6, 4))
    dy[1, changed] = rng.normal(size=4)
    dx = model.backward(dy, input_gradient=True)
    assert not dx[[0, 2]].any()
    assert not dx[1, changed + 1 :].any()
    assert dx[1, : changed + 1].any(axis=1).all()


@CELLS
@DTYPES
def test_extremes(cell, dtype):
    model = build(cell, 3, (4, 2), dtype=dtype, return_sequences=True)
    x = np.full((2, 4, 2), 1e4, dtype)
    x[1] *= -1
    y = model.forward(x)
    assert np.isfinite(y).all()
    np.testing.assert_allclose(y, reference(model.layers[0], x), atol=1e-6)
    assert np.isfinite(model.backward(np.ones_like(y), input_gradient=True)).all()
    x[0, 2, 1] = np.nan
    y = model.forward(x)
    assert np.isfinite(y[0, :2]).all()
    assert np.isnan(y[0, 2:]).all()
    assert np.isfinite(y[1]).all()


@CELLS
def test_a_warm_step_allocates_nothing_to_speak_of(cell):
    rng = np.random.default_rng(0)
    layer = cell(32, padding=0, return_sequences=True)
    model = Sequential(layer, input_shape=(20, 16), rng=rng)
    x = rng.normal(size=(64, 20, 16)).astype(np.float32)
    dy = rng.normal(size=(64, 20, 32)).astype(np.float32)

    def step():
        model.forward(x)
        model.backward(dy, input_gradient=True)

    step()
    # Views of arrays, and what the threads hand to each other, but no array: the smallest, one
    # step's state of all rows, takes 8 kB.
    assert peak_of(step) < 6000


@CELLS
@pytest.mark.parametrize("training", [True, False])
def test_a_stateful_layer_continues_where_the_batch_before_ended(cell, training):
    rng = np.random.default_rng(3)
    whole = build(cell, 4, (6, 2), return_sequences=True)
    parts = build(cell, 4, (2, 2), return_sequences=True, stateful=3)
    x = rng.normal(size=(3, 6, 2))
    expected = whole.forward(x)
    for _ in range(2):
        for start in (0, 2, 4):
            y = parts.forward(x[:, start : start + 2], training)
            np.testing.assert_allclose(y, expected[:, start : start + 2], atol=1e-15)
        assert any(array.any() for array in parts.layers[0].state.values())
        parts.layers[0].reset_state()


@CELLS
def test_the_gradient_of_a_stateful_layer_ends_at_its_batch(cell):
    rng = np.random.default_rng(4)
    parts = build(cell, 4, (3, 2), stateful=2)
    first, x = rng.normal(size=(2, 2, 3, 2))
    dy = rng.normal(size=(2, 4))
    parts.forward(first)
    began = {name: array.copy() for name, array in parts.state.items()}
    parts.forward(x)
    dx = parts.backward(dy, input_gradient=True).copy()
    step = 1e-6
    for index in np.ndindex(x.shape):
        values = []
        for sign in (1, -1):
            for name, array in parts.state.items():
                array[...] = began[name]
            moved = x.copy()
            moved[index] += sign * step
            values.append((parts.forward(moved) * dy).sum())
        assert dx[index] == pytest.approx((values[0] - values[1]) / (2 * step), abs=1e-7)


@CELLS
def test_carried_state_is_saved_and_restored_with_the_model(cell, tmp_path):
    more = {"forget_bias": 2.0} if cell is LSTM else {}
    model = build(cell, 4, (3, 2), stateful=2, padding=0.5, **more)
    x = np.random.default_rng(5).normal(size=(2, 3, 2))
    model.forward(x)
    kept = model.snapshot()
    save(model, tmp_path / "model.npz")
    expected = model.forward(x).copy()
    model.forward(x)
    model.restore(kept)
    np.testing.assert_array_equal(model.forward(x), expected)
    again = load(tmp_path / "model.npz")
    assert repr(again) == repr(model)
    np.testing.assert_array_equal(again.forward(x), expected)


def test_first_values():
    model = Sequential(LSTM(50), input_shape=(3, 200), rng=0)
    layer = model.layers[0]
    bound = 1 / np.sqrt(50)
    for w in (layer.w_x, layer.w_h):
        assert np.abs(w).max() <= bound
        assert np.abs(w).max() > 0.99 * bound
        assert w.std() == pytest.approx(bound / np.sqrt(3), rel=0.02)
    assert layer.b.tolist() == [0] * 50 + [1] * 50 + [0] * 100
    assert Sequential(LSTM(2, forget_bias=0), input_shape=(3, 1), rng=0).layers[0].b.any() == 0


@CELLS
def test_initializers_see_one_gate_at_a_time(cell):
    shapes = []

    def record(array, rng):
        shapes.append(array.shape)
        initializers.he_normal(array, rng)

    layer = cell(5, initializer=record, recurrent_initializer=record)
    Sequential(layer, input_shape=(4, 3), rng=0)
    assert shapes == [(3, 5)] * layer.gates + [(5, 5)] * layer.gates
    assert layer.w_x.all()
    assert layer.w_h.all()
    assert layer.options == {"units": 5, "initializer": record, "recurrent_initializer": record}


def test_parameters_and_their_kinds():
    for cell, gates in ((RNN, 1), (LSTM, 4), (GRU, 3)):
        model = Sequential(cell(5), input_shape=(4, 3), rng=0)
        shapes = {
            part.name.split(".")[1]: (part.value.shape, part.kind) for part in model.parameters
        }
        expected = {
            "w_x": ((3, gates * 5), "weight"),
            "w_h": ((5, gates * 5), "weight"),
            "b": ((gates * 5,), "bias"),
        }
        if cell is GRU:
            expected["b_h"] = ((5,), "bias")
        assert shapes == expected


@CELLS
def test_representation_shows_what_was_chosen(cell):
    assert repr(cell(3)) == f"{cell.__name__}(units=3)"
    assert repr(cell(3, return_sequences=True, padding=0, stateful=2)) == (
        f"{cell.__name__}(units=3, return_sequences=True, padding=0.0, stateful=2)"
    )


@pytest.mark.skipif(config.DISABLE_JIT, reason="minutes of plain Python")
@pytest.mark.parametrize(("cell", "steps"), [(RNN, 5), (LSTM, 12), (GRU, 12)])
def test_each_learns_to_recall_the_first_symbol(cell, steps):
    rng = np.random.default_rng(0)
    symbols = rng.integers(1, 5, size=(64, steps))
    target = symbols[:, 0] - 1
    model = Sequential(Embedding(5, 8), cell(24), Dense(4), input_shape=(steps,), rng=1)
    loss, optimizer = SoftmaxCrossEntropy(), Adam(model.parameters, 0.01)
    for _ in range(120):
        y = model.forward(symbols)
        loss.forward(y, target)
        model.backward(loss.backward())
        optimizer.step()
    assert (model.predict(symbols).argmax(axis=1) == target).mean() > 0.99


def run(cell, shape=(4, 3), x=None, **options):
    model = Sequential(cell(3, **options), input_shape=shape, rng=0)
    return model.forward(np.zeros((2, *shape)) if x is None else x)


#: What is done with a cell, the type of the error, and its sentence.
REFUSALS = [
    (lambda cell: cell(0), ValueError, "units is 0: expected a whole number of at least 1"),
    (lambda cell: cell("3"), TypeError, "units is '3' (str): expected a whole number"),
    (
        lambda cell: cell(3, return_sequences=1),
        TypeError,
        "return_sequences is 1 (int): expected True or False",
    ),
    (
        lambda cell: cell(3, padding="zero"),
        TypeError,
        "padding is 'zero' (str): expected a finite number",
    ),
    (
        lambda cell: cell(3, padding=float("nan")),
        ValueError,
        "padding is nan: expected a finite number",
    ),
    (
        lambda cell: cell(3, stateful=True),
        TypeError,
        "stateful is True (bool): expected a whole number of at least 1",
    ),
    (lambda cell: cell(3, stateful=0), ValueError, "stateful is 0: expected a whole number"),
    (
        lambda cell: cell(3, initializer="orthogonal"),
        TypeError,
        "initializer is 'orthogonal' (str): expected a function such as",
    ),
    (
        lambda cell: cell(3, recurrent_initializer=1),
        TypeError,
        "recurrent_initializer is 1 (int): expected a function such as",
    ),
    (
        lambda cell: run(cell, (4,)),
        ValueError,
        "(units=3) got inputs of shape (4,): expected two dimensions, (steps, features)",
    ),
    (
        lambda cell: run(cell, (4, 3, 2)),
        ValueError,
        "got inputs of shape (4, 3, 2): expected two dimensions, (steps, features)",
    ),
    (lambda cell: run(cell, (0, 3)), ValueError, "input_shape is 0: expected a whole number"),
    (
        lambda cell: run(cell, x=np.zeros((2, 5, 3))),
        ValueError,
        "x has shape (2, 5, 3): expected (n, 4, 3)",
    ),
    (lambda cell: run(cell, x=np.zeros((0, 4, 3))), ValueError, "x holds no examples"),
    (
        lambda cell: run(cell, stateful=3),
        ValueError,
        "x holds 2 sequences: expected 3, whose state",
    ),
    (
        lambda cell: cell(3).reset_state(),
        RuntimeError,
        "carries no state from batch to batch: expected a layer made with stateful=n",
    ),
]


@CELLS
@pytest.mark.parametrize(
    ("do", "error", "sentence"), REFUSALS, ids=[case[2][:40] for case in REFUSALS]
)
def test_refusals(cell, do, error, sentence):
    with pytest.raises(error, match=re.escape(sentence)) as caught:
        do(cell)
    assert "\n" not in str(caught.value)


def test_forget_bias_is_a_number():
    with pytest.raises(TypeError, match=r"forget_bias is 'one' \(str\): expected a finite number"):
        LSTM(3, forget_bias="one")


@CELLS
def test_inputs_of_other_types_and_layouts_give_the_same(cell):
    model = build(cell, 3, (4, 2), dtype=np.float32)
    x = np.random.default_rng(0).integers(-3, 3, size=(5, 4, 2))
    expected = model.forward(x.astype(np.float32)).copy()
    fixed = x.astype(np.float32)
    fixed.flags.writeable = False
    for same in (x, x.tolist(), x.astype(np.float64), np.asfortranarray(x), fixed):
        np.testing.assert_array_equal(model.forward(same), expected)


@CELLS
@pytest.mark.parametrize("steps", [1, 2, 5])
@pytest.mark.parametrize("return_sequences", [False, True])
def test_predictions_are_those_of_a_forward_pass(cell, steps, return_sequences):
    rng = np.random.default_rng(1)
    options = {"padding": 0.0, "stateful": 3, "return_sequences": return_sequences}
    models = [Sequential(cell(4, **options), input_shape=(steps, 2), rng=0) for _ in range(2)]
    for _ in range(3):  # from the state that the batch before has left
        x = rng.normal(size=(3, steps, 2)).astype(np.float32)
        x[1, steps // 2 :] = 0
        expected = models[0].forward(x, training=False).copy()
        assert np.array_equal(models[1].predict(x), expected)


def test_a_predicting_lstm_keeps_the_latest_step_alone():
    model = Sequential(LSTM(32), input_shape=(50, 4), rng=0)
    x = np.zeros((8, 50, 4), np.float32)
    model.predict(x)
    lean = model.layers[0].buffers.nbytes
    with pytest.raises(RuntimeError, match=r"lstm_1\.backward came before any forward"):
        model.backward(np.zeros((8, 32), np.float32))
    model.forward(x)
    assert lean < 0.2 * model.layers[0].buffers.nbytes
    model.backward(np.zeros((8, 32), np.float32))
