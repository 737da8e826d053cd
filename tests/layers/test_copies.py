import numpy as np
import pytest

from dlcourse.layers import Dense, Layer, ReLU, Residual, copy_of
from dlcourse.model import Sequential


def test_a_copy_of_a_layer_belongs_to_no_model_and_has_learnt_nothing():
    block = Residual(Dense(4), ReLU(), projection=Dense(4))
    model = Sequential(block, input_shape=(3,), rng=0)
    again = copy_of(block)
    assert repr(again) == repr(block)
    assert again.layers[0] is not block.layers[0]
    other = Sequential(again, input_shape=(3,), rng=0)
    assert np.array_equal(other.parameters.values, model.parameters.values)
    assert not np.shares_memory(other.parameters.values, model.parameters.values)


def test_what_a_layer_must_define():
    with pytest.raises(NotImplementedError):
        Layer().forward(np.zeros((1, 1)))
    with pytest.raises(NotImplementedError):
        Layer().backward(np.zeros((1, 1)))
