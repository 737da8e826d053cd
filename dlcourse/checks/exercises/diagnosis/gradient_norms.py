"""``gradient_norms(dy, activations, weights)``: how much of the gradient reaches each layer."""

from __future__ import annotations

import itertools
import math

import numpy as np

from dlcourse.checks.arrays import read_only, strided
from dlcourse.checks.drawing import quarters
from dlcourse.checks.exercise import Aspect, Call, Case, Exercise, Output, Part, Property, Target
from dlcourse.checks.exercises.diagnosis.mistakes.gradient_norms import MISTAKES


def deep(
    rng: np.random.Generator,
    about: str,
    widths: tuple[int, ...],
    n: int,
    part: str = "values",
    scale: float = 1.0,
    dtype: type = np.float64,
    readable: bool = False,
) -> Case:
    """Run a batch of ``n`` examples through layers of these widths, and draw a gradient."""
    numbers = quarters if readable else lambda rng, *shape: rng.standard_normal(shape)
    weights = [
        numbers(rng, *pair) * scale / math.sqrt(pair[0]) for pair in itertools.pairwise(widths)
    ]
    activations = [numbers(rng, n, widths[0])]
    for w in weights:
        activations.append(np.tanh(activations[-1] @ w))
    dy = numbers(rng, n, widths[-1])
    return Case(
        {
            "dy": dy.astype(dtype),
            "activations": tuple(a.astype(dtype) for a in activations),
            "weights": tuple(w.astype(dtype) for w in weights),
        },
        about,
        part,
        facts={"layers": len(weights), "n": n},
    )


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw two layers, then deeper networks, signals that vanish and explode, and layouts."""
    a, b, c, d = (int(width) for width in rng.permutation([2, 3, 4, 5]))
    cases = [
        deep(rng, "two layers", (2, 3, 1), 2, readable=True),
        deep(rng, "four layers of different widths", (a, b, c, d, a), 3),
        deep(rng, "three layers in float32", (c, a, d, b), 5, dtype=np.float32),
        deep(rng, "twelve layers with small weights", (4, 3) * 6 + (4,), 3, scale=0.2),
        deep(rng, "eight layers with large weights", (b, d, c, a, b, d, c, a, b), 4, scale=2.0),
        deep(rng, "a single layer", (c, b), 4, "edge"),
        deep(rng, "a single example", (b, a, c), 1, "edge"),
        deep(rng, "layers of one unit", (1, 1, 1, 1), 3, "edge"),
    ]
    for about, layout in (
        ("arrays in Fortran order", np.asfortranarray),
        ("arrays that are every second element of larger ones", strided),
        ("arrays that cannot be written to", read_only),
    ):
        case = deep(rng, about, (d, c, a), 3, "edge")
        arguments = {
            "dy": layout(case.arguments["dy"]),
            "activations": tuple(map(layout, case.arguments["activations"])),
            "weights": tuple(map(layout, case.arguments["weights"])),
        }
        cases.append(Case(arguments, about, "edge", case.facts))
    return cases


def oracle(case: Case) -> tuple[Target]:
    """
    Make the gradient of each weight by a sum over the examples, one product at a time.

    The bound of the error goes along with absolute values in place of all numbers.
    """
    delta = case.arguments["dy"].astype(np.float64)
    size = np.abs(delta)
    activations = [a.astype(np.float64) for a in case.arguments["activations"]]
    norms, bounds = [], []
    for layer in reversed(range(len(case.arguments["weights"]))):
        before, after = activations[layer], activations[layer + 1]
        w = case.arguments["weights"][layer].astype(np.float64)
        slope = (1.0 - after) * (1.0 + after)
        delta, size = delta * slope, size * (1.0 + after**2)
        dw = np.einsum("ni,no->io", before, delta)
        bound = np.einsum("ni,no->io", np.abs(before), size)
        norms.append(math.sqrt(math.fsum(dw.ravel() ** 2)))
        bounds.append(math.sqrt(math.fsum(bound.ravel() ** 2)))
        delta, size = np.einsum("no,io->ni", delta, w), np.einsum("no,io->ni", size, np.abs(w))
    steps = sum(w.shape[1] + 4 for w in case.arguments["weights"]) + 2 * len(delta) + 4
    return (Target(np.array(norms[::-1]), steps=steps, magnitude=np.array(bounds[::-1])),)


def twice_the_gradient(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check that twice the gradient at the end is twice the gradient everywhere."""
    (found,) = call(*{**case.arguments, "dy": -2 * case.arguments["dy"]}.values())
    (target,) = oracle(case)
    if found.shape == outputs[0].shape and np.all(
        np.abs(found - 2 * outputs[0]) <= 4 * target.tolerance(case.precision)
    ):
        return None
    return "With -2 dy in place of dy the norms are not twice as large: the chain rule is linear."


GRADIENT_NORMS = Exercise(
    name="gradient_norms",
    title="the gradient's size, layer by layer",
    arguments=("dy", "activations", "weights"),
    outputs=(Output("norms"),),
    parts=(
        Part("values", 3, "the norm of each layer's gradient"),
        Part(
            "edge",
            1,
            "one layer, one example, one unit, any layout in memory",
            own_cases=True,
            needs=("values",),
        ),
        Part(
            "care",
            1,
            "the arguments are left alone, twice dy is twice the gradient",
            aspects=(Aspect.UNTOUCHED, Aspect.PROPERTY),
            needs=("values",),
        ),
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason=(
        "Each layer adds a sum over its units and a few products to the way of the gradient; the "
        "bound takes the same way with absolute values. 1 - a² loses digits where a is near 1, by "
        "eps times 1 + a²."
    ),
    properties=(Property("twice the gradient", twice_the_gradient),),
    mistakes=tuple(MISTAKES),
)
