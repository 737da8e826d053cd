"""``count_parameters(sizes)``: how many weights and biases a dense network has."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.exercise import Aspect, Call, Case, Exercise, Output, Part, Property, Target
from dlcourse.checks.exercises.forward.mistakes.count_parameters import MISTAKES


def of(sizes: list[int], about: str, part: str = "weights") -> Case:
    """Make a case of a network of these sizes."""
    facts = {"i": sizes[0], "o": sizes[-1], "layers": len(sizes) - 1, "sizes": sizes}
    return Case({"sizes": sizes}, about, part, facts=facts)


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw networks of every depth, then large ones and layers of one unit."""

    def different(count: int) -> list[int]:
        return [int(size) for size in rng.permutation(np.arange(2, 14))[:count]]

    wide = int(rng.integers(300, 600))
    return [
        of(different(3), "a network with one hidden layer"),
        of(different(4), "a network with two hidden layers"),
        of(different(6), "a network with four hidden layers"),
        of([784, wide, wide, 10], "a network for images of 28 by 28"),
        of(different(2), "no hidden layer: inputs and outputs only", "edge"),
        of([*different(2), 1], "a single output unit", "edge"),
        of([1, *different(2)], "a single input", "edge"),
        of([3, 1, 4], "a hidden layer of one unit", "edge"),
        of([50_000, 60_000, 70_000], "billions of parameters", "edge"),
    ]


def oracle(case: Case) -> tuple[Target, Target]:
    """Count the pairs of units that are connected, layer by layer, in whole numbers."""
    weights, biases = 0, 0
    sizes = list(case.arguments["sizes"])
    while len(sizes) > 1:
        came, goes = sizes[0], sizes[1]
        weights += came * goes
        biases += goes
        sizes = sizes[1:]
    return Target(np.array(weights)), Target(np.array(biases))


def reversed_network(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check that the network read backwards has as many weights."""
    sizes = case.arguments["sizes"]
    weights, biases = call(sizes[::-1])
    if weights == outputs[0] and biases == outputs[1] + sizes[0] - sizes[-1]:
        return None
    return (
        "Read from the outputs to the inputs a network has as many weights, and biases for its "
        "inputs in place of its outputs. Yours has not."
    )


COUNT_PARAMETERS = Exercise(
    name="count_parameters",
    title="how many numbers a dense network learns",
    arguments=("sizes",),
    outputs=(Output("weights"), Output("biases")),
    parts=(
        Part("weights", 1, "the weights", outputs=("weights",)),
        Part("biases", 1, "the biases", outputs=("biases",)),
        Part(
            "edge",
            0.5,
            "no hidden layer, layers of one unit, billions of parameters",
            own_cases=True,
            needs=("weights", "biases"),
        ),
        Part(
            "care",
            0.5,
            "sizes is left alone, the network can be read backwards",
            aspects=(Aspect.UNTOUCHED, Aspect.PROPERTY),
            needs=("weights", "biases"),
        ),
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason="Counts are exact.",
    properties=(Property("reversed network", reversed_network),),
    mistakes=tuple(MISTAKES),
)
