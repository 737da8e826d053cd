"""``batch_norm(x, gamma, beta, mean, variance, momentum, epsilon, training)``: the forward pass."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.drawing import Numbers, cast, laid_out, normal, quarters, sizes
from dlcourse.checks.exercise import CARE, Call, Case, Exercise, Output, Part, Property, Target
from dlcourse.checks.exercises.regularization.batches import features, moments
from dlcourse.checks.exercises.regularization.mistakes.batch_norm import MISTAKES


def batch(
    rng: np.random.Generator,
    about: str,
    part: str = "",
    shape: tuple[int, int] | None = None,
    dtype: type = np.float64,
    numbers: Numbers = normal,
    training: bool = True,
    epsilon: float = 0.125,
    offset: float = 1.0,
    constant: bool = False,
) -> Case:
    """
    Draw a batch, scale and shift, and running statistics as they may be after some batches.

    An epsilon as large as the variances shows where it was put. With ``constant`` the first
    feature is the same in all examples.
    """
    n, i = sizes(rng, 2, low=3) if shape is None else shape
    x = features(rng, n, i, numbers, offset)
    if constant:
        x[:, 0] = 0.75
    arrays = {
        "x": x,
        "gamma": rng.choice([0.5, 0.75, 1.5, 2.0], i),
        "beta": rng.choice([-1.0, -0.5, 0.25, 1.5], i),
        "mean": numbers(rng, i) + offset * np.arange(i),
        "variance": rng.choice([0.25, 0.5, 3.0, 5.0], i),
    }
    momentum = float(rng.choice([0.125, 0.25, 0.375]))
    arguments = {"momentum": momentum, "epsilon": epsilon, "training": training}
    facts = {"n": n, "less": n - 1, "momentum": momentum}
    return Case({**cast(arrays, dtype), **arguments}, about, part, facts)


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw batches in training and in evaluation, then odd shapes, features far off, layouts."""
    many = int(rng.integers(4, 8))

    def layout(rng: np.random.Generator, about: str) -> Case:
        return batch(rng, about, "edge")

    return [
        batch(rng, "two examples of two features", shape=(2, 2), numbers=quarters),
        batch(rng, "a square batch", shape=(4, 4)),
        batch(rng, "a batch in training"),
        batch(rng, "a batch in float32", dtype=np.float32),
        batch(rng, "a batch with an ordinary epsilon", epsilon=1e-5),
        batch(rng, "a batch in evaluation", "evaluation", training=False),
        batch(rng, "a batch in evaluation in float32", "evaluation", None, np.float32,
              training=False),
        batch(rng, "a single example in evaluation", "evaluation", (1, many), training=False),
        batch(rng, "a single feature", "edge", (many, 1)),
        batch(rng, "a feature that is the same in all examples", "edge", constant=True),
        batch(rng, "features far from 0 in float32", "edge", (12, 3), np.float32, offset=3e3),
        *laid_out(layout, rng),
    ]  # fmt: skip


def oracle(case: Case) -> tuple[Target, Target, Target]:
    """Take one feature after the other, in float64."""
    x, gamma, beta, mean, variance = case.in_float64("x", "gamma", "beta", "mean", "variance")
    momentum, epsilon = case.arguments["momentum"], case.arguments["epsilon"]
    n = len(x)
    used_mean, used_variance, slack = mean, variance, np.max(np.abs(x), axis=0) + np.abs(mean)
    if case.arguments["training"]:
        used_mean, used_variance, slack = moments(x)
        unbiased = used_variance * n / (n - 1)
        new_mean = mean + momentum * (used_mean - mean)
        new_variance = variance + momentum * (unbiased - variance)
    else:
        new_mean, new_variance = mean, variance
    deviation = np.sqrt(used_variance + epsilon)
    normalized = (x - used_mean) / deviation
    # What rounding does to x - mean shows in the variance as well, times twice the deviation.
    off = slack / deviation * (1 + np.abs(normalized)) + (n + 8) * np.abs(normalized)
    off_variance = 2 * np.sqrt(used_variance) * slack + (n + 4) * used_variance
    return (
        Target(
            gamma * normalized + beta,
            steps=2,
            magnitude=np.abs(gamma) * off + 2 * np.abs(gamma * normalized) + np.abs(beta),
        ),
        Target(new_mean, steps=4, magnitude=np.abs(mean) + slack),
        Target(new_variance, steps=4, magnitude=variance + 2 * off_variance),
    )


def indifferent_to_shift_and_scale(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check that with epsilon 0 four times x, shifted, is normalized to the same."""
    arguments = {**case.arguments, "epsilon": 0.0}
    once = call(*arguments.values())[0]
    again = call(*{**arguments, "x": arguments["x"] * 4 + 0.5}.values())[0]
    if once.shape == again.shape and np.all(np.abs(once - again) <= 1e-9 * (1 + np.abs(once))):
        return None
    return (
        "With epsilon 0, four times the batch plus a half is not normalized to the same y: neither "
        "shift nor scale of a feature should matter in training."
    )


BATCH_NORM = Exercise(
    name="batch_norm",
    title="batch normalization, forward",
    arguments=("x", "gamma", "beta", "mean", "variance", "momentum", "epsilon", "training"),
    outputs=(
        Output("y", like="x"),
        Output("mean", like="mean"),
        Output("variance", like="variance"),
    ),
    parts=(
        Part("y", 2, "the normalized batch in training", outputs=("y",)),
        Part("running", 1.5, "the running statistics", outputs=("mean", "variance")),
        Part(
            "evaluation", 1, "evaluation, by the running statistics", own_cases=True, needs=("y",)
        ),
        Part(
            "edge",
            1,
            "one feature, one that never changes, one far from 0, any layout",
            own_cases=True,
            needs=("y", "running"),
        ),
        Part(
            "care",
            0.5,
            "the dtype is kept, the arguments are left alone, scale does not matter",
            aspects=CARE,
            needs=("y", "running"),
        ),
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason=(
        "The mean sums as many terms as there are examples, so x - mean is off by that many "
        "roundings of x; that error is divided by the deviation, and shows in the variance too."
    ),
    properties=(
        Property(
            "indifferent to shift and scale",
            indifferent_to_shift_and_scale,
            when=lambda case: case.about == "a batch in training",
        ),
    ),
    mistakes=tuple(MISTAKES),
)
