"""A log that any spreadsheet opens."""

import csv
from collections.abc import Mapping
from pathlib import Path

from dlcourse.training.callback import Callback, Run


class CSVLog(Callback):
    """Write one line an epoch to a CSV file, at once, so that a run can be watched from outside.

    Parameters
    ----------
    path
        The file. A new run replaces it; a resumed run keeps the lines of the epochs before.
    """

    leads_only = True

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)

    def on_fit_begin(self, run: Run) -> None:
        if not self.path.parent.is_dir():
            raise FileNotFoundError(f"path is {self.path}: expected a file in an existing folder")

    def on_epoch_end(self, run: Run, values: Mapping[str, float]) -> None:
        # Written whole from the history each time: a resumed run, or one that was cut off between
        # its checkpoint and its log, then has neither gaps nor lines twice.
        names = list(run.history)
        with self.path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["epoch", *names])
            for epoch in range(run.history.epochs):
                writer.writerow([epoch + 1, *(run.history[name][epoch] for name in names)])
