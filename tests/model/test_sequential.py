import copy
import pickle

import numpy as np
import pytest

from dlcourse.layers import Dense, ReLU
from dlcourse.losses import SoftmaxCrossEntropy
from dlcourse.model import Sequential, Summary
from dlcourse.optimizers import SGD
from tests.allocation import peak_of
from tests.support import assert_loss_gradient


def network(dtype=np.float32, rng=0):
    return Sequential(Dense(5), ReLU(), Dense(4), input_shape=(3,), rng=rng, dtype=dtype)


def test_every_parameter_is_a_view_of_one_buffer():
    model = network()
    first = model.layers[0]
    assert model.parameters.values.shape == (3 * 5 + 5 + 5 * 4 + 4,)
    for array in (first.w, first.b):
        assert np.shares_memory(array, model.parameters.values)
    for array in (first.dw, first.db):
        assert np.shares_memory(array, model.parameters.gradients)
    model.parameters.values[:] = np.arange(44)
    assert first.w[0].tolist() == [0, 1, 2, 3, 4]
    assert first.b.tolist() == [15, 16, 17, 18, 19]
    assert model.layers[2].b.tolist() == [40, 41, 42, 43]
    assert [p.name for p in model.parameters] == [
        "dense_1.w",
        "dense_1.b",
        "dense_2.w",
        "dense_2.b",
    ]
    assert [p.kind for p in model.parameters] == ["weight", "bias", "weight", "bias"]
    assert len(model.parameters) == 4
    assert repr(model.parameters).startswith("Parameters(44 numbers: dense_1.w (3, 5), ")


def test_a_generator_is_drawn_from_and_a_seed_starts_one():
    rng = np.random.default_rng(5)
    first, second = network(rng=rng), network(rng=rng)
    assert not np.array_equal(first.parameters.values, second.parameters.values)
    assert np.array_equal(first.parameters.values, network(rng=5).parameters.values)


def test_predict_in_batches_is_predict_at_once():
    x = np.random.default_rng(0).normal(size=(50, 3))
    model = network(np.float64)
    np.testing.assert_allclose(model.predict(x, batch_size=7), model.predict(x), rtol=1e-12)
    assert not np.shares_memory(model.predict(x), model.forward(x))


def test_the_whole_model_passes_a_gradient_check():
    rng = np.random.default_rng(0)
    model, loss = network(np.float64), SoftmaxCrossEntropy()
    x, labels = rng.normal(size=(6, 3)), rng.integers(4, size=6)

    class OfParameters:
        """The loss as a function of the flat buffer of parameters."""

        def forward(self, values, target):
            model.parameters.values[...] = values
            return loss.forward(model.forward(x), target)

        def backward(self):
            model.backward(loss.backward())
            return model.parameters.gradients

    assert_loss_gradient(OfParameters(), model.parameters.values, labels)


def test_the_input_gradient_is_computed_on_demand():
    model, x, dy = network(np.float64), np.ones((2, 3)), np.ones((2, 4))
    model.forward(x)
    assert model.backward(dy) is None
    dx = model.backward(dy, input_gradient=True)
    assert dx.shape == (2, 3)


def test_gradients_are_overwritten_not_accumulated():
    model, x, dy = network(), np.ones((2, 3)), np.ones((2, 4))
    model.forward(x)
    model.backward(dy)
    once = model.parameters.gradients.copy()
    model.backward(dy)
    assert np.array_equal(model.parameters.gradients, once)


def test_snapshot_and_restore():
    model = network()
    kept = model.snapshot()
    model.forward(np.ones((2, 3)))
    model.backward(np.ones((2, 4)))
    SGD(model.parameters, 0.1).step()
    assert not np.array_equal(model.parameters.values, kept["parameters"])
    view = model.layers[0].w
    model.restore(kept)
    assert np.array_equal(model.parameters.values, kept["parameters"])
    assert view is model.layers[0].w


SUMMARY = """\
name     layer           output  parameters
───────────────────────────────────────────
         input           (n, 3)
dense_1  Dense(units=5)  (n, 5)          20
relu_1   ReLU()          (n, 5)           0
dense_2  Dense(units=4)  (n, 4)          24
───────────────────────────────────────────
                         in all          44"""


def test_summary():
    summary = network().summary()
    assert isinstance(summary, Summary)
    assert repr(summary) == SUMMARY
    assert summary.parameters == 44
    page = summary._repr_html_()
    assert "<td>Dense(units=5)</td><td>(n, 5)</td><td>20</td>" in page
    assert page.count("<tr>") == 6


def test_repr_rebuilds_the_model():
    model = network()
    again = eval(repr(model).replace("input_shape=(3,)", "input_shape=(3,), rng=0"))
    assert np.array_equal(again.parameters.values, model.parameters.values)


@pytest.mark.parametrize("rows", [1, 5])
def test_a_warm_step_allocates_no_arrays(rows):
    """What is allocated is Python's own small objects: far less than any array of the step."""
    rng = np.random.default_rng(0)
    model = Sequential(Dense(256), ReLU(), Dense(10), input_shape=(64,), rng=rng)
    loss, optimizer = SoftmaxCrossEntropy(), SGD(model.parameters, 0.1, momentum=0.9)
    x = rng.normal(size=(rows * 32, 64)).astype(np.float32)
    target = rng.integers(10, size=len(x))

    def step():
        y = model.forward(x)
        loss.forward(y, target)
        model.backward(loss.backward())
        optimizer.step()

    step(), step()
    assert peak_of(step) < 4096


@pytest.mark.parametrize(
    "again",
    [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))],
    ids=["copy", "pickle"],
)
def test_a_copy_shares_nothing_and_is_whole(again):
    model = network()
    model.parameters.set_rate("dense_1", 0.5)
    other = again(model)
    x = np.ones((2, 3))
    assert np.array_equal(other.predict(x), model.predict(x))
    assert [part.rate for part in other.parameters] == [0.5, 0.5, 1, 1]
    assert np.shares_memory(other.layers[0].w, other.parameters.values)
    other.parameters.values[:] = 0
    assert not other.layers[0].w.any()
    assert model.layers[0].w.any()


def test_backward_says_which_gradients_are_known():
    model = Sequential(Dense(4), ReLU(), Dense(3), input_shape=(2,), rng=0)
    x, dy = np.ones((5, 2), np.float32), np.ones((5, 3), np.float32)
    model.forward(x)
    model.backward(dy)
    right, seen = model.parameters.gradients.copy(), []
    model.parameters.gradients[...] = np.nan

    def ready(start):
        seen.append(start)
        np.testing.assert_array_equal(model.parameters.gradients[start:], right[start:])

    model.forward(x)
    model.backward(dy, ready=ready)
    assert seen == [12, 12, 0]
