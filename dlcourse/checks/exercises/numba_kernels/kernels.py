"""What the exercises of the lab numba_kernels share: how arrays are laid out, and their parts."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.arrays import strided
from dlcourse.checks.exercise import CARE, Aspect, Case, Part

#: Each type of array is one more compilation, of a second or so, so there are three of them: the
#: two float types, side by side in memory, and one that is not.
EVERY_SECOND = "an array that is every second element of a larger one"


def apart(case: Case) -> Case:
    """Lay the arrays of a case out with gaps between their elements."""
    arguments = {
        name: strided(value) if isinstance(value, np.ndarray) else value
        for name, value in case.arguments.items()
    }
    return Case(arguments, case.about, case.part, case.facts)


def parts(values: float, edge: float, care: float, speed: float, odd: str) -> tuple[Part, ...]:
    """Share out the points; ``odd`` says in words what the odd cases are."""
    return (
        Part("values", values, "the right numbers"),
        Part("edge", edge, odd, own_cases=True, needs=("values",)),
        Part(
            "care",
            care,
            "the dtype is kept, the arguments are left alone",
            aspects=CARE,
            needs=("values",),
        ),
        Part(
            "speed",
            speed,
            "it is compiled, and as fast as loops can be",
            aspects=(Aspect.SPEED,),
            needs=("values",),
        ),
    )
