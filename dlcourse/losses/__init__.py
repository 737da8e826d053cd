"""Losses: how wrong an output is, and in which direction it should change."""

from dlcourse.losses.base import Loss
from dlcourse.losses.cross_entropy import SoftmaxCrossEntropy
from dlcourse.losses.squared_error import MeanSquaredError

__all__ = ["Loss", "MeanSquaredError", "SoftmaxCrossEntropy"]
