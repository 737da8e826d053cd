"""``softmax_rows(logits)``: scores of any size as probabilities, row by row."""

from __future__ import annotations

import math

import numpy as np

from dlcourse.checks.drawing import Numbers, cast, laid_out, normal, quarters, sizes
from dlcourse.checks.exercise import CARE, Call, Case, Exercise, Output, Part, Property, Target
from dlcourse.checks.exercises.forward.mistakes.softmax_rows import MISTAKES


def rows(
    rng: np.random.Generator,
    about: str,
    shape: tuple[int, int] | None = None,
    part: str = "values",
    dtype: type = np.float64,
    numbers: Numbers = normal,
    scale: float = 1.0,
    offset: float = 0.0,
) -> Case:
    """Draw logits of ``n`` examples and ``c`` classes."""
    n, c = shape or sizes(rng, 2, low=3)
    arrays = {"logits": numbers(rng, n, c) * scale + offset}
    return Case(cast(arrays, dtype), about, part, facts={"n": n, "c": c})


def far_apart(rng: np.random.Generator, about: str, dtype: type) -> Case:
    """Draw rows that lie far from each other, each with readable differences within."""
    case = rows(rng, about, (4, 3), "extremes", dtype, quarters)
    case.arguments["logits"][...] += np.array([[0.0], [1000], [-1000], [8192]], dtype=dtype)
    return case


def far_ahead(rng: np.random.Generator, about: str, dtype: type) -> Case:
    """Draw rows in which one class leads by thousands: measured from the mean, it overflows."""
    case = rows(rng, about, (4, 3), "extremes", dtype, quarters)
    case.arguments["logits"][np.arange(4), rng.integers(0, 3, 4)] += dtype(4096)
    return case


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw ordinary rows, then odd sizes and layouts, then logits of any size."""
    one, two = sizes(rng, 2, low=3)

    def layout(rng: np.random.Generator, about: str) -> Case:
        return rows(rng, about, part="edge")

    return [
        rows(rng, "two examples of three classes", (2, 3), numbers=quarters),
        rows(rng, "logits in float32", dtype=np.float32),
        rows(rng, "logits in float64"),
        rows(rng, "as many examples as classes", (one, one)),
        rows(rng, "a single example", (1, two), "edge"),
        rows(rng, "a single class", (two, 1), "edge", np.float32),
        *laid_out(layout, rng),
        far_ahead(rng, "a class far ahead in each row, in float64", np.float64),
        far_ahead(rng, "a class far ahead in each row, in float32", np.float32),
        rows(rng, "logits in the thousands, all negative", part="extremes", offset=-5000.0),
        far_apart(rng, "rows far from each other in float64", np.float64),
        far_apart(rng, "rows far from each other in float32", np.float32),
    ]


def oracle(case: Case) -> tuple[Target]:
    """Measure each row against its largest logit, one by one; the exponents set the tolerance."""
    (logits,) = case.in_float64("logits")
    value = np.empty_like(logits)
    for n, row in enumerate(logits.tolist()):
        exponentials = [math.exp(one - max(row)) for one in row]
        value[n] = [one / math.fsum(exponentials) for one in exponentials]
    lead = logits.max(axis=1, keepdims=True) - logits
    # Computed as exp(z - log of the sum), the exponent is off by as much as that logarithm.
    size = np.abs(logits).max(axis=1, keepdims=True)
    steps = 8 + logits.shape[1] + np.minimum(lead, 800) + np.minimum(size, 8192)
    return (Target(value, steps),)


def moved_rows(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check that the same number added to a whole row changes nothing, and that rows sum to 1."""
    logits = case.arguments["logits"]
    (again,) = call(logits + rng.integers(-4, 5, (len(logits), 1)).astype(logits.dtype))
    (target,) = oracle(case)
    allowed = 2 * target.tolerance(case.precision) + 64 * np.finfo(case.precision).eps * (
        1 + np.abs(logits).max()
    )
    if again.shape != outputs[0].shape or not np.all(np.abs(again - outputs[0]) <= allowed):
        return "Adding the same number to all logits of a row changes its probabilities."
    return None


SOFTMAX_ROWS = Exercise(
    name="softmax_rows",
    title="probabilities from scores",
    arguments=("logits",),
    outputs=(Output("p", like="logits"),),
    parts=(
        Part("values", 1.5, "the probabilities"),
        Part("edge", 0.5, "any shape, any layout in memory", own_cases=True, needs=("values",)),
        Part("extremes", 1, "logits of any size", own_cases=True, needs=("values",)),
        Part(
            "care",
            1,
            "the dtype is kept, the logits are left alone, moved rows give the same",
            aspects=CARE,
            needs=("values",),
        ),
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason=(
        "An exponential carries the rounding of its exponent, which is as large as the row's "
        "logits are apart, or, with the logarithm of the sum subtracted, as the logits themselves."
    ),
    properties=(Property("moved rows", moved_rows),),
    mistakes=tuple(MISTAKES),
)
