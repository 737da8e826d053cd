"""A progress bar over the trials."""

from typing import Any

from dlcourse.tuning.result import SearchResult


class Progress:
    """Show trials done, the best value so far and the time left, by tqdm; a context manager.

    Parameters
    ----------
    total
        How many trials there are to be.
    shown
        Whether to show anything.

    Raises
    ------
    ImportError
        A bar is wanted, and tqdm is not installed; it comes with the course.
    """

    def __init__(self, total: int, shown: bool) -> None:
        self._bar: Any = None
        if shown:
            try:
                from tqdm import tqdm
            except ImportError:
                raise ImportError(
                    "progress is True, which needs a package that is not installed: pip install "
                    "tqdm, or progress=False"
                ) from None
            self._bar = tqdm(total=total, unit="trial", dynamic_ncols=True)

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *error: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def update(self, result: SearchResult) -> None:
        """Take over how far the search is."""
        if self._bar is None:
            return
        records = result.trials
        words = []
        if len(result.directions) == 1 and any(r.state == "complete" for r in records):
            words.append(f"best {result.best.value:.4g}")
        for state in ("pruned", "diverged", "failed"):
            count = sum(record.state == state for record in records)
            words += [f"{count} {state}"] * bool(count)
        self._bar.set_postfix_str(", ".join(words), refresh=False)
        self._bar.update(sum(record.state != "running" for record in records) - self._bar.n)
