import numpy as np
import pytest

from dlcourse.ladder import LADDERS, RUNGS, Convolution, CrossEntropy, DenseLayer, climb

SMALL = {
    DenseLayer: {"rows": 5, "inputs": 7, "outputs": 3},
    Convolution: {"images": 3, "side": 6, "channels": 2, "filters": 5},
    CrossEntropy: {"rows": 9, "classes": 4},
}


def slow(ladder):
    """The result by a sum that is written out in full."""
    if isinstance(ladder, DenseLayer):
        x, w, b = ladder.inputs
        return np.einsum("ni,io->no", x, w) + b
    if isinstance(ladder, Convolution):
        x, w, b = ladder.inputs
        y = np.empty(ladder.result_shape())
        for n, r, c, f in np.ndindex(*y.shape):
            y[n, r, c, f] = b[f] + (x[n, r : r + 3, c : c + 3] * w[..., f]).sum()
        return y
    logits, labels = ladder.inputs
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return (shares - np.eye(logits.shape[1])[labels]) / len(labels)


@pytest.mark.parametrize("kind", LADDERS)
def test_every_rung_computes_the_same(kind):
    ladder = kind(**SMALL[kind])
    expected = slow(ladder)
    for name in RUNGS:
        np.testing.assert_allclose(ladder.rung(name)(), expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(ladder.exact(), expected, rtol=1e-4, atol=1e-6)
    assert ladder.inputs[0].dtype == np.float32


def test_climbing_times_each_rung_from_the_bottom():
    steps = climb(DenseLayer(**SMALL[DenseLayer]), seconds=0)
    assert [step.rung for step in steps] == list(RUNGS)
    assert steps[0].faster == 1
    assert all(step.faster == steps[0].microseconds / step.microseconds for step in steps)
    assert all(0 <= step.error < 1e-4 for step in steps)


class Wrong(DenseLayer):
    def library(self):
        return lambda: self.numpy() + 1


def test_a_wrong_rung_is_not_timed():
    with pytest.raises(ArithmeticError, match="dense by library is off by 1: expected at most"):
        climb(Wrong(**SMALL[DenseLayer]), seconds=0)


def test_what_is_not_a_ladder_is_refused():
    with pytest.raises(TypeError, match=r"ladder is .*: expected one such as DenseLayer\(\)"):
        climb(DenseLayer)
    with pytest.raises(ValueError, match="rung is 'C': expected one of 'Python', 'NumPy'"):
        DenseLayer().rung("C")
    with pytest.raises(ValueError, match="seconds is -1"):
        climb(DenseLayer(), seconds=-1)
