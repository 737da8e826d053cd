"""Schedules: the learning rate as a function of the step.

A schedule is called with the number of steps (or of epochs: the caller's choice) already taken,
``schedule(0)`` being the first rate, and returns the rate for the next. It keeps nothing, so a run
that resumes calls it with the number it has reached:

    optimizer.learning_rate = schedule(optimizer.steps)

``ReduceOnPlateau`` alone has a memory, since it goes by what the training reaches.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

from dlcourse import validation

__all__ = [
    "ConstantRate",
    "CosineDecay",
    "ExponentialDecay",
    "ExponentialRamp",
    "LinearRamp",
    "OneCycle",
    "ReduceOnPlateau",
    "Schedule",
    "StepDecay",
    "Warmup",
]

#: Anything that gives a rate for a step.
Schedule = Callable[[int], float]


def _step(step: Any) -> int:
    return validation.count("step", step, least=0)


def _check(schedule: Any, **kinds: Callable[[str, Any], Any]) -> None:
    """Put checked values in place of those that a frozen dataclass was given."""
    for name, check in kinds.items():
        object.__setattr__(schedule, name, check(name, getattr(schedule, name)))


def _positive(name: str, value: Any) -> float:
    return validation.number(name, value, above=0)


def _at_least_zero(name: str, value: Any) -> float:
    return validation.number(name, value, least=0)


def _share(name: str, value: Any) -> float:
    return validation.number(name, value, above=0, most=1)


@dataclass(frozen=True)
class ConstantRate:
    """The same rate at every step."""

    rate: float

    def __post_init__(self) -> None:
        _check(self, rate=_positive)

    def __call__(self, step: int) -> float:
        """Return the rate for the step after ``step`` others."""
        _step(step)
        return self.rate


@dataclass(frozen=True)
class StepDecay:
    """rate · factor^⌊step / every⌋: a fall every so many steps (PyTorch's ``StepLR``)."""

    rate: float
    factor: float
    every: int

    def __post_init__(self) -> None:
        _check(self, rate=_positive, factor=_share, every=validation.count)

    def __call__(self, step: int) -> float:
        """Return the rate for the step after ``step`` others."""
        return self.rate * self.factor ** (_step(step) // self.every)


@dataclass(frozen=True)
class ExponentialDecay:
    """rate · factor^(step / every): the same fall without stairs.

    With ``every=1`` it is PyTorch's ``ExponentialLR``.
    """

    rate: float
    factor: float
    every: int = 1

    def __post_init__(self) -> None:
        _check(self, rate=_positive, factor=_share, every=validation.count)

    def __call__(self, step: int) -> float:
        """Return the rate for the step after ``step`` others."""
        return self.rate * self.factor ** (_step(step) / self.every)


@dataclass(frozen=True)
class CosineDecay:
    """Half a cosine from ``rate`` down to ``final`` over ``steps`` steps, then ``final``.

    final + (rate - final) (1 + cos(π step / steps)) / 2. Loshchilov and Hutter 2017, equation 5,
    without restarts; PyTorch's ``CosineAnnealingLR``, which rises again after the end.
    """

    rate: float
    steps: int
    final: float = 0.0

    def __post_init__(self) -> None:
        _check(self, rate=_positive, steps=validation.count, final=_at_least_zero)

    def __call__(self, step: int) -> float:
        """Return the rate for the step after ``step`` others."""
        done = min(_step(step) / self.steps, 1.0)
        return _cosine(self.rate, self.final, done)


@dataclass(frozen=True)
class Warmup:
    """A straight rise over the first ``steps`` steps, then another schedule from its beginning.

    The step after s others has (s + 1) / (steps + 1) of the schedule's first rate, so that no step
    is wasted at a rate of 0. Goyal et al. 2017, §2.2.
    """

    steps: int
    then: Schedule

    def __post_init__(self) -> None:
        _check(self, steps=validation.count)
        if not callable(self.then):
            raise TypeError(
                f"then is {validation.describe(self.then)}: expected a schedule such as "
                "CosineDecay(0.1, 1000)"
            )

    def __call__(self, step: int) -> float:
        """Return the rate for the step after ``step`` others."""
        if _step(step) >= self.steps:
            return self.then(step - self.steps)
        return self.then(0) * (step + 1) / (self.steps + 1)


@dataclass(frozen=True)
class OneCycle:
    """Up to ``peak`` and down again within ``steps`` steps, each half a cosine.

    It begins at peak / start_divisor, is at the peak after the share ``rise`` of the steps, and
    ends, with the last step, at peak / start_divisor / final_divisor. Smith and Topin 2018; with
    PyTorch's ``OneCycleLR`` and its first choices of the numbers. Momentum is left alone.
    """

    peak: float
    steps: int
    rise: float = 0.3
    start_divisor: float = 25.0
    final_divisor: float = 1e4

    def __post_init__(self) -> None:
        _check(self, peak=_positive, rise=_share, start_divisor=_positive, final_divisor=_positive)
        object.__setattr__(self, "steps", validation.count("steps", self.steps, least=2))
        if not 0 < self.rise * self.steps - 1 < self.steps - 1:
            raise ValueError(
                f"rise is {self.rise:g} of {self.steps} steps: expected a share of more than one "
                "step and less than all"
            )

    def __call__(self, step: int) -> float:
        """Return the rate for the step after ``step`` others."""
        start = self.peak / self.start_divisor
        top, last = self.rise * self.steps - 1, self.steps - 1
        step = min(_step(step), last)
        if step <= top:
            return _cosine(start, self.peak, step / top)
        return _cosine(self.peak, start / self.final_divisor, (step - top) / (last - top))


@dataclass(frozen=True)
class LinearRamp:
    """A straight line from ``first`` to ``last``, which is reached with the last of ``steps``."""

    first: float
    last: float
    steps: int

    def __post_init__(self) -> None:
        _check(self, first=_positive, last=_positive)
        object.__setattr__(self, "steps", validation.count("steps", self.steps, least=2))

    def __call__(self, step: int) -> float:
        """Return the rate for the step after ``step`` others."""
        done = min(_step(step) / (self.steps - 1), 1.0)
        return self.first + (self.last - self.first) * done


@dataclass(frozen=True)
class ExponentialRamp:
    """From ``first`` to ``last`` by equal ratios, reached with the last of ``steps``."""

    first: float
    last: float
    steps: int

    def __post_init__(self) -> None:
        _check(self, first=_positive, last=_positive)
        object.__setattr__(self, "steps", validation.count("steps", self.steps, least=2))

    def __call__(self, step: int) -> float:
        """Return the rate for the step after ``step`` others."""
        done = min(_step(step) / (self.steps - 1), 1.0)
        return self.first * (self.last / self.first) ** done


class ReduceOnPlateau:
    """A rate that falls when what is watched no longer improves.

    Parameters
    ----------
    rate
        The first rate.
    factor
        By what it is multiplied when it falls.
    patience
        How many updates in a row may pass without an improvement; the next one lowers the rate.
    minimum_change
        An improvement counts only if it is larger than this.
    minimum
        The rate does not fall below it.
    cooldown
        How many updates after a fall are not counted.
    falling
        Whether a lower value is a better one, as with a loss; False for an accuracy.

    Attributes
    ----------
    rate
        The rate now.
    best
        The best value so far.

    Notes
    -----
    PyTorch's ``ReduceLROnPlateau`` with ``threshold_mode="abs"``; there the threshold is relative
    at first, and a fall smaller than 1e-8 is left out.
    """

    def __init__(
        self,
        rate: float,
        factor: float = 0.1,
        patience: int = 10,
        minimum_change: float = 0.0,
        minimum: float = 0.0,
        cooldown: int = 0,
        falling: bool = True,
    ) -> None:
        self.rate = validation.number("rate", rate, above=0)
        self.factor = validation.number("factor", factor, above=0, below=1)
        self.patience = validation.count("patience", patience, least=0)
        self.minimum_change = validation.number("minimum_change", minimum_change, least=0)
        self.minimum = validation.number("minimum", minimum, least=0)
        self.cooldown = validation.count("cooldown", cooldown, least=0)
        self.falling = validation.flag("falling", falling)
        self.best = math.inf if self.falling else -math.inf
        self._waited = 0
        self._cooling = 0

    def __repr__(self) -> str:
        return (
            f"ReduceOnPlateau(rate={self.rate!r}, factor={self.factor!r}, "
            f"patience={self.patience!r})"
        )

    def __call__(self, step: int) -> NoReturn:
        """Refuse to be used as a function of the step."""
        raise TypeError("ReduceOnPlateau goes by values: call update(value), not a step")

    def update(self, value: float) -> float:
        """Take note of the latest value and return the rate to go on with."""
        better = self.best - value if self.falling else value - self.best
        if better > self.minimum_change:
            self.best, self._waited = float(value), 0
        else:  # NaN is no improvement
            self._waited += 1
        if self._cooling > 0:
            self._cooling -= 1
            self._waited = 0
        if self._waited > self.patience:
            self.rate = max(self.rate * self.factor, self.minimum)
            self._waited, self._cooling = 0, self.cooldown
        return self.rate

    def snapshot(self) -> dict[str, float]:
        """Return what updates change, as plain numbers, for ``restore``."""
        return {
            "rate": self.rate,
            "best": self.best,
            "waited": self._waited,
            "cooling": self._cooling,
        }

    def restore(self, snapshot: dict[str, float]) -> None:
        """Put back what ``snapshot`` gave."""
        self.rate, self.best = float(snapshot["rate"]), float(snapshot["best"])
        self._waited, self._cooling = int(snapshot["waited"]), int(snapshot["cooling"])


def _cosine(start: float, end: float, done: float) -> float:
    """Return what half a cosine from ``start`` to ``end`` has reached after the share ``done``."""
    return end + (start - end) * (1 + math.cos(math.pi * done)) / 2
