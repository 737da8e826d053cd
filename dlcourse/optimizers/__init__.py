"""Optimizers: formulas that turn gradients into new parameters."""

from dlcourse.optimizers.adam import Adam
from dlcourse.optimizers.base import Optimizer
from dlcourse.optimizers.sgd import SGD

__all__ = ["SGD", "Adam", "Optimizer"]
