"""Optimizers: formulas that turn gradients into new parameters."""

from dlcourse.optimizers.adagrad import Adagrad
from dlcourse.optimizers.adam import Adam, Adamax, AdamW, AMSGrad
from dlcourse.optimizers.base import Optimizer
from dlcourse.optimizers.clipping import clip_by_norm, clip_by_value
from dlcourse.optimizers.rmsprop import RMSprop
from dlcourse.optimizers.sgd import SGD

__all__ = [
    "SGD",
    "AMSGrad",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Optimizer",
    "RMSprop",
    "clip_by_norm",
    "clip_by_value",
]
