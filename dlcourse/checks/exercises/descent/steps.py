"""What the optimizers' steps have in common: how they are drawn, judged and followed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from dlcourse.checks import words
from dlcourse.checks.drawing import Numbers, cast, laid_out, normal, quarters, sizes
from dlcourse.checks.exercise import (
    CARE,
    Call,
    Case,
    Exercise,
    Mistake,
    Output,
    Part,
    Property,
    Target,
)

#: One parameter's step: from numbers to one (value, magnitude) for each output.
Formula = Callable[..., Sequence[tuple[float, float]]]

#: Roundings on the way from the arguments to an element, powers and roots counted as a few each.
ROUNDINGS = 16
#: Steps of the path that a function's own results are followed along.
PATH = 12
#: State that holds averages of squares or of sizes is never negative.
SIZES = frozenset({"s", "v", "u"})


def step_case(
    rng: np.random.Generator,
    about: str,
    state: Sequence[str],
    settings: Sequence[str],
    shape: tuple[int, ...] | None = None,
    part: str = "values",
    dtype: type = np.float32,
    numbers: Numbers = normal,
    scale: float = 1.0,
    epsilon: float = 1e-8,
    first: bool = False,
) -> Case:
    """
    Draw parameters, gradients and a state as it may be after some steps, and the settings.

    The settings are not those that people know by heart, so that one that is typed in shows.
    ``first`` draws the very first step, where every state is zeros.
    """
    shape = tuple(sizes(rng, 2)) if shape is None else shape
    arrays = {"w": numbers(rng, *shape), "dw": numbers(rng, *shape) * scale}
    for name in state:
        drawn = numbers(rng, *shape) * scale
        if name in SIZES:
            # A sum of squares has the unit of a square; the largest size that of the gradient.
            # All are smaller than the gradient's own now and then, and larger now and then.
            drawn = np.abs(drawn) if name == "u" else np.abs(drawn) * scale
        arrays[name] = np.zeros(shape) if first else drawn
    if "u" in arrays and not first and arrays["u"].size > 1:
        # One parameter whose gradient is the largest so far, and one whose gradient is not.
        arrays["u"].flat[0] = abs(arrays["dw"].flat[0]) / 2
        arrays["u"].flat[1] = abs(arrays["dw"].flat[1]) * 4
    given = settings_of(rng, settings, epsilon, first)
    return Case(
        {**cast(arrays, dtype), **given},
        about,
        part,
        facts={"n": int(np.prod(shape)), **given},
    )


def settings_of(
    rng: np.random.Generator, names: Sequence[str], epsilon: float, first: bool
) -> dict[str, Any]:
    """Draw the numbers that a step is told beside the arrays."""
    beta1, beta2 = rng.permutation([0.5, 0.625, 0.75, 0.875])[:2]
    drawn = {
        "t": 1 if first else int(rng.integers(2, 5)),
        "rate": float(rng.choice([0.125, 0.25, 0.5])),
        "momentum": float(rng.choice([0.625, 0.75, 0.875])),
        "beta": float(rng.choice([0.625, 0.75, 0.875])),
        "beta1": float(beta1),
        "beta2": float(beta2),
        "epsilon": epsilon,
    }
    return {name: drawn[name] for name in names}


def draw_steps(
    rng: np.random.Generator, state: Sequence[str], settings: Sequence[str]
) -> list[Case]:
    """Draw readable steps and ordinary ones, then the first step, odd shapes, layouts and sizes."""
    several, one = sizes(rng, 2, low=3)

    def case(about: str, **options: Any) -> Case:
        return step_case(rng, about, state, settings, **options)

    def layout(rng: np.random.Generator, about: str) -> Case:
        shape = tuple(sizes(rng, 2))
        return step_case(rng, about, state, settings, shape, part="edge", dtype=np.float64)

    readable: dict[str, Any] = {"dtype": np.float64, "numbers": quarters}
    # An epsilon as large as the gradients shows where it was put.
    return [
        case("two parameters", shape=(2,), epsilon=0.25, **readable),
        case("two parameters at the first step", shape=(2,), epsilon=0.25, first=True, **readable),
        case("a matrix of parameters in float32", epsilon=0.25),
        case("a matrix of parameters in float64", dtype=np.float64),
        case("many parameters at a later step", shape=(several, one), dtype=np.float64),
        with_zero_gradients(case("gradients that are 0", shape=(4,), first=True, part="edge")),
        case("a single parameter", shape=(1,), part="edge", epsilon=0.25, **readable),
        case("a single row of parameters", shape=(1, one), part="edge"),
        case("parameters with three axes", shape=(2, 1, several), part="edge"),
        case("gradients around a thousand", part="edge", scale=1e3),
        case("gradients around a thousandth", part="edge", scale=1e-3),
        *laid_out(layout, rng),
    ]


def with_zero_gradients(case: Case) -> Case:
    """Set all gradients but one to 0: such a parameter has to stay where it is."""
    dw = case.arguments["dw"]
    dw[1:] = 0
    return case


def oracle_of(
    formula: Formula, state: Sequence[str], settings: Sequence[str]
) -> Callable[[Case], tuple[Target, ...]]:
    """Make an oracle that takes the parameters one at a time, in Python's own float64."""

    def oracle(case: Case) -> tuple[Target, ...]:
        arrays = case.in_float64("w", "dw", *state)
        given = [case.arguments[name] for name in settings]
        found = [
            formula(*(float(array[index]) for array in arrays), *given)
            for index in np.ndindex(arrays[0].shape)
        ]
        shape = arrays[0].shape
        targets = []
        for output in range(1 + len(state)):
            value = np.array([one[output][0] for one in found]).reshape(shape)
            magnitude = np.array([one[output][1] for one in found]).reshape(shape)
            targets.append(Target(value, ROUNDINGS, magnitude))
        return tuple(targets)

    return oracle


