"""``batch_norm_backward(dy, x, gamma, epsilon)``: through the mean and through the variance."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.drawing import Numbers, cast, laid_out, normal, quarters, sizes
from dlcourse.checks.exercise import CARE, Call, Case, Exercise, Output, Part, Property, Target
from dlcourse.checks.exercises.regularization.batches import features, moments
from dlcourse.checks.exercises.regularization.mistakes.batch_norm_backward import MISTAKES


def batch(
    rng: np.random.Generator,
    about: str,
    part: str = "",
    shape: tuple[int, int] | None = None,
    dtype: type = np.float64,
    numbers: Numbers = normal,
    epsilon: float = 0.125,
    offset: float = 1.0,
) -> Case:
    """Draw a batch, a scale, and gradients whose mean over the batch is far from 0."""
    n, i = sizes(rng, 2, low=3) if shape is None else shape
    arrays = {
        "dy": numbers(rng, n, i) + rng.choice([-1.0, 1.0], i),
        "x": features(rng, n, i, numbers, offset),
        "gamma": rng.choice([0.5, 0.75, 1.5, 2.0], i),
    }
    arguments = {**cast(arrays, dtype), "epsilon": epsilon}
    return Case(arguments, about, part, {"n": n, "less": n - 1})


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw batches in both float types, then odd shapes, features far off, layouts."""
    many = int(rng.integers(4, 8))

    def layout(rng: np.random.Generator, about: str) -> Case:
        return batch(rng, about, "edge")

    return [
        batch(rng, "three examples of two features", shape=(3, 2), numbers=quarters),
        batch(rng, "a square batch", shape=(4, 4)),
        batch(rng, "a batch in float64"),
        batch(rng, "a batch in float32", dtype=np.float32),
        batch(rng, "a batch with an ordinary epsilon", epsilon=1e-5),
        batch(rng, "two examples", "edge", (2, many)),
        batch(rng, "a single feature", "edge", (many, 1)),
        batch(rng, "features far from 0", "edge", (9, 4), offset=1e3),
        *laid_out(layout, rng),
    ]


def oracle(case: Case) -> tuple[Target, Target, Target]:
    """
    Sum over all ways from one element of x to an element of the normalized batch, in float64.

    With d = √(variance + ε) and x̂ = (x - mean) / d, element m depends on element k by
    ∂x̂_m/∂x_k = ((m = k) - 1/n - x̂_m x̂_k / n) / d, for each feature by itself.
    """
    dy, x, gamma = case.in_float64("dy", "x", "gamma")
    n, i = x.shape
    mean, variance, slack = moments(x)
    deviation = np.sqrt(variance + case.arguments["epsilon"])
    hat = (x - mean) / deviation
    dx, size = np.zeros_like(x), np.zeros_like(x)
    for feature in range(i):
        column = hat[:, feature]
        matrix = (np.eye(n) - 1 / n - np.multiply.outer(column, column) / n) / deviation[feature]
        dx[:, feature] = gamma[feature] * (matrix @ dy[:, feature])
        whole = (np.eye(n) + 1 / n + np.abs(np.multiply.outer(column, column)) / n) / (
            deviation[feature]
        )
        size[:, feature] = gamma[feature] * (whole @ np.abs(dy[:, feature]))
    # The error of x - mean, as a share of the deviation, enters each product with x̂ once or twice.
    share = 1 + slack / deviation
    dgamma, dbeta = np.zeros(i), np.zeros(i)
    for upstream, row in zip(dy, hat, strict=True):
        dgamma += upstream * row
        dbeta += upstream
    return (
        Target(dx, steps=3 * n + 12, magnitude=size * share * (1 + np.abs(hat).max(axis=0))),
        Target(dgamma, steps=n + 6, magnitude=np.sum(np.abs(dy) * (np.abs(hat) + share), axis=0)),
        Target(dbeta, steps=n, magnitude=np.sum(np.abs(dy), axis=0)),
    )


def predicts_the_change(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """
    Check the gradients against the forward pass, in a random direction, by a central difference.

    With steps of 1e-5 the difference is off by about 1e-10 of the values, from the third
    derivative and from rounding; 1e-6 leaves room.
    """
    dy, x, gamma = case.in_float64("dy", "x", "gamma")
    epsilon = case.arguments["epsilon"]
    u, v, s = (rng.standard_normal(shape) for shape in (x.shape, gamma.shape, gamma.shape))

    def loss(h: float) -> float:
        moved = x + h * u
        hat = (moved - moved.mean(axis=0)) / np.sqrt(moved.var(axis=0) + epsilon)
        return float(np.sum(dy * ((gamma + h * v) * hat + h * s)))

    change = (loss(1e-5) - loss(-1e-5)) / 2e-5
    predicted = sum(
        float(np.sum(gradient * along)) for gradient, along in zip(outputs, (u, v, s), strict=True)
    )
    size = sum(
        float(np.sum(np.abs(gradient * along)))
        for gradient, along in zip(outputs, (u, v, s), strict=True)
    )
    if abs(change - predicted) <= 1e-6 * (1 + size):
        return None
    return (
        f"A small step in a random direction changes the loss by {change:.4g}, but your three "
        f"gradients together predict {predicted:.4g}."
    )


def shifting_the_batch_changes_nothing(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check that dx sums to 0 over the batch: a shift of a feature has no influence on y."""
    off = np.abs(outputs[0].sum(axis=0))
    allowed = np.sum(oracle(case)[0].tolerance(case.precision), axis=0)
    if np.all(off <= allowed):
        return None
    return "Your dx does not sum to 0 over the batch, although a shift of a feature changes no y."


BATCH_NORM_BACKWARD = Exercise(
    name="batch_norm_backward",
    title="batch normalization, backward",
    arguments=("dy", "x", "gamma", "epsilon"),
    outputs=(
        Output("dx", like="x"),
        Output("dgamma", like="gamma"),
        Output("dbeta", like="gamma"),
    ),
    parts=(
        Part("dx", 2.5, "the gradient of the batch, dx", outputs=("dx",)),
        Part("dgamma", 1.25, "the gradient of the scale, dgamma", outputs=("dgamma",)),
        Part("dbeta", 0.75, "the gradient of the shift, dbeta", outputs=("dbeta",)),
        Part(
            "edge",
            1,
            "two examples, one feature, features far from 0, any layout",
            own_cases=True,
            needs=("dx", "dgamma", "dbeta"),
        ),
        Part(
            "care",
            0.5,
            "the dtype is kept, the arguments are left alone, gradients fit together",
            aspects=CARE,
            needs=("dx", "dgamma", "dbeta"),
        ),
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason=(
        "Sums over the batch of products with x̂, which is itself off by the roundings of x - mean "
        "as a share of the deviation: for features far from 0 that share counts most."
    ),
    properties=(
        Property(
            "predicts the change of the loss",
            predicts_the_change,
            when=lambda case: case.about == "a batch in float64",
        ),
        Property("shifting the batch changes nothing", shifting_the_batch_changes_nothing),
    ),
    mistakes=tuple(MISTAKES),
)
