"""``hinge(y, target)``: the loss that asks for a margin, and its gradient."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.drawing import Numbers, cast, laid_out, normal, quarters, sizes
from dlcourse.checks.exercise import CARE, Call, Case, Exercise, Output, Part, Property, Target
from dlcourse.checks.exercises.losses.mistakes.hinge import MISTAKES


def batch(
    rng: np.random.Generator,
    about: str,
    shape: tuple[int, ...] | None = None,
    part: str = "values",
    dtype: type = np.float32,
    numbers: Numbers = normal,
    scale: float = 1.0,
) -> Case:
    """Draw one case with every kind of element: wrong, right but too near, and far enough."""
    shape = shape or (sizes(rng, 1, low=5)[0],)
    target = rng.choice([-1.0, 1.0], shape)
    y = numbers(rng, *shape) * scale
    if y.size >= 4:
        places = rng.permutation(y.size)[:4]
        target.flat[places[:2]] = 1.0, -1.0
        # By how far each is on the right side; the first two are never the same as their target.
        margins = np.array([-0.75, -1.25, 0.5, 1.5]) * scale
        y.flat[places] = target.flat[places] * margins
    facts = {"n": shape[0], "size": y.size}
    return Case(cast({"y": y, "target": target}, dtype), about, part, facts=facts)


def at_the_kink(rng: np.random.Generator) -> Case:
    """Draw outputs that keep the margin exactly, next to ones that do not."""
    case = batch(rng, "outputs exactly at the margin", (6,), "edge", np.float64, quarters)
    places = rng.permutation(6)[:2]
    case.arguments["y"][places] = case.arguments["target"][places]
    return case


def all_far_enough(rng: np.random.Generator) -> Case:
    """Draw outputs that are all right by more than the margin: no loss, no gradient."""
    case = batch(rng, "outputs that are all right by more than 1", (4,), "edge")
    arguments = case.arguments
    arguments["y"][:] = arguments["target"] * rng.uniform(1.5, 4.0, 4)
    return case


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw ordinary batches, then the kink, odd shapes and layouts, and large numbers."""
    one, two = sizes(rng, 2)

    def layout(rng: np.random.Generator, about: str) -> Case:
        return batch(rng, about, (two, one), "edge", np.float64)

    return [
        batch(rng, "five examples", (5,), dtype=np.float64, numbers=quarters),
        batch(rng, "a batch in float32"),
        batch(rng, "a batch in float64", dtype=np.float64),
        at_the_kink(rng),
        all_far_enough(rng),
        batch(rng, "a single example", (1,), "edge", np.float64, quarters),
        batch(rng, "several outputs for each example", (one, two), "edge"),
        batch(rng, "a single column", (two, 1), "edge", np.float64),
        batch(rng, "outputs in the thousands", part="edge", scale=1e3),
        *laid_out(layout, rng),
    ]


def oracle(case: Case) -> tuple[Target, Target]:
    """Go through the elements one by one, in float64."""
    y, target = case.in_float64("y", "target")
    missing, slopes = [], []
    for output, side in zip(y.flat, target.flat, strict=True):
        slack = 1.0 - side * output
        missing.append(slack if slack > 0.0 else 0.0)
        slopes.append(-side / y.size if slack > 0.0 else 0.0)
    loss = Target(
        np.array(sum(missing) / y.size),
        steps=y.size + 3,
        magnitude=np.array(1.0 + np.mean(np.abs(y))),
    )
    return loss, Target(np.array(slopes).reshape(y.shape), steps=2)


def sides_swapped(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check that with both signs turned round the loss stays and the gradient turns round."""
    loss, dy = call(-case.arguments["y"], -case.arguments["target"])
    loss_tolerance, dy_tolerance = (2 * target.tolerance(case.precision) for target in oracle(case))
    if (
        loss.shape == ()
        and dy.shape == outputs[1].shape
        and abs(float(loss) - float(outputs[0])) <= loss_tolerance
        and np.all(np.abs(dy + outputs[1]) <= dy_tolerance)
    ):
        return None
    return (
        "With the signs of y and target both turned round, the loss should stay and dy turn round: "
        "the two classes are treated alike."
    )


HINGE = Exercise(
    name="hinge",
    title="the hinge loss and its gradient",
    arguments=("y", "target"),
    outputs=(Output("loss"), Output("dy", like="y")),
    parts=(
        Part("loss", 1, "the loss", outputs=("loss",)),
        Part("gradient", 1, "its gradient", outputs=("dy",)),
        Part(
            "edge",
            1,
            "exactly at the margin, any shape, any layout in memory, large numbers",
            own_cases=True,
            needs=("loss", "gradient"),
        ),
        Part(
            "care",
            1,
            "the dtype is kept, the arguments are left alone, both classes are treated alike",
            aspects=CARE,
            needs=("loss", "gradient"),
        ),
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason=(
        "1 − t y is rounded once, by eps times 1 + |y|, and its sign is exact; the losses are "
        "summed in any order. An entry of dy is a quotient: one rounding, two if the inverse is "
        "taken first."
    ),
    properties=(Property("sides swapped", sides_swapped),),
    mistakes=tuple(MISTAKES),
)
