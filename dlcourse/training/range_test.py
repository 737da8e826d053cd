"""The learning-rate range test: which rates are worth trying."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlcourse import validation
from dlcourse.data import Dataset, as_dataset
from dlcourse.losses import Loss
from dlcourse.model import Sequential
from dlcourse.optimizers import Optimizer
from dlcourse.schedules import ExponentialRamp, LinearRamp
from dlcourse.training.feed import Feed

#: How slowly the smoothed loss forgets: about the last ten steps count.
SMOOTHING = 0.9


@dataclass(frozen=True)
class RangeTest:
    """What a range test measured, one value a step.

    Attributes
    ----------
    rates, losses
        The rate of each step, and the loss of the batch before it.
    smoothed
        The losses' moving average, corrected for its start.
    suggestion
        The rate at which the smoothed loss fell fastest per unit of log(rate), before it was
        smallest.
    """

    rates: np.ndarray
    losses: np.ndarray
    smoothed: np.ndarray
    suggestion: float


def learning_rate_range_test(
    model: Sequential,
    loss: Loss,
    optimizer: Optimizer,
    data: tuple,
    *,
    lowest: float = 1e-5,
    highest: float = 10.0,
    steps: int = 100,
    batch_size: int = 32,
    spacing: str = "exponential",
    divergence: float = 4.0,
    rng: np.random.Generator | int,
) -> RangeTest:
    """Train for a few steps at ever larger rates, and put everything back as it was.

    Parameters
    ----------
    model, loss, optimizer, data
        As for ``fit``. Model and optimizer leave as they came.
    lowest, highest, steps
        The first rate, the last, and in how many steps.
    batch_size, rng
        As for ``fit``; after the last batch the data starts again in another order.
    spacing
        "exponential" (equal ratios, which covers many orders of magnitude) or "linear", Smith's.
    divergence
        The test ends early once the smoothed loss is this many times its smallest, or not finite.

    Returns
    -------
    RangeTest
        Rates worth trying lie where the loss falls steadily; the largest of them is below where it
        starts to rise.

    Notes
    -----
    Smith, "Cyclical Learning Rates for Training Neural Networks", 2017, §3.3.
    """
    data = as_dataset("data", data)
    x_all = validation.finite("data.x", model.checked_inputs("data.x", data.x))
    target_all = loss.check_target(data.y, model.output_shape, len(x_all), model.dtype, "data.y")
    ramps: dict[str, Any] = {"exponential": ExponentialRamp, "linear": LinearRamp}
    if spacing not in ramps:
        raise ValueError(f"spacing is {spacing!r}: expected one of {', '.join(ramps)}")
    schedule = ramps[spacing](lowest, highest, steps)
    if schedule.first >= schedule.last:
        raise ValueError(f"highest is {highest:g}: expected more than lowest, {lowest:g}")
    divergence = validation.number("divergence", divergence, above=1)
    batch_size = validation.count("batch_size", batch_size)
    rng = validation.generator("rng", rng)

    feed = Feed(model.device, Dataset(x_all, target_all))
    kept = model.snapshot(), optimizer.snapshot()
    rates: list[float] = []
    losses: list[float] = []
    smoothed: list[float] = []
    average = 0.0
    stream: Iterator[Dataset] = iter(())
    try:
        for step in range(schedule.steps):
            batch = next(stream, None)
            if batch is None:
                stream = feed.batches(batch_size, rng)
                batch = next(stream)
            value = float(loss.forward(model.forward(batch.x), batch.y))
            if not math.isfinite(value):
                break
            average = SMOOTHING * average + (1 - SMOOTHING) * value
            rates.append(schedule(step))
            losses.append(value)
            smoothed.append(average / (1 - SMOOTHING ** (step + 1)))
            if smoothed[-1] > divergence * min(smoothed):
                break
            model.backward(loss.backward())
            optimizer.learning_rate = rates[-1]
            optimizer.step()
    finally:
        model.restore(kept[0])
        optimizer.restore(kept[1])
    return RangeTest(
        np.array(rates), np.array(losses), np.array(smoothed), _steepest(rates, smoothed)
    )


def _steepest(rates: list[float], smoothed: list[float]) -> float:
    """Return the rate where the loss falls fastest per unit of log(rate), before its smallest.

    After its smallest it has begun to diverge, and may fall again from a height it jumped to.
    """
    falling = int(np.argmin(smoothed)) + 1 if smoothed else 0
    if falling < 3:
        raise ValueError(
            f"the loss rose after {falling} steps: expected a lowest rate at which training goes "
            "well"
        )
    slope = np.gradient(np.array(smoothed[:falling]), np.log(rates[:falling]))
    return float(rates[int(np.argmin(slope))])
