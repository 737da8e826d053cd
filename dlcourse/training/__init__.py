"""Training: the loop, what it records, and what may happen around it."""

from dlcourse.training.callback import Callback, Run
from dlcourse.training.checkpoint import Checkpoint
from dlcourse.training.csv_log import CSVLog
from dlcourse.training.diagnosis import Diagnosis, diagnose
from dlcourse.training.early_stopping import EarlyStopping
from dlcourse.training.gradients import numerical_gradient, relative_error
from dlcourse.training.history import History
from dlcourse.training.live_plot import LivePlot
from dlcourse.training.loop import TrainingDiverged, evaluate, fit
from dlcourse.training.plateau import Plateau
from dlcourse.training.range_test import RangeTest, learning_rate_range_test
from dlcourse.training.statistics import LayerStatistics, SignalStatistics, signal_statistics

__all__ = [
    "CSVLog",
    "Callback",
    "Checkpoint",
    "Diagnosis",
    "EarlyStopping",
    "History",
    "LayerStatistics",
    "LivePlot",
    "Plateau",
    "RangeTest",
    "Run",
    "SignalStatistics",
    "TrainingDiverged",
    "diagnose",
    "evaluate",
    "fit",
    "learning_rate_range_test",
    "numerical_gradient",
    "relative_error",
    "signal_statistics",
]
