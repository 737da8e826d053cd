"""``mean_squared_error(y, target)``: the loss of regression, and its gradient."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.drawing import Numbers, cast, laid_out, normal, quarters, sizes
from dlcourse.checks.exercise import CARE, Call, Case, Exercise, Output, Part, Property, Target
from dlcourse.checks.exercises.losses.mistakes.mean_squared_error import MISTAKES


def batch(
    rng: np.random.Generator,
    about: str,
    shape: tuple[int, int] | None = None,
    part: str = "values",
    dtype: type = np.float32,
    numbers: Numbers = normal,
    scale: float = 1.0,
    offset: float = 0.0,
) -> Case:
    """Draw one case of ``n`` examples and ``o`` outputs, both arrays around ``offset``."""
    n, o = shape or sizes(rng, 2)
    arrays = {name: numbers(rng, n, o) * scale + offset for name in ("y", "target")}
    return Case(cast(arrays, dtype), about, part, facts={"n": n, "o": o, "no": n * o})


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw ordinary batches, then odd shapes and layouts, then large and nearly equal numbers."""
    one, two = sizes(rng, 2)

    def layout(rng: np.random.Generator, about: str) -> Case:
        return batch(rng, about, part="shapes", dtype=np.float64)

    return [
        batch(rng, "two examples", (2, 3), dtype=np.float64, numbers=quarters),
        batch(rng, "a batch in float32"),
        batch(rng, "a batch in float64", dtype=np.float64),
        batch(rng, "as many examples as outputs", (one, one)),
        batch(rng, "a single example", (1, one), "shapes"),
        batch(rng, "a single output", (two, 1), "shapes", np.float64),
        batch(rng, "a single number", (1, 1), "shapes", np.float64, quarters),
        *laid_out(layout, rng),
        batch(rng, "numbers in the tens of thousands", part="shapes", scale=1e4),
        # As for temperatures in kelvin: squares of the numbers themselves drown the difference.
        batch(rng, "numbers close to 1000", part="shapes", offset=1e3),
        batch(rng, "numbers close to 1000", part="shapes", dtype=np.float64, offset=1e3),
    ]


def oracle(case: Case) -> tuple[Target, Target]:
    """Go through the elements one by one, in float64."""
    y, target = case.in_float64("y", "target")
    errors = [guess - truth for guess, truth in zip(y.flat, target.flat, strict=True)]
    loss = sum(error * error for error in errors) / len(errors)
    dy = np.array([2.0 * error / len(errors) for error in errors]).reshape(y.shape)
    return Target(np.array(loss), steps=y.size + 4), Target(dy, steps=4)


def doubled_batch(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check the mean: a batch given twice over has the same loss, and each example half a share."""
    arguments = {name: np.concatenate([value] * 2) for name, value in case.arguments.items()}
    loss, dy = call(*arguments.values())
    wanted = oracle(case)
    loss_tolerance, dy_tolerance = (3 * target.tolerance(case.precision) for target in wanted)
    n = len(outputs[1])
    if (
        loss.shape == ()
        and dy.shape == (2 * n, *outputs[1].shape[1:])
        and abs(float(loss) - float(outputs[0])) <= loss_tolerance
        and np.all(np.abs(2.0 * dy[n:] - outputs[1]) <= dy_tolerance)
    ):
        return None
    return (
        "With every example twice in the batch, the loss should stay and each entry of dy should "
        "halve: the loss is a mean."
    )


MEAN_SQUARED_ERROR = Exercise(
    name="mean_squared_error",
    title="the mean squared error and its gradient",
    arguments=("y", "target"),
    outputs=(Output("loss"), Output("dy", like="y")),
    parts=(
        Part("loss", 1, "the loss", outputs=("loss",)),
        Part("gradient", 2, "its gradient", outputs=("dy",)),
        Part(
            "shapes",
            1,
            "any shape, any layout in memory, large and nearly equal numbers",
            own_cases=True,
            needs=("loss", "gradient"),
        ),
        Part(
            "care",
            1,
            "the dtype is kept, the arguments are left alone, the mean is a mean",
            aspects=CARE,
            needs=("loss", "gradient"),
        ),
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason=(
        "The difference of two numbers is rounded once, relative to itself, so each square is good "
        "to a few eps of itself; n o squares are summed in any order."
    ),
    properties=(Property("a doubled batch", doubled_batch),),
    mistakes=tuple(MISTAKES),
)
