"""``he_normal(z, fan_in, fan_out)``: He's rule for ReLU layers, in its normal form."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.drawing import normal, quarters
from dlcourse.checks.exercise import Case, Target
from dlcourse.checks.exercises.initialization.mistakes.he_normal import MISTAKES
from dlcourse.checks.exercises.initialization.scaling import initializer, proportional


def oracle(case: Case) -> tuple[Target]:
    """Give each weight the square z² 2 / fan_in, and its sign."""
    (z,) = case.in_float64("z")
    fan_in = float(case.arguments["fan_in"])
    value = np.copysign(np.sqrt(z * z * 2.0 / fan_in), z)
    return (Target(value, steps=6),)


HE_NORMAL = initializer(
    "he_normal",
    "He's initializer, normal",
    "z",
    quarters,
    normal,
    oracle,
    "A quotient, a root and a product: a few roundings of each weight, nothing is added.",
    proportional("z", lambda z: -z, "-z in place of z does not give -w: w is z times one number."),
    MISTAKES,
)
