"""``carry_state(x, first, h0, w_x, w_h, b)``: where a new sequence begins, the state is reset."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.drawing import Numbers, normal
from dlcourse.checks.exercise import CARE, Call, Case, Exercise, Output, Part, Property, Target
from dlcourse.checks.exercises.recurrence.mistakes.carry_state import MISTAKES
from dlcourse.checks.exercises.recurrence.sequences import (
    Sizes,
    draw_sequences,
    run,
    run_bound,
    sequence_case,
)


def case_with_beginnings(
    rng: np.random.Generator,
    about: str,
    sizes: Sizes,
    part: str = "values",
    dtype: type = np.float64,
    numbers: Numbers = normal,
    scale: float = 1.0,
) -> Case:
    """
    Draw streams in which sequences begin here and there.

    In the first stream one begins in the middle, in the second at the very start; no step is the
    beginning of one in all streams, where there are several.
    """
    case = sequence_case(rng, about, sizes, part, dtype, numbers, scale)
    first = rng.random((sizes.n, sizes.steps)) < 0.25
    first[0] = np.arange(sizes.steps) == max(sizes.steps // 2, 1)
    if sizes.n > 1:
        first[1] = np.arange(sizes.steps) == 0
    given = case.arguments
    arguments = {"x": given["x"], "first": first, **{k: given[k] for k in given if k != "x"}}
    return Case(arguments, case.about, case.part, case.facts)


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw streams."""
    return [
        *draw_sequences(rng, case_with_beginnings, Sizes(1, 3, 1, 1)),
        all_alike(rng, "nothing begins in these streams", False),
        all_alike(rng, "a sequence begins in every step", True),
    ]


def all_alike(rng: np.random.Generator, about: str, begins: bool) -> Case:
    """Draw streams that begin nowhere, or everywhere."""
    case = case_with_beginnings(rng, about, Sizes(2, 4, 3, 2), "edge")
    case.arguments["first"][...] = begins
    return case


def oracle(case: Case) -> tuple[Target]:
    """Cut each stream into its sequences and run each by itself."""
    x, h0, *rest = arrays = case.in_float64("x", "h0", "w_x", "w_h", "b")
    first = case.arguments["first"]
    streams = []
    for row, stream in enumerate(x):
        cuts = [step for step in range(1, len(stream)) if first[row, step]]
        state = np.zeros_like(h0[row]) if first[row, 0] else h0[row]
        pieces = []
        for piece in np.split(stream, cuts):
            pieces.append(run(piece[np.newaxis], state[np.newaxis], *rest)[0])
            state = np.zeros_like(h0[row])
        streams.append(np.concatenate(pieces))
    steps = x.shape[1] * (x.shape[2] + h0.shape[1] + 4)
    return (Target(np.stack(streams), steps=steps, magnitude=run_bound(*arrays)),)


def the_past_does_not_count(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check that what came before the beginning of a sequence changes nothing after it."""
    arguments = dict(case.arguments)
    row = 0
    begin = int(np.argmax(arguments["first"][row]))
    arguments["x"] = arguments["x"].copy()
    arguments["x"][row, :begin] += 1
    arguments["h0"] = arguments["h0"] + arguments["h0"].dtype.type(1)
    (again,) = call(*arguments.values())
    if again.shape == outputs[0].shape and np.array_equal(
        again[row, begin:], outputs[0][row, begin:]
    ):
        return None
    return (
        "What came before the beginning of a sequence changes its states. They have to be the same "
        "whatever was in the stream before."
    )


CARRY_STATE = Exercise(
    name="carry_state",
    title="streams in which sequences begin anywhere",
    arguments=("x", "first", "h0", "w_x", "w_h", "b"),
    outputs=(Output("h", like="x"),),
    parts=(
        Part("values", 2, "the state after every step, reset where a sequence begins"),
        Part(
            "edge",
            1,
            "one stream, one step, beginnings nowhere and everywhere, any layout in memory",
            own_cases=True,
            needs=("values",),
        ),
        Part(
            "care",
            1,
            "the dtype is kept, the arguments are left alone, the past does not count",
            aspects=CARE,
            needs=("values",),
        ),
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason=(
        "As for a single sequence: the rounding of each step goes on through the weights of the "
        "state until the sequence ends, at most through all steps."
    ),
    properties=(
        Property(
            "the past does not count",
            the_past_does_not_count,
            when=lambda case: bool(case.arguments["first"][0].any()),
        ),
    ),
    mistakes=tuple(MISTAKES),
)
