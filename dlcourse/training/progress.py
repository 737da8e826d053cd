"""A progress bar over the epochs."""

from collections.abc import Mapping

from dlcourse.training.callback import Callback, Run


def _summary(values: Mapping[str, float]) -> str:
    return ", ".join(
        f"{name.replace('_', ' ')} {value:.4g}"
        for name, value in values.items()
        if name != "seconds"
    )


class ProgressBar(Callback):
    """Show epochs done, the latest values and the time left, by tqdm.

    tqdm comes with the course, not with the library alone; without it each epoch prints a line.
    """

    leads_only = True

    def on_fit_begin(self, run: Run) -> None:
        try:
            from tqdm import tqdm
        except ImportError:
            self._bar = None
        else:
            self._bar = tqdm(total=run.epochs, unit="epoch", dynamic_ncols=True)

    def on_epoch_end(self, run: Run, values: Mapping[str, float]) -> None:
        if self._bar is None:
            print(f"epoch {run.epoch} of {run.epochs}: {_summary(values)}")
        else:
            self._bar.set_postfix_str(_summary(values), refresh=False)
            self._bar.update(run.epoch - self._bar.n)  # a resumed run begins in the middle

    def on_fit_end(self, run: Run) -> None:
        if self._bar is not None:
            self._bar.close()
