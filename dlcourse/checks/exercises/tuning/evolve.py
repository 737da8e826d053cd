"""``evolve(objective, parents, losses, chosen, noise, low, high)``: one generation."""

from __future__ import annotations

import math

import numpy as np

from dlcourse.checks.drawing import laid_out, sizes
from dlcourse.checks.exercise import Aspect, Case, Exercise, Output, Part, Property, Target
from dlcourse.checks.exercises.tuning.mistakes.evolve import MISTAKES
from dlcourse.checks.exercises.tuning.objectives import bowl, trainings_counted


def generation(
    rng: np.random.Generator,
    about: str,
    p: int,
    c: int,
    k: int = 2,
    part: str = "values",
    cliff: bool = False,
    luck: str = "mixed",
) -> Case:
    """
    Draw parents inside a box, sorted by their losses, and children some of which are better.

    All numbers are multiples of ¼, so that ties are ties. Some children fall out of the box; with
    ``luck="corner"`` the minimum lies in a corner of it, and they survive. The parents were
    measured on another day: their losses are not quite the objective's.
    """
    low, high = -np.ones(k), rng.integers(2, 5, k) * 1.0
    centre = np.round((low + high) * 2) / 4
    if luck == "corner":
        centre[0], centre[1] = high[0], low[1]
    objective = bowl(centre, rng.permutation(np.arange(1, k + 1)) * 0.5, 1.0)
    parents = centre + rng.choice([-1.0, -0.75, 0.75, 1.0], (p, k))
    if luck == "tie":
        parents[:, 0] = np.minimum(parents[:, 0], 2 * centre[0] - parents[:, 0])
    parents = np.clip(parents, low, high)
    if luck == "corner":
        parents[:, 1] = low[1] + 1.5
    losses = np.array([objective(parent) + 0.125 for parent in parents])
    order = np.argsort(losses, kind="stable")
    parents, losses = parents[order], losses[order]
    # Never the parents in their own order, and not only the first of them.
    chosen = np.append((np.arange(c - 1) + 1) % p, 0)
    noise = rng.choice([-0.5, -0.25, 0.25, 0.5], (c, k))
    # The first child lands on the minimum, the second jumps out of the box by a good deal.
    if luck == "mixed":
        noise[0] = centre - parents[chosen[0]]
        if c > 1:
            noise[1, 0] = high[0] - parents[chosen[1], 0] + 0.75
    elif luck == "corner":
        # Two children fall out of the box just beside the minimum, one at each of its sides.
        noise[:2] = centre - parents[chosen[:2]]
        noise[0, 0] += 0.25
        noise[1, 1] -= 0.25
    elif luck == "none":
        noise = np.where(parents[chosen] < centre, -1.0, 1.0) * 0.75
    elif luck == "tie":
        losses = np.array([objective(parent) for parent in parents])
        noise = np.zeros((c, k))
        noise[:, 0] = 2 * (centre - parents[chosen])[:, 0]
    if cliff:
        edge = float(centre[0])
        objective = bowl(centre, np.ones(k), 1.0, edge)
        noise[-1, 0] = edge + 0.5 - parents[chosen[-1], 0]
    arguments = {
        "objective": objective,
        "parents": parents,
        "losses": losses,
        "chosen": chosen,
        "noise": noise,
        "low": low,
        "high": high,
    }
    return Case(arguments, about, part, facts={"p": p, "c": c})


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw generations with fewer and with more children, then ties, bad luck and layouts."""
    p, c = sizes(rng, 2, low=3, high=6)

    def layout(rng: np.random.Generator, about: str) -> Case:
        return generation(rng, about, 3, 4, 2, "edge")

    return [
        generation(rng, "two parents and three children", 2, 3),
        generation(rng, "more children than parents", 3, 7, 3),
        generation(rng, "fewer children than parents", 5, 3, 2),
        generation(rng, "children that jump out of the box", p, c + 1, 3, luck="corner"),
        generation(rng, "children that are all worse", 3, 4, luck="none"),
        generation(rng, "children exactly as good as their parents", 3, 3, part="edge", luck="tie"),
        generation(rng, "a child that diverges (nan)", 3, 5, part="edge", cliff=True),
        generation(rng, "one parent and one child", 1, 1, part="edge"),
        generation(rng, "a single setting", p, c, 1, part="edge"),
        *laid_out(layout, rng),
    ]


def oracle(case: Case) -> tuple[Target, Target]:
    """Put the children among the parents one by one, each behind those that are as good."""
    parents, losses, noise, low, high = case.in_float64("parents", "losses", "noise", "low", "high")
    living = [(float(loss), tuple(parent)) for loss, parent in zip(losses, parents, strict=True)]
    for number, mother in enumerate(case.arguments["chosen"]):
        child = tuple(
            min(max(parents[mother, i] + noise[number, i], low[i]), high[i])
            for i in range(parents.shape[1])
        )
        loss = float(case.arguments["objective"](np.array(child)))
        living.append((math.inf if math.isnan(loss) else loss, child))
    living = sorted(living, key=lambda one: one[0])[: len(parents)]
    return (
        Target(np.array([child for _, child in living])),
        Target(np.array([loss for loss, _ in living]), steps=4),
    )


EVOLVE = Exercise(
    name="evolve",
    title="one generation of an evolution of settings",
    arguments=("objective", "parents", "losses", "chosen", "noise", "low", "high"),
    outputs=(Output("parents"), Output("losses")),
    parts=(
        Part("values", 3, "children are made, measured, and the best survive, best first"),
        Part(
            "edge",
            1,
            "ties, a child that diverges, one parent, any layout in memory",
            own_cases=True,
            needs=("values",),
        ),
        Part(
            "care",
            1,
            "each child is trained once, the arguments are left alone",
            aspects=(Aspect.UNTOUCHED, Aspect.PROPERTY),
            needs=("values",),
        ),
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason=(
        "A child is one sum of two multiples of ¼, cut off at the box, and its loss is what the "
        "objective returns for it: all exact."
    ),
    properties=(
        Property(
            "each child is trained once",
            trainings_counted(lambda case: case.facts["c"], "children"),
            when=lambda case: case.about == "more children than parents",
        ),
    ),
    mistakes=tuple(MISTAKES),
)
