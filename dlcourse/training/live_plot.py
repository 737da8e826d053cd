"""Curves that grow while training goes on."""

from collections.abc import Mapping
from typing import Any

from dlcourse.training.callback import Callback, Run


class LivePlot(Callback):
    """Draw the loss (and the accuracy) in the notebook, again after each epoch.

    Parameters
    ----------
    names
        What to draw; each name is joined by its ``validation_`` twin where there is one.

    Raises
    ------
    ImportError
        matplotlib is not installed; it comes with the course, not with the library alone.
    """

    leads_only = True

    def __init__(self, *names: str) -> None:
        self.names = names or ("loss", "accuracy")

    def on_fit_begin(self, run: Run) -> None:
        try:
            import matplotlib.pyplot as plt
        except ImportError:
            raise ImportError(
                "LivePlot draws with matplotlib, which is not installed: pip install matplotlib"
            ) from None
        self._plt = plt
        self._handle: Any = None
        self.figure: Any = None

    def on_epoch_end(self, run: Run, values: Mapping[str, float]) -> None:
        names = [name for name in self.names if name in run.history]
        if self.figure is None:
            self.figure, axes = self._plt.subplots(
                1, len(names), figsize=(4.5 * len(names), 3), squeeze=False, layout="constrained"
            )
            self._axes = axes[0]
            self._plt.close(self.figure)  # shown by display alone, not once more by the notebook
        epochs = range(1, run.history.epochs + 1)
        for axis, name in zip(self._axes, names, strict=True):
            axis.clear()
            axis.plot(epochs, run.history[name], label="training")
            if f"validation_{name}" in run.history:
                axis.plot(epochs, run.history[f"validation_{name}"], label="validation")
            axis.set(xlabel="epoch", ylabel=name)
            axis.legend()
        self._show()

    def _show(self) -> None:
        try:
            from IPython.core.getipython import get_ipython
            from IPython.display import display
        except ImportError:  # no notebook to draw in; the figure is there at the end
            return
        if get_ipython() is None:
            return
        if self._handle is None:
            self._handle = display(self.figure, display_id=True)
        else:
            self._handle.update(self.figure)
