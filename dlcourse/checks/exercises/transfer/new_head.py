"""``new_head(w, b, sources, fresh)``: the last layer for new classes, some of them old."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.drawing import Numbers, cast, laid_out, normal, quarters
from dlcourse.checks.exercise import CARE, Call, Case, Exercise, Output, Part, Property, Target
from dlcourse.checks.exercises.transfer.mistakes.new_head import MISTAKES


def exchange(
    rng: np.random.Generator,
    about: str,
    i: int,
    old: int,
    sources: list[int],
    part: str = "values",
    dtype: type = np.float64,
    numbers: Numbers = normal,
) -> Case:
    """Draw an old head and fresh weights for every new class, used or not."""
    arrays = {"w": numbers(rng, i, old), "b": numbers(rng, old)}
    fresh = {"fresh": numbers(rng, i, len(sources))}
    arguments = {
        **cast(arrays, dtype),
        "sources": np.array(sources, dtype=np.int64),
        **cast(fresh, dtype),
    }
    return Case(arguments, about, part, facts={"old": old, "new": len(sources)})


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw fewer and more classes than before, none old, all old, one class, and layouts."""

    def layout(rng: np.random.Generator, about: str) -> Case:
        return exchange(rng, about, 3, 4, [2, -1, 0], "edge")

    five = [int(k) for k in rng.permutation(6)[:3]]
    # Never in rising order, and never the first classes in their places.
    five = sorted(five, reverse=True)
    return [
        exchange(rng, "two inputs, three old classes, two new", 2, 3, [1, -1], numbers=quarters),
        exchange(
            rng, "more classes than before", 5, 6, [five[0], -1, five[1], -1, -1, five[2], -1]
        ),
        exchange(rng, "fewer classes than before, in float32", 4, 7, [5, -1, 2], dtype=np.float32),
        exchange(rng, "a fresh class first", 4, 5, [-1, 3, 1], "values"),
        exchange(rng, "no class is old", 3, 4, [-1, -1], "edge"),
        exchange(rng, "every class is old, in another order", 4, 4, [2, 0, 3, 1], "edge"),
        exchange(rng, "an old class that serves for two", 3, 4, [1, 1, -1], "edge"),
        exchange(rng, "a single input", 1, 3, [2, -1, 1], "edge"),
        *laid_out(layout, rng),
    ]


def oracle(case: Case) -> tuple[Target, Target]:
    """Fill the columns one by one."""
    w, b, fresh = case.in_float64("w", "b", "fresh")
    weights, biases = np.empty_like(fresh), np.empty(fresh.shape[1])
    for place, source in enumerate(case.arguments["sources"]):
        for row in range(len(w)):
            weights[row, place] = fresh[row, place] if source < 0 else w[row, source]
        biases[place] = 0.0 if source < 0 else b[source]
    return Target(weights), Target(biases)


def logits_of_old_classes(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check that the new head is no window into the old one: training it must not change that."""
    w, b, sources, fresh = (np.array(value) for value in case.arguments.values())
    first = call(w, b, sources, fresh)
    again = call(w + 1, b + 1, sources, fresh)
    known = sources >= 0
    if np.allclose(again[0][:, known], first[0][:, known] + 1) and np.array_equal(
        again[0][:, ~known], first[0][:, ~known]
    ):
        return None
    return (
        "With 1 added to all old weights, just the columns of old classes should change by 1: does "
        "your function keep something between its calls?"
    )


NEW_HEAD = Exercise(
    name="new_head",
    title="a new last layer, with what is known of its classes",
    arguments=("w", "b", "sources", "fresh"),
    outputs=(Output("new_w", like="w"), Output("new_b", like="w")),
    parts=(
        Part("weights", 1.5, "the weights", outputs=("new_w",)),
        Part("biases", 1, "the biases", outputs=("new_b",)),
        Part(
            "edge",
            0.5,
            "no old class, only old ones, one that serves twice, any layout in memory",
            own_cases=True,
            needs=("weights", "biases"),
        ),
        Part(
            "care",
            1,
            "the dtype is kept, the arguments are left alone",
            aspects=CARE,
            needs=("weights", "biases"),
        ),
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason="Numbers are moved and not computed: no rounding.",
    properties=(
        Property(
            "old weights show in their columns alone",
            logits_of_old_classes,
            when=lambda case: case.about == "more classes than before",
        ),
    ),
    mistakes=tuple(MISTAKES),
)
