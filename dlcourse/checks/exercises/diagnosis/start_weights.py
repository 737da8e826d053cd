"""``start_weights(normals)``: a deep network that does not learn."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.arrays import read_only
from dlcourse.checks.exercise import Aspect, Call, Case, Exercise, Output, Part, Property, Target
from dlcourse.checks.exercises.diagnosis.mistakes.start_weights import MISTAKES

#: How many times as large the gradient of one end may be as that of the other.
RATIO = 10.0
#: Between these the root mean square of the last layer's outputs has to be.
QUIET, LOUD = 0.1, 0.8


def network(
    rng: np.random.Generator,
    about: str,
    layers: int,
    width: int,
    part: str = "signals",
    dtype: type = np.float64,
) -> Case:
    """Draw normal numbers for each weight of a deep network of layers of one width."""
    normals: np.ndarray = rng.standard_normal((layers, width, width)).astype(dtype)
    return Case({"normals": normals}, about, part, facts={"layers": layers, "width": width})


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw networks of several depths and widths."""
    cases = [
        network(rng, "8 layers of 32 units", 8, 32),
        network(rng, "12 layers of 64 units", 12, 64),
        network(rng, "6 layers of 48 units in float32", 6, 48, dtype=np.float32),
        network(rng, "2 layers of 24 units", 2, 24, "edge"),
    ]
    locked = network(rng, "an array that cannot be written to", 8, 40, "edge")
    return [
        *cases,
        Case(
            {"normals": read_only(locked.arguments["normals"])}, locked.about, "edge", locked.facts
        ),
    ]


def oracle(case: Case) -> tuple[Target]:
    """Any finite weights will do here; what they do to signals is a property's to judge."""
    normals = case.arguments["normals"]
    anything = np.full(normals.shape, 1e30)
    return (Target(np.zeros(normals.shape), steps=1.0, magnitude=anything),)


def signals(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Send signals through the network, forwards and backwards, and compare its two ends."""
    weights = outputs[0].astype(np.float64)
    layers, width, _ = weights.shape
    activations = [rng.standard_normal((64, width))]
    with np.errstate(all="ignore"):
        for w in weights:
            activations.append(np.tanh(activations[-1] @ w))
        delta = rng.standard_normal((64, width))
        norms = []
        for layer in reversed(range(layers)):
            delta = delta * (1 - activations[layer + 1] ** 2)
            norms.append(float(np.linalg.norm(activations[layer].T @ delta)))
            delta = delta @ weights[layer].T
    last, first = norms[0], norms[-1]
    size = float(np.sqrt(np.mean(activations[-1] ** 2)))
    if not size >= QUIET:
        return (
            f"After {layers} layers the root mean square of the activations is {size:.2g}: the "
            f"signal has died on its way. Expected {QUIET} to {LOUD}. The weights are too small."
        )
    if not size <= LOUD:
        return (
            f"After {layers} layers the root mean square of the activations is {size:.2g}: nearly "
            f"all units are at -1 or 1. Expected {QUIET} to {LOUD}. The weights are too large."
        )
    spread = float(np.sqrt(np.mean(activations[-1].var(axis=1))))
    if not spread >= size / 2:
        return (
            "The units of the last layer say nearly the same, whatever comes in: they would learn "
            "the same as well. Their weights have to differ."
        )
    if not first * RATIO >= last:
        return (
            f"The gradient of the first layer is {first / last:.2g} times that of the last one: it "
            f"vanishes. Expected a tenth at least."
        )
    if not first <= last * RATIO:
        return (
            f"The gradient of the first layer is {first / last:.2g} times that of the last one: it "
            f"explodes. Expected ten times at most."
        )
    return None


START_WEIGHTS = Exercise(
    name="start_weights",
    title="mend a deep network that does not learn",
    arguments=("normals",),
    outputs=(Output("weights", like="normals"),),
    parts=(
        Part("shape", 0.5, "weights of the right shape, finite", needs=("signals",)),
        Part(
            "signals",
            2,
            "signals arrive at both ends, neither dead nor saturated",
            aspects=(Aspect.PROPERTY,),
        ),
        Part(
            "care",
            0.5,
            "the dtype is kept, the argument is left alone",
            aspects=(Aspect.DTYPE, Aspect.UNTOUCHED),
            needs=("signals",),
        ),
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason=(
        "No single right answer: the weights are judged by what becomes of signals, 64 random ones "
        "forwards and 64 backwards. Weights of the variance 1 / width give a last layer around "
        "0.3 to 0.7 and ends whose gradients differ by a factor of 3 at most; the bounds 0.1, 0.8 "
        "and 10 leave them room, and weights that are off by a factor of 2 break them in a deep "
        "network."
    ),
    properties=(Property("signals", signals),),
    mistakes=tuple(MISTAKES),
)