def path_property(
    oracle: Callable[[Case], Sequence[Target]], state: Sequence[str]
) -> Callable[[Call, Case, tuple[np.ndarray, ...], np.random.Generator], str | None]:
    """
    Make the check of a whole path: each step starts from what the function returned before.

    A function that keeps a state of its own, between its calls, goes wrong here at the latest.
    Gradients are drawn anew for each step. Rounding errors add up along the path and, since every
    average forgets, do not grow: hence the number of steps as a factor of the tolerance.
    """
    names = ("w", *state)

    def violation(
        call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
    ) -> str | None:
        mine = dict(case.arguments)
        right = dict(case.arguments)
        largest = dict.fromkeys(names, 0.0)
        for number in range(1, PATH + 1):
            gradient = rng.standard_normal(mine["w"].shape)
            changes: dict[str, Any] = {"dw": gradient}
            if "t" in mine:
                changes["t"] = case.arguments["t"] + number
            mine, right = {**mine, **changes}, {**right, **changes}
            returned = call(*mine.values())
            wanted = oracle(Case(right, case.about))
            for name, value, target in zip(names, returned, wanted, strict=True):
                error = float(np.max(target.tolerance(np.dtype(np.float64))))
                largest[name] = max(largest[name], error)
                if value.shape != target.value.shape or np.any(
                    ~(np.abs(value - target.value) <= 4 * PATH * largest[name])
                ):
                    return (
                        f"Single steps are right, but along a path that feeds back what you "
                        f"return, {name} is wrong at the call number {number + 1}: does your "
                        f"function keep something between its calls?"
                    )
                mine[name], right[name] = value, target.value
        return None

    return violation


def step_exercise(
    name: str,
    title: str,
    state: Mapping[str, str],
    settings: Sequence[str],
    formula: Formula,
    mistakes: Sequence[Mistake],
    properties: Sequence[Property] = (),
    points: tuple[float, float, float, float] = (1, 1.5, 0.5, 1),
) -> Exercise:
    """
    Make the exercise of one optimizer's step.

    Parameters
    ----------
    name, title, mistakes, properties
        As in ``Exercise``; the check of a whole path is added to the properties.
    state
        What the optimizer remembers of each parameter, by name, in words.
    settings
        Names of the numbers that follow the arrays.
    formula
        The step of one parameter: ``formula(w, dw, *state, *settings)``.
    points
        For the state, the parameters, the edges, and care.
    """
    names = tuple(state)
    oracle = oracle_of(formula, names, settings)
    remembered, moved, edges, care = points
    return Exercise(
        name=name,
        title=title,
        arguments=("w", "dw", *names, *settings),
        outputs=tuple(Output(output, like="w") for output in ("w", *names)),
        parts=(
            Part("state", remembered, words.listing(list(state.values())), outputs=names),
            Part("values", moved, "the new parameters w", outputs=("w",)),
            Part(
                "edge",
                edges,
                "gradients that are 0, any shape, any layout in memory, small and large numbers",
                own_cases=True,
                needs=("state", "values"),
            ),
            Part(
                "care",
                care,
                "the dtype is kept, the arguments are left alone, a whole path is right",
                aspects=CARE,
                needs=("state", "values"),
            ),
        ),
        draw=lambda rng: draw_steps(rng, names, settings),
        oracle=oracle,
        tolerance_reason=(
            "Each element goes through a fixed number of operations, at most 16 with powers and "
            "roots; a sum of two terms is off by as much as the larger one is, hence the "
            "magnitudes, and everything else keeps its relative error."
        ),
        properties=(
            Property(
                "a whole path is right",
                path_property(oracle, names),
                when=lambda case: case.about == "a matrix of parameters in float64",
            ),
            *properties,
        ),
        mistakes=tuple(mistakes),
    )
