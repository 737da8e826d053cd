import sys

import matplotlib as mpl
import numpy as np
import pytest

from dlcourse.layers import Dense
from dlcourse.losses import SoftmaxCrossEntropy
from dlcourse.model import Sequential
from dlcourse.optimizers import Adam
from dlcourse.training import LivePlot, fit

mpl.use("agg")


def train(plot, **options):
    model = Sequential(Dense(3), input_shape=(2,), rng=0)
    x, y = np.random.default_rng(0).normal(size=(9, 2)), np.arange(9) % 3
    return fit(
        model, SoftmaxCrossEntropy(), Adam(model.parameters), (x, y), epochs=4, rng=0,
        callbacks=[plot], progress=False, validation=(x, y), **options,
    )  # fmt: skip


def test_curves_of_training_and_validation():
    plot = LivePlot()
    history = train(plot)
    loss, accuracy = plot.figure.axes
    assert (loss.get_ylabel(), accuracy.get_ylabel()) == ("loss", "accuracy")
    training, validation = loss.lines
    assert training.get_ydata().tolist() == history["loss"]
    assert validation.get_ydata().tolist() == history["validation_loss"]
    assert training.get_xdata().tolist() == [1, 2, 3, 4]


def test_in_a_notebook_one_output_is_updated(monkeypatch):
    import IPython.display
    from IPython.core import getipython

    shown, updated = [], []

    class Handle:
        def update(self, figure):
            updated.append(figure)

    monkeypatch.setattr(getipython, "get_ipython", lambda: object())
    monkeypatch.setattr(
        IPython.display, "display", lambda figure, display_id: shown.append(figure) or Handle()
    )
    plot = LivePlot("loss")
    train(plot)
    assert shown == [plot.figure]
    assert updated == [plot.figure] * 3


def test_without_matplotlib(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(ImportError, match="pip install matplotlib"):
        train(LivePlot())
