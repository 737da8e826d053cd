import re

import numpy as np
import pytest

from dlcourse import validation
from dlcourse.data import as_dataset
from dlcourse.layers import Dense, ReLU
from dlcourse.losses import MeanSquaredError, SoftmaxCrossEntropy
from dlcourse.model import Sequential
from dlcourse.optimizers import SGD, Adam
from dlcourse.training import EarlyStopping, evaluate, fit

X = np.random.default_rng(0).normal(size=(12, 3)).astype(np.float32)
Y = np.arange(12) % 4


def network(**options):
    return Sequential(Dense(5), ReLU(), Dense(4), **{"input_shape": (3,), "rng": 0, **options})


def train(data=(X, Y), model=None, loss=None, optimizer=None, **options):
    model = network() if model is None else model
    loss = SoftmaxCrossEntropy() if loss is None else loss
    optimizer = Adam(model.parameters) if optimizer is None else optimizer
    return fit(
        model, loss, optimizer, data, **{"rng": 0, "progress": False, "epochs": 1, **options}
    )


def with_value(array, value):
    array = array.copy()
    array[7, 1] = value
    return array


#: What is done, the type of the error, and its sentence.
REFUSALS = [
    (lambda: Dense(0), ValueError, "units is 0: expected a whole number of at least 1"),
    (lambda: Dense(2.5), TypeError, "units is 2.5 (float): expected a whole number of at least 1"),
    (lambda: Dense(True), TypeError, "units is True (bool): expected a whole number"),
    (lambda: Dense(2, "he"), TypeError, "initializer is 'he' (str): expected"),
    (lambda: Sequential(input_shape=(3,), rng=0), ValueError, "layers is empty"),
    (
        lambda: Sequential(Dense, input_shape=(3,), rng=0),
        TypeError,
        "layers[0] is <class 'dlcourse.layers.dense.Dense'> (type): expected a layer such as",
    ),
    (
        lambda: network(input_shape=3),
        TypeError,
        "input_shape is 3 (int): expected a tuple such as (64,)",
    ),
    (
        lambda: network(input_shape=()),
        ValueError,
        "Dense(units=5) got inputs of shape (): expected at least one dimension, (…, features)",
    ),
    (lambda: network(input_shape=(0,)), ValueError, "input_shape is 0: expected a whole number"),
    (lambda: network(rng=None), TypeError, "rng is None (NoneType): expected a numpy.random.Gen"),
    (lambda: network(rng=-1), TypeError, "rng is -1 (int): expected a numpy.random.Generator"),
    (lambda: network(dtype=np.float16), ValueError, "expected float32 or float64"),
    (lambda: network(dtype="wrong"), ValueError, "dtype is 'wrong' (str): expected float32 or"),
    (lambda: network().forward(X[0]), ValueError, "x has shape (3,): expected (n, 3)"),
    (lambda: network().forward(X[:, :2]), ValueError, "x has shape (12, 2): expected (n, 3)"),
    (lambda: network().forward(X[:0]), ValueError, "x holds no examples: expected at least one"),
    (lambda: network().predict(X[:0]), ValueError, "x holds no examples: expected at least one"),
    (lambda: network().predict([[1, 2, "a"]]), TypeError, "expected an array of real numbers"),
    (lambda: network().predict([[1, 2], [3]]), ValueError, "x has rows of unequal length"),
    (lambda: network().predict(X * 1j), TypeError, "dtype complex64: expected an array of real"),
    (lambda: network().predict(X, batch_size=0), ValueError, "batch_size is 0: expected a whole"),
    (lambda: network().backward(np.ones((2, 3))), ValueError, "dy has shape (2, 3): expected (n,"),
    (lambda: SGD([1.0]), TypeError, "parameters is [1.0] (list): expected model.parameters"),
    (lambda: SGD(network().parameters, 0), ValueError, "learning_rate is 0: expected a finite num"),
    (lambda: SGD(network().parameters, np.nan), ValueError, "learning_rate is nan: expected a fin"),
    (lambda: SGD(network().parameters, "1"), TypeError, "learning_rate is '1' (str): expected"),
    (
        lambda: SGD(network().parameters, momentum=1),
        ValueError,
        "momentum is 1: expected a finite number at least 0 and below 1",
    ),
    (lambda: Adam(network().parameters, beta1=1), ValueError, "beta1 is 1: expected a finite num"),
    (lambda: Adam(network().parameters, epsilon=0), ValueError, "epsilon is 0: expected a finite"),
    (lambda: train(X), TypeError, "expected a pair (x, y) of arrays"),
    (lambda: train((X, Y[:5])), ValueError, "data has 12 examples x and 5 targets y: expected as"),
    (lambda: train((X[:0], Y[:0])), ValueError, "data holds no examples: expected at least one"),
    (lambda: train((X, 3)), ValueError, "data.y is a single value: expected an array of examples"),
    (lambda: train((X[:, :2], Y)), ValueError, "data.x has shape (12, 2): expected (n, 3)"),
    (
        lambda: train((with_value(X, np.nan), Y)),
        ValueError,
        "data.x holds 1 values that are not finite, the first is data.x[7, 1] = nan: expected fin",
    ),
    (lambda: train((with_value(X, np.inf), Y)), ValueError, "data.x[7, 1] = inf: expected finite"),
    (lambda: train((X, Y + 1)), ValueError, "data.y[3] is 4: expected labels from 0 to 3"),
    (lambda: train((X, Y - 1)), ValueError, "data.y[0] is -1: expected labels from 0 to 3"),
    (lambda: train((X, Y / 2)), TypeError, "expected whole-number labels of shape (12,)"),
    (lambda: train((X, Y[:, None])), ValueError, "data.y has shape (12, 1): expected (12,), one"),
    (lambda: train(validation=(X, Y + 9)), ValueError, "validation.y[0] is 9: expected labels"),
    (lambda: train(epochs=0), ValueError, "epochs is 0: expected a whole number of at least 1"),
    (lambda: train(batch_size=-3), ValueError, "batch_size is -3: expected a whole number"),
    (lambda: train(rng="x"), TypeError, "rng is 'x' (str): expected a numpy.random.Generator"),
    (lambda: train(model=Dense(3), optimizer=1), TypeError, "expected an object of Sequential"),
    (lambda: train(loss=SoftmaxCrossEntropy), TypeError, "expected an object of Loss"),
    (lambda: train(optimizer="adam"), TypeError, "optimizer is 'adam' (str): expected an obj"),
    (
        lambda: train(optimizer=Adam(network().parameters)),
        ValueError,
        "optimizer was made with another model's parameters: expected model.parameters",
    ),
    (
        lambda: train((X, X), loss=MeanSquaredError()),
        ValueError,
        "data.y has shape (12, 3): expected (12, 4), that of the outputs",
    ),
    (
        lambda: train((X, with_value(np.ones((12, 4)), np.nan)), loss=MeanSquaredError()),
        ValueError,
        "data.y[7, 1] = nan: expected finite numbers",
    ),
    (lambda: EarlyStopping(patience=0), ValueError, "patience is 0: expected a whole number"),
    (lambda: EarlyStopping(minimum_change=-1), ValueError, "minimum_change is -1: expected a fin"),
    (
        lambda: train(callbacks=[EarlyStopping()]),
        ValueError,
        "monitor is 'validation_loss' (no validation data was given): expected one of loss, acc",
    ),
    (
        lambda: train(callbacks=[EarlyStopping("acuracy")]),
        ValueError,
        "monitor is 'acuracy': expected one of loss, accuracy, seconds",
    ),
    (lambda: SoftmaxCrossEntropy().backward(), RuntimeError, "backward came before any forward"),
    (
        lambda: SoftmaxCrossEntropy().forward(np.zeros((2, 3)), np.array([0, 3])),
        ValueError,
        "target[1] is 3: expected labels from 0 to 2",
    ),
    (
        lambda: SoftmaxCrossEntropy().forward(np.zeros((2, 1)), np.array([0, 0])),
        ValueError,
        "expected (classes,) with at least two classes",
    ),
    (lambda: evaluate(network(), SoftmaxCrossEntropy(), (X, Y), 0), ValueError, "batch_size is 0"),
    (lambda: network().parameters["w"], KeyError, "no parameter 'w': expected one of dense_1.w"),
]


