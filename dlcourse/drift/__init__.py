"""Drift: data that change after training. Making them change, noticing it, learning from it."""

from dlcourse.drift.adaptation import adapt, rehearsed
from dlcourse.drift.detection import (
    DriftTest,
    class_frequencies,
    kolmogorov_smirnov,
    maximum_mean_discrepancy,
)
from dlcourse.drift.shifts import SHIFTS, drifting_stream, shifted, with_frequencies

__all__ = [
    "SHIFTS",
    "DriftTest",
    "adapt",
    "class_frequencies",
    "drifting_stream",
    "kolmogorov_smirnov",
    "maximum_mean_discrepancy",
    "rehearsed",
    "shifted",
    "with_frequencies",
]
