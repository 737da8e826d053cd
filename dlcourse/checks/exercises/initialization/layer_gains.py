"""``layer_gains(x, draws, activation)``: weights scaled by what the layer does to real inputs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dlcourse.checks.drawing import sizes
from dlcourse.checks.exercise import Aspect, Call, Case, Exercise, Output, Part, Property, Target
from dlcourse.checks.exercises.initialization.mistakes.layer_gains import MISTAKES
from dlcourse.checks.exercises.initialization.networks import (
    activate,
    draw_network,
    laid_out_network,
    spread,
)

#: What the lab asks for after fifty layers: a spread within ten percent of 1.
WITHIN = 0.1


def network(
    rng: np.random.Generator,
    about: str,
    activation: str,
    examples: int,
    widths: Sequence[int],
    part: str = "values",
    dtype: type = np.float64,
    scale: float = 1.0,
) -> Case:
    """Draw inputs and, for each layer, numbers of another size that its gain has to make up for."""
    while True:
        x, ws = draw_network(rng, activation, examples, widths, own_scale=True, decided=False)
        if steady(x, ws, activation):
            break
    arguments = {
        "x": x.astype(dtype),
        "draws": [(scale * w).astype(dtype) for w in ws],
        "activation": activation,
    }
    return Case(arguments, about, part, facts={"layers": len(ws), "activation": activation})


def steady(x: np.ndarray, ws: Sequence[np.ndarray], activation: str) -> bool:
    """Whether no layer is left with sums of hardly any spread once each has been given its gain."""
    for w in ws:
        z = x @ w
        if z.std() < 0.1 * np.sqrt(np.mean(x**2) * np.sum(w**2) / w.shape[1]):
            return False
        x = activate(z / z.std(), activation)
    return True


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw networks of a few layers, then one layer, one example, fifty layers, and layouts."""

    def layout(rng: np.random.Generator, about: str) -> Case:
        return network(rng, about, "tanh", 4, sizes(rng, 3, low=4), "any")

    return [
        network(rng, "three layers of ReLU", "relu", 6, sizes(rng, 4, low=4)),
        network(rng, "three layers of tanh", "tanh", 6, sizes(rng, 4, low=4)),
        network(rng, "square layers of ReLU", "relu", 7, [7] * 5),
        network(rng, "square layers of tanh", "tanh", 7, [7] * 5),
        network(
            rng, "layers of ReLU in float32", "relu", 9, sizes(rng, 4, low=5), dtype=np.float32
        ),
        network(
            rng, "layers of tanh in float32", "tanh", 9, sizes(rng, 4, low=5), dtype=np.float32
        ),
        network(rng, "a single layer", "relu", 5, sizes(rng, 2, low=3), "any"),
        network(rng, "a single example", "tanh", 1, sizes(rng, 3, low=6), "any"),
        network(rng, "draws around a thousand", "tanh", 6, sizes(rng, 4, low=4), "any", scale=1e3),
        network(rng, "draws around a thousandth", "tanh", 6, [6] * 5, "any", scale=1e-3),
        network(rng, "fifty layers of ReLU", "relu", 10, [16] * 51, "deep"),
        network(rng, "fifty layers of tanh", "tanh", 10, [16] * 51, "deep"),
        *laid_out_network(layout, rng),
    ]


def oracle(case: Case) -> tuple[Target]:
    """
    Go through the layers in float64, the spread taken by its definition.

    A small change of one layer's output is changed by the layers that follow, in a network whose
    every spread is 1 by a factor of about 1 each (tanh: √1.17, since the mean of its squared
    derivative at spread 1 is 0.46, over the mean 0.39 of its square). 1.1 a layer bounds that.
    """
    (x,) = case.in_float64("x")
    gains = []
    for draws in case.arguments["draws"]:
        z = x @ np.array(draws, dtype=np.float64)
        gains.append(1.0 / spread(z))
        x = activate(gains[-1] * z, case.arguments["activation"])
    place = np.arange(1, len(gains) + 1)
    return (Target(np.array(gains), steps=100.0 * place * 1.1**place),)


def spreads_are_one(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check the aim itself, on inputs of another size: each layer's sums have the spread 1."""
    x = case.arguments["x"] * 4
    (gains,) = call(x, *list(case.arguments.values())[1:])
    if gains.shape != outputs[0].shape:
        return "With inputs four times as large, another number of gains comes out."
    signal = x.astype(np.float64)
    for number, (gain, draws) in enumerate(
        zip(gains, case.arguments["draws"], strict=True), start=1
    ):
        z = signal @ (float(gain) * draws.astype(np.float64))
        if not abs(z.std() - 1) <= WITHIN:
            return (
                f"With inputs four times as large and your gains, the sums of layer {number} have "
                f"the spread {z.std():.3g}. It should be 1."
            )
        signal = activate(z, case.arguments["activation"])
    return None


LAYER_GAINS = Exercise(
    name="layer_gains",
    title="gains measured layer by layer",
    arguments=("x", "draws", "activation"),
    outputs=(Output("gains"),),
    parts=(
        Part("values", 2.5, "a gain for each layer"),
        Part(
            "deep",
            1,
            "fifty layers",
            own_cases=True,
            needs=("values",),
        ),
        Part(
            "any",
            1,
            "one layer, one example, any layout, small and large draws",
            own_cases=True,
            needs=("values",),
        ),
        Part(
            "care",
            0.5,
            "the arguments are left alone, other inputs get other gains",
            aspects=(Aspect.UNTOUCHED, Aspect.PROPERTY, Aspect.DTYPE),
            needs=("values",),
        ),
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason=(
        "Each layer adds some hundred roundings to the relative error of its gain and passes on "
        "what it was given, which grows by no more than a tenth a layer."
    ),
    properties=(Property("spreads are one", spreads_are_one),),
    mistakes=tuple(MISTAKES),
)
