"""``fine_tune_step(w1, b1, w2, b2, start, x, labels, rates, pull)``: a gentle step."""

from __future__ import annotations

import math

import numpy as np

from dlcourse.checks.drawing import cast, laid_out
from dlcourse.checks.exercise import CARE, Call, Case, Exercise, Output, Part, Property, Target
from dlcourse.checks.exercises.transfer.mistakes.fine_tune_step import MISTAKES

NAMES = ("w1", "b1", "w2", "b2")


def network(
    rng: np.random.Generator,
    about: str,
    n: int,
    i: int,
    h: int,
    classes: int,
    part: str = "values",
    dtype: type = np.float64,
    rates: tuple[float, float] | None = None,
    pull: float | None = None,
    scale: float = 1.0,
) -> Case:
    """
    Draw a network on its way, somewhere near where its first layer has started.

    No hidden sum is near 0, where rounding would decide whether a unit is on; cases where one is
    are drawn again.
    """
    while True:
        w1 = rng.standard_normal((i, h))
        b1, x = rng.standard_normal(h) * 0.5, rng.standard_normal((n, i))
        sums: np.ndarray = x.astype(dtype) @ w1.astype(dtype) + b1.astype(dtype)
        if np.abs(sums).min() > 1e-3 and 0.1 < np.mean(sums > 0) < 0.95:
            break
    arrays = {
        "w1": w1,
        "b1": b1,
        "w2": rng.standard_normal((h, classes)) * scale,
        "b2": rng.standard_normal(classes),
        "start": w1 + 0.5 * rng.standard_normal((i, h)),
        "x": x,
    }
    arguments = {
        **cast(arrays, dtype),
        "labels": rng.permutation(np.append(np.arange(classes), rng.integers(0, classes, n)))[:n],
        "rates": rates or (0.125, 0.5),
        "pull": float(rng.choice([0.25, 0.5])) if pull is None else pull,
    }
    return Case(arguments, about, part, facts={"n": n, "pull": arguments["pull"]})


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw ordinary steps, then frozen layers, no pull, sure outputs, odd shapes, layouts."""

    def layout(rng: np.random.Generator, about: str) -> Case:
        return network(rng, about, 4, 3, 2, 3, "edge")

    return [
        network(rng, "two examples, two inputs, three units", 2, 2, 3, 2),
        network(rng, "seven examples", 7, 3, 5, 4),
        network(rng, "float32", 6, 4, 3, 5, dtype=np.float32),
        network(rng, "a first layer that is frozen", 5, 3, 4, 3, "frozen", rates=(0.0, 0.5)),
        network(rng, "a head that is frozen", 5, 2, 4, 3, "frozen", rates=(0.25, 0.0)),
        network(rng, "no pull towards the start", 6, 3, 4, 3, "frozen", pull=0.0),
        network(rng, "logits in the thousands", 5, 3, 4, 3, "edge", scale=3000.0),
        network(rng, "a single example", 1, 3, 4, 2, "edge"),
        network(rng, "a single input", 5, 1, 4, 3, "edge"),
        *laid_out(layout, rng),
    ]


def oracle(case: Case) -> tuple[Target, ...]:
    """Go through the examples one at a time and add up; then the pull, entry by entry."""
    w1, b1, w2, b2, start, x = case.in_float64("w1", "b1", "w2", "b2", "start", "x")
    labels, rates, pull = (case.arguments[name] for name in ("labels", "rates", "pull"))
    found = [np.zeros_like(p) for p in (w1, b1, w2, b2)]
    size = 1.0 + max(float(np.abs(p).max()) for p in (w1, b1, w2, b2, start, x))
    for example, label in zip(x, labels, strict=True):
        sums = [float(example @ w1[:, k]) + b1[k] for k in range(len(b1))]
        hidden = np.array([max(total, 0.0) for total in sums])
        logits = [float(hidden @ w2[:, k]) + b2[k] for k in range(len(b2))]
        slope = np.zeros(len(b2))
        for k in range(len(b2)):
            below = math.fsum(math.exp(min(other - logits[k], 700.0)) for other in logits)
            slope[k] = (1.0 / below - (k == label)) / len(x)
        back = np.array([float(w2[k] @ slope) if sums[k] > 0 else 0.0 for k in range(len(b1))])
        for total, part in zip(
            found, (np.outer(example, back), back, np.outer(hidden, slope), slope), strict=True
        ):
            total += part
        size = max(size, 1.0 + float(hidden.max()))
    found[0] += pull * (w1 - start)
    moved = [
        p - rate * g
        for p, g, rate in zip(
            (w1, b1, w2, b2), found, (rates[0], rates[0], rates[1], rates[1]), strict=True
        )
    ]
    # Logits are off by eps times their terms, probabilities by as much, and w2 carries it back.
    magnitude = size**2 * (1.0 + float(np.abs(w2).max())) * (len(w2) + 1)
    return tuple(
        Target(p, steps=24.0 + 2 * len(w2) + len(x), magnitude=np.full(p.shape, magnitude))
        for p in moved
    )


def down_the_loss(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check by central differences that the step follows the loss with its penalty.

    No hidden sum is as near to 0 as the differences reach: nothing switches within them.
    """
    named = dict(case.arguments)
    rates, pull = named["rates"], named["pull"]

    def loss(parameters: list[np.ndarray]) -> float:
        w1, b1, w2, b2 = parameters
        logits = np.maximum(named["x"] @ w1 + b1, 0) @ w2 + b2
        logits = logits - logits.max(axis=1, keepdims=True)
        chosen = logits[np.arange(len(logits)), named["labels"]]
        entropy = np.mean(np.log(np.exp(logits).sum(axis=1)) - chosen)
        return float(entropy + pull / 2 * np.sum((w1 - named["start"]) ** 2))

    parameters = [np.array(named[name]) for name in NAMES]
    for place, name in enumerate(NAMES):
        rate = rates[place // 2]
        way = rng.standard_normal(parameters[place].shape)
        ends = []
        for h in (1e-5, -1e-5):
            there = list(parameters)
            there[place] = parameters[place] + h * way
            ends.append(loss(there))
        slope = (ends[0] - ends[1]) / 2e-5
        step = float(np.sum((parameters[place] - outputs[place]) * way))
        if abs(step - rate * slope) > 1e-5 * (1 + abs(slope)):
            return f"{name} does not move by its rate times the derivative of the loss."
    return None


FINE_TUNE_STEP = Exercise(
    name="fine_tune_step",
    title="a step of fine-tuning, with a rate for each layer and a pull to the start",
    arguments=(*NAMES, "start", "x", "labels", "rates", "pull"),
    outputs=tuple(Output(name, like="w1") for name in NAMES),
    parts=(
        Part("lower", 2, "the first layer", outputs=("w1", "b1")),
        Part("head", 1.5, "the head", outputs=("w2", "b2")),
        Part(
            "frozen",
            1,
            "a layer that is frozen, no pull",
            own_cases=True,
            needs=("lower", "head"),
        ),
        Part(
            "edge",
            0.5,
            "logits in the thousands, one example, one input, any layout in memory",
            own_cases=True,
            needs=("lower", "head"),
        ),
        Part(
            "care",
            1,
            "the dtype is kept, the arguments are left alone, the step goes down the loss",
            aspects=CARE,
            needs=("lower", "head"),
        ),
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason=(
        "Sums over inputs, units and examples, each a few terms; a probability moves by no more "
        "than its logits do, and these are off by eps times the products of the largest numbers "
        "met. Hidden sums keep away from 0."
    ),
    properties=(
        Property("down the loss", down_the_loss, when=lambda case: case.about == "seven examples"),
    ),
    mistakes=tuple(MISTAKES),
)
