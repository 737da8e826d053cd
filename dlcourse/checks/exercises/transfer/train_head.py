"""``train_head(extract, x, labels, w, b, rate, steps)``: a new head on frozen layers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from dlcourse.checks.drawing import Numbers, laid_out, normal, quarters
from dlcourse.checks.exercise import Aspect, Call, Case, Exercise, Output, Part, Property, Target
from dlcourse.checks.exercises.transfer.mistakes.train_head import MISTAKES


def frozen_layers(a: np.ndarray) -> Any:
    """Make what the frozen layers do: from inputs to features, none of which is 0."""

    def extract(x: Any) -> np.ndarray:
        x = np.asarray(x, dtype=np.float64)
        if x.ndim != 2 or x.shape[1] != len(a):
            raise ValueError(f"extract takes x of shape (n, {len(a)}), this one has {x.shape}")
        return np.tanh(x @ a) + 0.5

    return extract


def probe(
    rng: np.random.Generator,
    about: str,
    n: int,
    i: int,
    h: int,
    classes: int,
    steps: int,
    part: str = "values",
    numbers: Numbers = normal,
    scale: float = 1.0,
) -> Case:
    """Draw inputs, frozen layers with ``h`` features, and a head that is random still."""
    labels = rng.permutation(np.append(np.arange(min(n, classes)), rng.integers(0, classes, n)))[:n]
    arguments = {
        "extract": frozen_layers(rng.standard_normal((i, h))),
        "x": numbers(rng, n, i),
        "labels": labels,
        "w": numbers(rng, h, classes) * scale,
        "b": numbers(rng, classes) * scale,
        "rate": 0.25,
        "steps": steps,
    }
    return Case(arguments, about, part, facts={"n": n, "steps": steps})


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw one step and several, as many features as inputs, odd sizes, sure heads, layouts."""

    def layout(rng: np.random.Generator, about: str) -> Case:
        return probe(rng, about, 4, 3, 2, 3, 2, "edge")

    h = int(rng.integers(3, 6))
    return [
        probe(rng, "one step with two examples", 2, 2, 3, 2, 1, numbers=quarters),
        probe(rng, "four steps", 7, 3, h, 4, 4),
        probe(rng, "as many features as inputs", 6, 4, 4, 3, 3),
        probe(rng, "logits in the thousands", 5, 3, 4, 3, 2, "edge", scale=3000.0),
        probe(rng, "a single example", 1, 3, h, 3, 3, "edge"),
        probe(rng, "a single feature", 6, 2, 1, 3, 3, "edge"),
        *laid_out(layout, rng),
    ]


def oracle(case: Case) -> tuple[Target, Target]:
    """Take the examples one at a time; probabilities by differences of logits."""
    extract, _, labels, _, _, rate, steps = case.arguments.values()
    x, w, b = case.in_float64("x", "w", "b")
    features = extract(x)
    largest = 1.0 + float(np.abs(features).max())
    start = 1.0 + max(float(np.abs(w).max()), float(np.abs(b).max()))
    for _ in range(steps):
        dw, db = np.zeros_like(w), np.zeros_like(b)
        for feature, label in zip(features, labels, strict=True):
            logits = [float(feature @ w[:, k]) + b[k] for k in range(len(b))]
            for k in range(len(b)):
                below = math.fsum(math.exp(min(other - logits[k], 700.0)) for other in logits)
                slope = (1.0 / below - (k == label)) / len(x)
                dw[:, k] += slope * feature
                db[k] += slope
        w, b = w - rate * dw, b - rate * db
    # A logit is off by eps times the sum of its terms, a probability by as much.
    off = (len(w) + 6) * (1 + steps) * 8.0
    size = start * largest**2 * len(w)
    return (
        Target(w, steps=off, magnitude=np.full(w.shape, size)),
        Target(b, steps=off, magnitude=np.full(b.shape, size)),
    )


def extracted_once(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check that the frozen layers, the expensive part, see each example once."""
    seen = 0

    def counted(x: Any) -> Any:
        nonlocal seen
        seen += len(x)
        return case.arguments["extract"](x)

    call(*{**case.arguments, "extract": counted}.values())
    n = case.facts["n"]
    if seen == n:
        return None
    return (
        f"Your head is right, but extract sees {seen} examples, and there are {n}. Frozen layers "
        f"give the same features in every step: extract them once, before the loop."
    )


TRAIN_HEAD = Exercise(
    name="train_head",
    title="a new head on frozen layers",
    arguments=("extract", "x", "labels", "w", "b", "rate", "steps"),
    outputs=(Output("w"), Output("b")),
    parts=(
        Part("weights", 2.5, "the weights of the head", outputs=("w",)),
        Part("biases", 1, "its biases", outputs=("b",)),
        Part(
            "edge",
            1,
            "logits in the thousands, one example, one feature, any layout in memory",
            own_cases=True,
            needs=("weights", "biases"),
        ),
        Part(
            "care",
            1.5,
            "features are extracted once, the arguments are left alone",
            aspects=(Aspect.UNTOUCHED, Aspect.PROPERTY),
            needs=("weights", "biases"),
        ),
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason=(
        "A logit is a sum over the features and is off by eps times its terms; a probability moves "
        "by no more than its logits do. Each step adds its own errors to those of the one before."
    ),
    properties=(
        Property("extracted once", extracted_once, when=lambda case: case.about == "four steps"),
    ),
    mistakes=tuple(MISTAKES),
)
