"""A log of experiments: what was tried, with which settings and seed, and what came of it."""

from dlcourse.experiments.comparison import RunTable, compare, plot_runs, varied
from dlcourse.experiments.log import ExperimentLog, OpenRun, Record
from dlcourse.experiments.mlflow import to_mlflow

__all__ = [
    "ExperimentLog",
    "OpenRun",
    "Record",
    "RunTable",
    "compare",
    "plot_runs",
    "to_mlflow",
    "varied",
]
