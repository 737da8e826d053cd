"""``fit_with_patience(w, gradient, validation_loss, rate, epochs, patience)``: stop, restore."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from dlcourse.checks.drawing import cast, laid_out, quarters, sizes
from dlcourse.checks.exercise import CARE, Call, Case, Exercise, Output, Part, Property, Target
from dlcourse.checks.exercises.loop.curves import curve, stopped
from dlcourse.checks.exercises.loop.mistakes.fit_with_patience import MISTAKES

#: An epoch takes w this share of the way to where it is going.
SHARE = 0.25


def towards(goal: np.ndarray, rate: float) -> Callable[[np.ndarray], np.ndarray]:
    """Make a gradient by which an epoch goes a quarter of the way from w to the goal."""

    def gradient(w: np.ndarray) -> np.ndarray:
        return (SHARE / rate * (w - goal)).astype(np.asarray(w).dtype)

    return gradient


def recorded(
    start: np.ndarray, goal: np.ndarray, values: np.ndarray
) -> Callable[[np.ndarray], float]:
    """
    Make a validation loss that follows a written curve.

    How many epochs w has behind it shows in its distance to the goal, which falls by the same
    factor in each; values[k] is the loss after k epochs, and between two epochs something between.
    """
    whole = float(np.linalg.norm(start - goal))

    def validation_loss(w: np.ndarray) -> float:
        left = float(np.linalg.norm(np.asarray(w, np.float64) - goal)) / whole
        epochs = math.log(max(left, 1e-300)) / math.log(1 - SHARE)
        nearest = round(epochs)
        if abs(epochs - nearest) < 0.02:  # rounding of float32, a hundred epochs of it
            epochs = nearest
        return float(np.interp(epochs, np.arange(len(values)), values))

    return validation_loss


def scripted(
    rng: np.random.Generator,
    about: str,
    moves: str,
    epochs: int,
    patience: int,
    part: str = "",
    shape: tuple[int, ...] | None = None,
    dtype: type = np.float64,
    readable: bool = False,
    start: float = 1.0,
) -> Case:
    """Draw w and where it goes; write the losses, that of the start above or below the others."""
    shape = tuple(sizes(rng, 2)) if shape is None else shape
    way = quarters(rng, *shape) if readable else rng.standard_normal(shape)
    goal = quarters(rng, *shape) if readable else rng.standard_normal(shape)
    rate = float(rng.choice([0.125, 0.5]))
    values = curve(rng, moves)
    # Beyond what is written the losses fall: whoever goes on too long finds something better.
    further = values.min() - 0.125 * np.arange(1, 4)
    values = np.concatenate([[values[0] + 0.5 * start], values, further])
    arrays: dict[str, Any] = cast({"w": goal + way}, dtype)
    goal = arrays["w"].astype(np.float64) - way
    arguments = {
        **arrays,
        "gradient": towards(goal, rate),
        "validation_loss": recorded(arrays["w"].astype(np.float64), goal, values),
        "rate": rate,
        "epochs": epochs,
        "patience": patience,
    }
    facts = {"epochs": epochs, "patience": patience}
    return Case(arguments, about, part, facts, {"values": values, "goal": goal, "rate": rate})


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw trainings that stop early or not, then the corners, odd shapes and layouts."""
    few, many = int(rng.integers(2, 4)), int(rng.integers(4, 6))
    falls = "I" * int(rng.integers(2, 4))
    end = len(falls)

    def layout(rng: np.random.Generator, about: str) -> Case:
        return scripted(rng, about, f"{falls}wI{'w' * few}Iw", 12, few, "edge")

    return [
        scripted(rng, "a training that stops", f"{falls}{'w' * few}IIw", 15, few, readable=True),
        scripted(rng, "a training that recovers first", f"{falls}wI{'w' * many}Iw", 20, many),
        scripted(rng, "a training that recovers twice", "IwwIwwIwwwI", 16, 3),
        scripted(rng, "losses that jump and creep back", f"{falls}w{'d' * few}Iw", 14, few),
        scripted(rng, "a tie with the best", f"{falls}e{'w' * many}I", 18, many),
        scripted(rng, "epochs that run out while losses fall", falls, end, many, "limits"),
        scripted(rng, "epochs that run out while losses rise", f"{falls}ww", end + 2, 9, "limits"),
        scripted(rng, "a single epoch", "I", 1, few, "limits"),
        scripted(rng, "a patience of 1", f"{falls}wIw", 9, 1, "limits"),
        scripted(rng, "patience that ends with the epochs", f"{falls}www", end + 3, 3, "limits"),
        scripted(rng, "a start better than all", f"I{'w' * many}I", 12, many, "limits", start=-1.0),
        scripted(rng, "float32", f"{falls}wI{'w' * few}Iw", 12, few, dtype=np.float32),
        scripted(rng, "a single parameter", f"{falls}{'w' * few}Iw", 12, few, "edge", (1,)),
        scripted(rng, "parameters with three axes", f"{falls}wI", end + 2, few, "edge", (2, 1, 3)),
        *laid_out(layout, rng),
    ]


def oracle(case: Case) -> tuple[Target, Target, Target]:
    """Read the stop off the written curve, and w off the share of the way that is left."""
    (w,) = case.in_float64("w")
    values, goal = case.hidden["values"], case.hidden["goal"]
    written = values[1 : case.arguments["epochs"] + 1]
    stop, best = stopped(list(written), case.arguments["patience"])
    return (
        Target(
            goal + (1 - SHARE) ** best * (w - goal),
            steps=8 * best,
            magnitude=np.abs(goal) + np.abs(w),
        ),
        Target(np.array(written[:stop])),
        Target(np.array(best)),
    )


def more_epochs_do_no_harm(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check that a larger limit changes nothing where patience had run out."""
    arguments = dict(case.arguments)
    arguments["epochs"] += 2
    again = call(*arguments.values())
    if all(np.array_equal(one, other) for one, other in zip(again, outputs, strict=True)):
        return None
    return (
        "With a larger limit of epochs something else comes out, although patience ran out before "
        "the limit."
    )


FIT_WITH_PATIENCE = Exercise(
    name="fit_with_patience",
    title="training that stops early and restores the best",
    arguments=("w", "gradient", "validation_loss", "rate", "epochs", "patience"),
    outputs=(Output("w", like="w"), Output("history"), Output("best")),
    parts=(
        Part("w", 2, "the parameters of the best epoch", outputs=("w",)),
        Part("history", 1.5, "the losses of all epochs that were trained", outputs=("history",)),
        Part("best", 0.5, "the number of the best epoch", outputs=("best",)),
        Part(
            "limits",
            1,
            "epochs that run out, a patience of 1, a start better than all",
            own_cases=True,
            needs=("w", "history", "best"),
        ),
        Part(
            "edge",
            0.5,
            "any shape, any layout in memory",
            own_cases=True,
            needs=("w", "history", "best"),
        ),
        Part(
            "care",
            0.5,
            "the dtype is kept, the caller's w is left alone, more epochs do no harm",
            aspects=CARE,
            needs=("w", "history", "best"),
        ),
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason=(
        "Each epoch adds a few roundings of numbers no larger than w and where it goes. The losses "
        "are read off a written table, which gives them as they are."
    ),
    properties=(
        Property(
            "more epochs do no harm",
            more_epochs_do_no_harm,
            when=lambda case: case.about == "a training that stops",
        ),
    ),
    mistakes=tuple(MISTAKES),
)
