"""What a training run recorded, epoch by epoch."""

from collections.abc import Iterator, Mapping


class History(Mapping[str, list[float]]):
    """Values by name, one an epoch: "loss", "validation_loss", "seconds", "accuracy" and so on.

    Attributes
    ----------
    stopped
        Why training ended before its last epoch; None if it did not.
    """

    def __init__(self) -> None:
        self._values: dict[str, list[float]] = {}
        self.stopped: str | None = None

    @property
    def epochs(self) -> int:
        """How many epochs were completed."""
        return max(map(len, self._values.values()), default=0)

    def append(self, values: Mapping[str, float]) -> None:
        """Add the values of one more epoch."""
        for name, value in values.items():
            self._values.setdefault(name, []).append(float(value))

    def replace(self, values: Mapping[str, list[float]]) -> None:
        """Take the values of another history in place of the present ones."""
        self._values = {name: list(column) for name, column in values.items()}

    def __getitem__(self, name: str) -> list[float]:
        try:
            return self._values[name]
        except KeyError:
            known = ", ".join(self._values) or "nothing yet"
            raise KeyError(f"{name!r} was not recorded: the history holds {known}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        last = ", ".join(f"{name} {values[-1]:.4g}" for name, values in self._values.items())
        return f"History({self.epochs} epochs; last: {last or 'none'})"