@pytest.mark.parametrize(("act", "kind", "sentence"), REFUSALS, ids=[row[2] for row in REFUSALS])
def test_bad_input_is_answered_in_one_sentence(act, kind, sentence):
    with pytest.raises(kind, match=re.escape(sentence)) as caught:
        act()
    assert "\n" not in str(caught.value)


def test_nothing_is_changed_by_a_refused_fit():
    model = network()
    before = model.parameters.values.copy()
    with pytest.raises(ValueError, match="labels from 0 to 3"):
        train((X, Y + 1), model=model)
    assert np.array_equal(model.parameters.values, before)


@pytest.mark.parametrize(
    "x",
    [
        X.astype(np.float64),
        X.tolist(),
        np.asfortranarray(X),
        np.repeat(X, 2, axis=1)[:, ::2],
        X[::-1][::-1],
    ],
    ids=["float64", "list", "fortran", "strided", "reversed twice"],
)
def test_other_layouts_and_types_give_the_same(x):
    np.testing.assert_array_equal(network().predict(x), network().predict(X))


def test_read_only_data_is_taken_and_left_as_it_is():
    x, y = X.copy(), Y.copy()
    x.flags.writeable = y.flags.writeable = False
    train((x, y))
    assert np.array_equal(x, X)


def test_whole_numbers_and_booleans_are_numbers():
    ones = np.ones((2, 3))
    expected = network().predict(ones)
    for dtype in (np.uint8, np.int64, np.bool_):
        np.testing.assert_array_equal(network().predict(ones.astype(dtype)), expected)


def test_describe_is_short():
    assert validation.describe(X) == "an array of shape (12, 3) and dtype float32"
    assert len(validation.describe("x" * 1000)) < 60


def test_a_pair_becomes_a_dataset():
    data = as_dataset("data", (X, Y))
    assert (data.x is X, data.y is Y) == (True, True)
