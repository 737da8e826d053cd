"""``layer_rates(layers, rate, factor, epoch, every)``: thaw from the top, gently below."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.exercise import Aspect, Call, Case, Exercise, Output, Part, Property, Target
from dlcourse.checks.exercises.transfer.mistakes.layer_rates import MISTAKES


def moment(
    rng: np.random.Generator, about: str, layers: int, epoch: int, every: int, part: str
) -> Case:
    """Draw a rate and a factor, and ask for one epoch's rates."""
    arguments = {
        "layers": layers,
        "rate": float(rng.choice([0.125, 0.25, 0.5])),
        "factor": float(rng.choice([2.5, 3.0, 4.0])),
        "epoch": epoch,
        "every": every,
    }
    return Case(arguments, about, part, facts=arguments)


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw the epochs around each thaw, then the end, one layer, and every = 1."""
    layers, every = int(rng.integers(5, 8)), int(rng.integers(3, 5))
    return [
        moment(rng, "the first epoch", layers, 0, every, "frozen"),
        moment(
            rng, "the last epoch before the second layer thaws", layers, every - 1, every, "frozen"
        ),
        moment(rng, "the epoch in which the second layer thaws", layers, every, every, "thawed"),
        moment(rng, "the epoch after that", layers, every + 1, every, "thawed"),
        moment(rng, "an epoch with three layers thawed", layers, 2 * every + 1, every, "thawed"),
        moment(
            rng,
            "the epoch in which the last layer thaws",
            layers,
            (layers - 1) * every,
            every,
            "thawed",
        ),
        moment(
            rng, "long after everything has thawed", layers, 3 * layers * every, every, "corners"
        ),
        moment(rng, "a layer thaws in every epoch", layers, 2, 1, "corners"),
        moment(rng, "a single layer", 1, 3, every, "corners"),
        moment(rng, "two layers", 2, every, every, "corners"),
    ]


def oracle(case: Case) -> tuple[Target]:
    """Go down from the head, layer by layer, as long as the epoch allows."""
    layers, rate, factor, epoch, every = case.arguments.values()
    rates = [0.0] * layers
    depth = 0
    while depth < layers and epoch >= depth * every:
        rates[layers - 1 - depth] = rate
        rate = rate / factor
        depth += 1
    return (Target(np.array(rates), steps=2 * layers + 2),)


def one_more_layer(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check that a further layer at the bottom changes nothing above it."""
    arguments = {**case.arguments, "layers": case.arguments["layers"] + 1}
    (found,) = call(*arguments.values())
    if found.shape == (len(outputs[0]) + 1,) and np.allclose(found[1:], outputs[0], rtol=1e-12):
        return None
    return (
        "With one more layer at the bottom the rates above it are not what they were. Rates are "
        "counted from the head downwards."
    )


LAYER_RATES = Exercise(
    name="layer_rates",
    title="which layers learn, and how fast",
    arguments=("layers", "rate", "factor", "epoch", "every"),
    outputs=(Output("rates"),),
    parts=(
        Part("frozen", 1, "the head alone at first", own_cases=True),
        Part("thawed", 1.5, "one layer after the other, gently", own_cases=True),
        Part(
            "corners",
            1,
            "everything thawed, one layer, a thaw in every epoch",
            own_cases=True,
            needs=("frozen", "thawed"),
        ),
        Part(
            "care",
            0.5,
            "rates are counted from the head",
            aspects=(Aspect.PROPERTY, Aspect.UNTOUCHED),
            needs=("frozen", "thawed"),
        ),
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason="A power of the factor or as many divisions: two roundings for each layer.",
    properties=(
        Property(
            "one more layer",
            one_more_layer,
            when=lambda case: case.about == "an epoch with three layers thawed",
        ),
    ),
    mistakes=tuple(MISTAKES),
)
