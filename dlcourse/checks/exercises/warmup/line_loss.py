"""``line_loss(x, y, w, b)``: the mean squared error of a line or plane, and its slopes."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.drawing import Numbers, cast, laid_out, normal, quarters, sizes
from dlcourse.checks.exercise import CARE, Call, Case, Exercise, Output, Part, Property, Target
from dlcourse.checks.exercises.warmup.mistakes.line_loss import MISTAKES


def examples(
    rng: np.random.Generator,
    about: str,
    shape: tuple[int, int] | None = None,
    part: str = "loss",
    dtype: type = np.float64,
    numbers: Numbers = normal,
    scale: float = 1.0,
) -> Case:
    """Draw ``n`` examples with ``i`` inputs, and a line that does not fit them."""
    n, i = shape or sizes(rng, 2, low=3)
    arrays = {
        "x": numbers(rng, n, i),
        "y": numbers(rng, n) * scale,
        "w": numbers(rng, i) * scale,
    }
    b = float(quarters(rng, 1)[0]) * scale
    facts = {"n": n, "i": i, "ni": n * i}
    return Case({**cast(arrays, dtype), "b": b}, about, part, facts=facts)


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw ordinary examples, then single ones, layouts and large numbers."""
    one, two = sizes(rng, 2, low=3)

    def layout(rng: np.random.Generator, about: str) -> Case:
        return examples(rng, about, part="edge")

    return [
        examples(rng, "three examples with two inputs", (3, 2), numbers=quarters),
        examples(rng, "examples in float32", dtype=np.float32),
        examples(rng, "examples in float64"),
        examples(rng, "as many examples as inputs", (one, one)),
        examples(rng, "many examples", (60, 4), dtype=np.float32),
        examples(rng, "a single example", (1, two), "edge"),
        examples(rng, "a single input", (two, 1), "edge", np.float32),
        examples(rng, "one example with one input", (1, 1), "edge", numbers=quarters),
        *laid_out(layout, rng),
        examples(rng, "targets in the thousands", part="edge", dtype=np.float32, scale=1e3),
    ]


def oracle(case: Case) -> tuple[Target, Target, Target]:
    """Go through the examples one by one, in float64; sizes go the same way for the bound."""
    x, y, w = case.in_float64("x", "y", "w")
    b, n = float(case.arguments["b"]), len(case.arguments["y"])
    loss, db, dw = 0.0, 0.0, np.zeros_like(w)
    loss_size, db_size, dw_size = 0.0, 0.0, np.zeros_like(w)
    for row, target in zip(x, y, strict=True):
        error = sum(float(a * c) for a, c in zip(row, w, strict=True)) + b - target
        size = float(np.abs(row) @ np.abs(w)) + abs(b) + abs(target)
        loss += error * error / n
        loss_size += size * size / n
        db += 2 * error / n
        db_size += 2 * size / n
        dw += 2 * error * row / n
        dw_size += 2 * size * np.abs(row) / n
    steps = n + len(w) + 6
    return (
        Target(np.array(loss), 2 * steps, np.array(loss_size)),
        Target(dw, steps, dw_size),
        Target(np.array(db), steps, np.array(db_size)),
    )


def examples_given_twice(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check the means: every example given twice changes nothing."""
    arguments = dict(case.arguments)
    arguments |= {name: np.concatenate([arguments[name]] * 2) for name in ("x", "y")}
    again = call(*arguments.values())
    for output, target, one in zip(outputs, oracle(case), again, strict=True):
        tolerance = 3 * target.tolerance(case.precision)
        if one.shape != output.shape or not np.all(np.abs(one - output) <= tolerance):
            return (
                "With every example given twice, the loss and both slopes should stay as they "
                "are: they are means."
            )
    return None


LINE_LOSS = Exercise(
    name="line_loss",
    title="the mean squared error of a line, and its slopes",
    arguments=("x", "y", "w", "b"),
    outputs=(Output("loss"), Output("dw", like="w"), Output("db")),
    parts=(
        Part("loss", 1, "the loss", outputs=("loss",)),
        Part("dw", 2, "the slopes for the weights", outputs=("dw",)),
        Part("db", 1, "the slope for the bias", outputs=("db",)),
        Part(
            "edge",
            1,
            "a single example, a single input, any layout in memory, large numbers",
            own_cases=True,
            needs=("loss", "dw", "db"),
        ),
        Part(
            "care",
            1,
            "the dtype is kept, the arguments are left alone, means are means",
            aspects=CARE,
            needs=("loss", "dw", "db"),
        ),
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason=(
        "An error sums i products, a bias and a target, all with signs of their own, and is then "
        "summed over n examples: the bounds follow the same sums with absolute values; the loss "
        "doubles the relative error by its square."
    ),
    properties=(Property("examples given twice", examples_given_twice),),
    mistakes=tuple(MISTAKES),
)
