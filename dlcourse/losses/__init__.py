"""Losses: how wrong an output is, and in which direction it should change."""

from dlcourse.losses.base import Loss
from dlcourse.losses.binary import BinaryCrossEntropy, Hinge, SquaredHinge
from dlcourse.losses.cross_entropy import MultiClassHinge, SoftmaxCrossEntropy
from dlcourse.losses.regression import Huber, MeanAbsoluteError, MeanSquaredError

__all__ = [
    "BinaryCrossEntropy",
    "Hinge",
    "Huber",
    "Loss",
    "MeanAbsoluteError",
    "MeanSquaredError",
    "MultiClassHinge",
    "SoftmaxCrossEntropy",
    "SquaredHinge",
]
