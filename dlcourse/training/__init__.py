"""Training: the loop, what it records, and what may happen around it."""

from dlcourse.training.callbacks import Callback, EarlyStopping, Run
from dlcourse.training.gradients import numerical_gradient, relative_error
from dlcourse.training.history import History
from dlcourse.training.loop import TrainingDiverged, evaluate, fit

__all__ = [
    "Callback",
    "EarlyStopping",
    "History",
    "Run",
    "TrainingDiverged",
    "evaluate",
    "fit",
    "numerical_gradient",
    "relative_error",
]
