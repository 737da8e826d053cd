"""``clip_gradients(dw_x, dw_h, db, limit)``: one norm over all, and one factor for all."""

from __future__ import annotations

import math

import numpy as np

from dlcourse.checks.drawing import Numbers, cast, laid_out, normal, quarters
from dlcourse.checks.exercise import CARE, Call, Case, Exercise, Output, Part, Property, Target
from dlcourse.checks.exercises.recurrence.mistakes.clip_gradients import MISTAKES

NAMES = ("dw_x", "dw_h", "db")


def gradients(
    rng: np.random.Generator,
    about: str,
    share: float,
    shape: tuple[int, int] = (3, 4),
    part: str = "values",
    dtype: type = np.float64,
    numbers: Numbers = normal,
    scale: float = 1.0,
) -> Case:
    """Draw gradients, and a limit that is ``share`` of their norm."""
    features, units = shape
    drawn = {
        "dw_x": numbers(rng, features, units) * scale,
        "dw_h": numbers(rng, units, units) * scale,
        "db": numbers(rng, units) * scale,
    }
    arrays = cast(drawn, dtype)
    norm = math.hypot(*(float(value) for array in drawn.values() for value in array.flat))
    # A limit that can be typed in, and that rounding keeps on its side of the norm.
    limit = float(f"{share * norm:.3g}") if norm else 1.0
    return Case(arguments_with(arrays, limit), about, part, facts={"limit": limit})


def arguments_with(arrays: dict[str, np.ndarray], limit: float) -> dict[str, object]:
    """Put the limit behind the gradients."""
    return {**arrays, "limit": limit}


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw gradients above and below the limit, then odd sizes, layouts, and huge ones."""

    def layout(rng: np.random.Generator, about: str) -> Case:
        return gradients(rng, about, 0.5, (2, 3), "edge")

    return [
        gradients(rng, "a norm above the limit", 0.5, (1, 2), numbers=quarters),
        gradients(rng, "float32, far above the limit", 0.1, (4, 3), dtype=np.float32),
        gradients(rng, "a norm a little above the limit", 0.9),
        gradients(rng, "a norm below the limit", 1.3),
        gradients(rng, "a norm far below the limit", 20.0, (4, 3), dtype=np.float32),
        gradients(rng, "one parameter of each kind", 0.5, (1, 1), "edge", numbers=quarters),
        gradients(rng, "gradients that are all 0", 1.0, (2, 3), "edge", scale=0.0),
        gradients(rng, "gradients of around a millionth", 0.5, (2, 3), "edge", scale=1e-6),
        with_zeros(rng),
        *laid_out(layout, rng),
        exploded(rng, "gradients that have exploded", 1e25, np.float32),
        exploded(rng, "gradients that have exploded in float64", 1e160, np.float64),
    ]


def with_zeros(rng: np.random.Generator) -> Case:
    """Draw gradients of which some are 0: one in each matrix, and all of the biases'."""
    case = gradients(rng, "gradients of which some are 0", 0.5, (2, 3), "edge")
    case.arguments["dw_x"][0, 0] = case.arguments["dw_h"][1, 1] = 0
    case.arguments["db"][:] = 0
    return case


def exploded(rng: np.random.Generator, about: str, scale: float, dtype: type) -> Case:
    """Draw gradients whose squares are beyond the largest number of the dtype."""
    return gradients(rng, about, 1 / scale, part="huge", dtype=dtype, scale=scale)


def oracle(case: Case) -> tuple[Target, ...]:
    """Take the norm of norms with ``math.hypot``, which scales before it squares."""
    arrays = case.in_float64(*NAMES)
    norm = math.hypot(*(float(value) for array in arrays for value in array.flat))
    limit = case.arguments["limit"]
    factor = limit / norm if norm > limit else 1.0
    count = sum(array.size for array in arrays)
    return (
        *(Target(array * factor, steps=count + 4) for array in arrays),
        Target(np.array(norm), steps=count + 4),
    )


def the_direction_stays(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check that a limit half as large gives gradients half as large, all of them."""
    arguments = dict(case.arguments)
    arguments["limit"] = arguments["limit"] / 2
    again = call(*arguments.values())
    for name, one, two in zip(NAMES, outputs, again, strict=False):
        room = 64 * float(np.finfo(case.precision).eps) * np.abs(one)
        if two.shape != one.shape or np.any(np.abs(2 * two - one) > room):
            return (
                f"Half the limit does not halve {name}: where the norm is above the limit, all "
                f"gradients are multiplied with limit / norm."
            )
    return None


CLIP_GRADIENTS = Exercise(
    name="clip_gradients",
    title="one norm over all gradients, and one factor for all",
    arguments=(*NAMES, "limit"),
    outputs=(*(Output(name, like=name) for name in NAMES), Output("norm")),
    parts=(
        Part("clipped", 1.5, "the clipped gradients", outputs=NAMES),
        Part("norm", 0.5, "the norm before", outputs=("norm",)),
        Part(
            "edge",
            0.5,
            "gradients that are 0 or tiny, any shape, any layout in memory",
            own_cases=True,
            needs=("clipped", "norm"),
        ),
        Part(
            "huge",
            0.5,
            "gradients whose squares overflow",
            own_cases=True,
            needs=("clipped", "norm"),
        ),
        Part(
            "care",
            1,
            "the dtype is kept, the arguments are left alone, the direction stays",
            aspects=CARE,
            needs=("clipped", "norm"),
        ),
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason=(
        "The norm is the root of a sum of positive squares, in any order, so its relative error is "
        "bounded by the number of terms; each gradient is multiplied with one factor."
    ),
    properties=(
        Property(
            "the direction stays",
            the_direction_stays,
            when=lambda case: "above the limit" in case.about,
        ),
    ),
    mistakes=tuple(MISTAKES),
)
