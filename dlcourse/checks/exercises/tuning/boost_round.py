"""``boost_round(weights, wrong, classes)``: what one round of AdaBoost does to the weights."""

from __future__ import annotations

import math

import numpy as np

from dlcourse.checks.drawing import cast, laid_out, sizes
from dlcourse.checks.exercise import CARE, Call, Case, Exercise, Output, Part, Property, Target
from dlcourse.checks.exercises.tuning.mistakes.boost_round import MISTAKES

#: The smallest error that counts: a perfect model would get an infinite vote.
SMALLEST = 1e-6


def weighted(
    rng: np.random.Generator,
    about: str,
    n: int,
    classes: int,
    share: float,
    part: str = "values",
    dtype: type = np.float64,
    readable: bool = False,
    total: float = 1.0,
) -> Case:
    """
    Draw weights, and which examples a model gets wrong: ``share`` is the error, about.

    Weights sum to 1 only if ``total`` is 1. No weighted error equals the share of the wrong.
    """
    weights = rng.integers(1, 9, n) / 8 if readable else rng.uniform(0.1, 1.0, n)
    order = rng.permutation(n)
    count = min(max(round(share * n), 1 if share > 0 else 0), n)
    wrong = np.zeros(n, dtype=bool)
    wrong[order[:count]] = True
    if 0 < count < n:
        weights[wrong] *= 0.5  # the error and the share of the wrong are not the same
        aim = share / (1 - share) * weights[~wrong].sum() / weights[wrong].sum()
        weights[wrong] *= aim
        if readable:
            weights = np.round(weights * 16) / 16
    weights *= total if readable else total / weights.sum()
    arrays = cast({"weights": weights}, dtype)
    return Case(
        {**arrays, "wrong": wrong, "classes": classes}, about, part, facts={"classes": classes}
    )


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw good models for two classes and for many, then poor, perfect and hopeless ones."""
    n, m = sizes(rng, 2, low=6, high=11)
    many = int(rng.integers(4, 8))

    def layout(rng: np.random.Generator, about: str) -> Case:
        return weighted(rng, about, 6, 3, 0.3, "edge")

    return [
        weighted(rng, "four examples of three classes", 4, 3, 0.25, readable=True),
        weighted(rng, "two classes", n, 2, 0.2),
        weighted(rng, "several classes, in float32", m, many, 0.3, dtype=np.float32),
        weighted(rng, "weights that do not sum to 1", n, 3, 0.35, total=7.0),
        weighted(rng, "wrong more often than right, of many classes", m, many, 0.6),
        weighted(rng, "worse than guessing, two classes", n, 2, 0.7, "extremes"),
        weighted(rng, "worse than guessing, many classes", 12, many, 0.93, "extremes"),
        weighted(rng, "a model that is never wrong", m, 3, 0.0, "extremes"),
        weighted(rng, "a model that is always wrong", m, 3, 1.0, "extremes"),
        weighted(rng, "very small weights", n, 3, 0.3, "edge", total=1e-6),
        weighted(rng, "two examples", 2, 2, 0.4, "edge"),
        *laid_out(layout, rng),
    ]


def oracle(case: Case) -> tuple[Target, Target]:
    """Multiply by the odds themselves: exp(ln a + ln b) = a b, so no logarithm is undone."""
    (weights,) = case.in_float64("weights")
    wrong, classes = case.arguments["wrong"], case.arguments["classes"]
    n = len(weights)
    error = math.fsum(weights[wrong]) / math.fsum(weights)
    error = max(error, SMALLEST)
    if error >= 1.0 - 1.0 / classes:
        factor, alpha, size = 1.0, 0.0, 0.0
    else:
        factor = (1.0 - error) / error * (classes - 1.0)
        alpha = math.log(factor)
        size = abs(math.log((1 - error) / error)) + math.log(classes - 1.0) + 1 / (1 - error)
    grown = [
        weight * (factor if miss else 1.0) for weight, miss in zip(weights, wrong, strict=True)
    ]
    new = np.array(grown) / math.fsum(grown)
    # The exponent is off by eps times its terms, so the factor is, relatively, by as much.
    return (
        Target(np.array(alpha), steps=n + 6, magnitude=np.array(size)),
        Target(new, steps=(n + 6) * (2.0 + size)),
    )


def chance_afterwards(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check that by the new weights the same model is as good as a guess, and no better."""
    classes, wrong = case.arguments["classes"], case.arguments["wrong"]
    error = float(outputs[1][wrong].sum())
    if abs(error - (1 - 1 / classes)) <= 1e-9:
        return None
    return (
        f"By your new weights the model that was just fitted has the error {error:.4f}, expected "
        f"{1 - 1 / classes:.4f}, that of a guess: the next model is to learn something else."
    )


def unit_of_the_weights(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check that weights eight times as large change nothing."""
    again = {**case.arguments, "weights": case.arguments["weights"] * 8}
    alpha, weights = call(*again.values())
    if (
        weights.shape == outputs[1].shape
        and abs(float(alpha) - float(outputs[0])) <= 1e-12
        and np.all(np.abs(weights - outputs[1]) <= 1e-12)
    ):
        return None
    return "With all weights eight times as large the result is another. Only their ratios count."


BOOST_ROUND = Exercise(
    name="boost_round",
    title="one round of boosting: a model's vote, and the new weights",
    arguments=("weights", "wrong", "classes"),
    outputs=(Output("alpha"), Output("new_weights", like="weights")),
    parts=(
        Part("alpha", 1.5, "the model's vote alpha", outputs=("alpha",)),
        Part("weights", 1.5, "the new weights", outputs=("new_weights",)),
        Part(
            "extremes",
            0.5,
            "models that are worse than a guess, never wrong, always wrong",
            own_cases=True,
            needs=("alpha", "weights"),
        ),
        Part(
            "edge",
            0.5,
            "small weights, two examples, any layout in memory",
            own_cases=True,
            needs=("alpha", "weights"),
        ),
        Part(
            "care",
            1,
            "the dtype is kept, the arguments are left alone, only ratios count",
            aspects=CARE,
            needs=("alpha", "weights"),
        ),
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason=(
        "The error is a quotient of two sums of n weights; a logarithm is off by eps times the "
        "relative error of what it is taken of, near 1 by that itself, and an exponential by its "
        "exponent's error times itself."
    ),
    properties=(
        Property(
            "chance afterwards",
            chance_afterwards,
            when=lambda case: case.about == "two classes",
        ),
        Property(
            "unit of the weights",
            unit_of_the_weights,
            when=lambda case: case.about == "weights that do not sum to 1",
        ),
    ),
    mistakes=tuple(MISTAKES),
)
