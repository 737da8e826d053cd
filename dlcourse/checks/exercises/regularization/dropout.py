"""``dropout(x, dy, u, rate, training)``: forward and backward with the same mask."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.drawing import Numbers, cast, laid_out, normal, quarters, sizes
from dlcourse.checks.exercise import CARE, Call, Case, Exercise, Output, Part, Property, Target
from dlcourse.checks.exercises.regularization.mistakes.dropout import MISTAKES


def batch(
    rng: np.random.Generator,
    about: str,
    part: str = "training",
    shape: tuple[int, ...] | None = None,
    dtype: type = np.float64,
    numbers: Numbers = normal,
    training: bool = True,
    rate: float | None = None,
    zeros: bool = False,
    scale: float = 1.0,
) -> Case:
    """
    Draw signals, gradients and uniform numbers, and drop neither all nor none where that is open.

    One number equals the rate: it decides what happens on the border. With ``zeros`` some signals
    are 0, as they are after ReLU.
    """
    shape = tuple(sizes(rng, 2, low=3)) if shape is None else shape
    # Not 0.5: there dropped and kept shares look alike.
    rate = float(rng.choice([0.125, 0.25, 0.375, 0.625])) if rate is None else rate
    u = rng.random(shape)
    if u.size > 3:
        u.flat[rng.permutation(u.size)[:3]] = rate, rate / 2, (1 + rate) / 2
    arrays = {"x": numbers(rng, *shape) * scale, "dy": numbers(rng, *shape) * scale}
    if zeros:
        arrays["x"][u >= rate] *= rng.random(np.count_nonzero(u >= rate)) < 0.5
        arrays["x"].flat[int(np.argmax(u))] = 0
    arguments = {**cast(arrays, dtype), "u": u, "rate": rate, "training": training}
    return Case(arguments, about, part, {"rate": rate, "kept": 1 - rate})


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw batches in training and in evaluation, then odd rates, shapes and layouts."""

    def layout(rng: np.random.Generator, about: str) -> Case:
        return batch(rng, about, "edge")

    return [
        batch(rng, "four signals in training", shape=(2, 2), numbers=quarters),
        batch(rng, "a batch in training"),
        batch(rng, "a batch in training in float32", dtype=np.float32),
        batch(rng, "signals of which some are 0", zeros=True),
        batch(rng, "a batch in evaluation", "evaluation", training=False),
        batch(rng, "a batch in evaluation in float32", "evaluation", None, np.float32,
              training=False),
        batch(rng, "a rate of 0", "edge", rate=0.0),
        batch(rng, "a single example", "edge", (1, 6)),
        batch(rng, "a single signal", "edge", (1, 1)),
        batch(rng, "images with channels", "edge", (2, 3, 4, 2)),
        batch(rng, "signals around a thousand", "edge", scale=1e3),
        *laid_out(layout, rng),
    ]  # fmt: skip


def oracle(case: Case) -> tuple[Target, Target]:
    """Decide for one signal after the other."""
    x, dy, u = case.in_float64("x", "dy", "u")
    rate, training = case.arguments["rate"], case.arguments["training"]
    y, dx = x.copy(), dy.copy()
    if training:
        for index in np.ndindex(x.shape):
            kept = u[index] >= rate
            y[index] = x[index] / (1.0 - rate) if kept else 0.0
            dx[index] = dy[index] / (1.0 - rate) if kept else 0.0
    return Target(y, steps=3), Target(dx, steps=3)


def the_mask_depends_on_u_alone(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check with signals and gradients of 1: both show the mask, and it is the same."""
    ones = np.ones_like(case.arguments["x"])
    arguments = {**case.arguments, "x": ones, "dy": ones.copy()}
    y, dx = call(*arguments.values())
    if np.any(np.abs(y - dx) > 1e-5 * np.abs(y)):
        return (
            "With all signals and gradients 1, y and dx differ: backward has to use the mask of "
            "forward."
        )
    wanted = oracle(Case(arguments, ""))[0].value
    if np.any(np.abs(y - wanted) > 1e-5):
        return "With other signals another mask comes out: it depends on u and the rate alone."
    return None


DROPOUT = Exercise(
    name="dropout",
    title="dropout, forward and backward",
    arguments=("x", "dy", "u", "rate", "training"),
    outputs=(Output("y", like="x"), Output("dx", like="x")),
    parts=(
        Part("y", 1.5, "the signals in training", outputs=("y",)),
        Part("dx", 1.5, "the gradient in training", outputs=("dx",)),
        Part("evaluation", 1, "evaluation, where nothing is dropped", own_cases=True, needs=("y",)),
        Part(
            "edge",
            0.5,
            "a rate of 0, any shape, any layout in memory",
            own_cases=True,
            needs=("y", "dx"),
        ),
        Part(
            "care",
            0.5,
            "the dtype is kept, the arguments are left alone, one mask for both",
            aspects=CARE,
            needs=("y", "dx"),
        ),
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason="Each element is divided by one number, or multiplied by its reciprocal.",
    properties=(
        Property(
            "the mask depends on u alone",
            the_mask_depends_on_u_alone,
            when=lambda case: case.about.startswith("a batch"),
        ),
    ),
    mistakes=tuple(MISTAKES),
)
