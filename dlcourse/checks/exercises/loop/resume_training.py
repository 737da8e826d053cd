"""``resume_training(checkpoint, gradient, validation_loss, epochs, rate, momentum)``: go on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from dlcourse.checks.drawing import laid_out, quarters, sizes
from dlcourse.checks.exercise import Aspect, Call, Case, Exercise, Output, Part, Property, Target
from dlcourse.checks.exercises.loop.mistakes.resume_training import MISTAKES

NAMES = ("w", "velocity", "epoch", "best_w", "best_loss")
#: Losses that lie nearer to each other than this share would make the best one a matter of
#: rounding: a thousand times float32's.
APART = 1e-4
#: How strongly an epoch pulls w towards its goal.
PULL = 0.5


def gradient_of(goals: np.ndarray) -> Callable[[np.ndarray, int], np.ndarray]:
    """Make a gradient that pulls each epoch, by its number, towards a goal of its own."""

    def gradient(w: np.ndarray, epoch: int) -> np.ndarray:
        return (PULL * (w - goals[int(epoch) % len(goals)])).astype(np.asarray(w).dtype)

    return gradient


def loss_of(target: np.ndarray) -> Callable[[np.ndarray], float]:
    """Make a validation loss: the mean squared distance to a target."""

    def validation_loss(w: np.ndarray) -> float:
        return float(np.mean((np.asarray(w, np.float64) - target) ** 2))

    return validation_loss


def training(
    rng: np.random.Generator,
    about: str,
    done: int,
    more: int,
    best: str,
    part: str = "",
    shape: tuple[int, ...] | None = None,
    dtype: type = np.float64,
    readable: bool = False,
) -> Case:
    """
    Draw a checkpoint after ``done`` epochs, of which ``more`` are missing.

    Drawn anew until the best epoch lies where ``best`` says: "before" the checkpoint, "inside" of
    the epochs that follow, or with the "last" of them.
    """
    shape = tuple(sizes(rng, 2)) if shape is None else shape
    draws = quarters if readable else lambda rng, *shape: rng.standard_normal(shape)
    while True:
        arguments: dict[str, Any] = {
            name: draws(rng, *shape).astype(dtype) for name in ("w", "velocity", "best_w")
        }
        goals = np.stack([draws(rng, *shape) for _ in range(7)])
        target = rng.standard_normal(shape)
        validation_loss = loss_of(target)
        rate, momentum = float(rng.choice([0.25, 0.5])), float(rng.choice([0.5, 0.75]))
        # A best of long ago, better or worse than what follows.
        best_loss = float(rng.uniform(0.1, 4.0))
        case = Case(
            {
                "checkpoint": {**arguments, "epoch": done, "best_loss": best_loss},
                "gradient": gradient_of(goals),
                "validation_loss": validation_loss,
                "epochs": done + more,
                "rate": rate,
                "momentum": momentum,
            },
            about,
            part,
            {"done": done, "epochs": done + more, "more": more},
            {"goals": goals, "target": target},
        )
        _, _, losses, found = followed(case)
        placed = "before" if found is None else "last" if found == more else "inside"
        if placed == best and apart([best_loss, *losses]):
            return case


def apart(losses: list[float]) -> bool:
    """Whether no two losses are so near to each other that rounding could exchange them."""
    ordered = np.sort(losses)
    return bool(np.all(np.diff(ordered) > APART * ordered[1:]))


def followed(
    case: Case,
) -> tuple[list[np.ndarray], list[np.ndarray], list[float], int | None]:
    """Go on in float64: the places and velocities after each epoch, the losses, and the best."""
    checkpoint = case.arguments["checkpoint"]
    w, velocity = (checkpoint[name].astype(np.float64) for name in ("w", "velocity"))
    rate, momentum = case.arguments["rate"], case.arguments["momentum"]
    goals, target = case.hidden["goals"], case.hidden["target"]
    places, velocities, losses = [w], [velocity], []
    for number in range(checkpoint["epoch"] + 1, case.arguments["epochs"] + 1):
        velocity = momentum * velocity + PULL * (w - goals[number % len(goals)])
        w = w - rate * velocity
        places.append(w)
        velocities.append(velocity)
        losses.append(float(np.sum((w - target) ** 2)) / w.size)
    lowest = int(np.argmin(losses)) if losses else 0
    beaten = bool(losses) and losses[lowest] < checkpoint["best_loss"]
    return places, velocities, losses, lowest + 1 if beaten else None


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw trainings at each stage, whose best epoch is before, inside or at the end."""
    done, more = int(rng.integers(3, 6)), int(rng.integers(3, 5))
    cases = [
        training(rng, "three epochs of five done", 3, 2, "inside", shape=(2,), readable=True),
        training(rng, "the best among what follows", done, more, "inside"),
        training(rng, "the last epoch the best", done, more, "last"),
        training(rng, "the best before the checkpoint", done, more, "before"),
        training(rng, "as many epochs to go as are done", 4, 4, "inside"),
        training(rng, "float32", done, more, "inside", dtype=np.float32),
        training(rng, "one epoch to go", done, 1, "last", "edge"),
        training(rng, "nothing to go", done, 0, "before", "edge"),
        training(rng, "a single parameter", done, more, "inside", "edge", (1,)),
        training(rng, "parameters with three axes", 11, more, "inside", "edge", (2, 1, 3)),
    ]
    return cases + laid_out_checkpoints(rng)


def laid_out_checkpoints(rng: np.random.Generator) -> list[Case]:
    """Make one case per memory layout; the arrays lie inside of the checkpoint."""

    def arrays(rng: np.random.Generator, about: str) -> Case:
        case = training(rng, about, 3, 4, "inside", "edge")
        kept = {**case.hidden, "rest": case}
        return Case(case.arguments["checkpoint"], about, "edge", case.facts, kept)

    cases = []
    for case in laid_out(arrays, rng):
        rest = case.hidden["rest"]
        arguments = {**rest.arguments, "checkpoint": dict(case.arguments)}
        cases.append(Case(arguments, case.about, case.part, rest.facts, rest.hidden))
    return cases


def oracle(case: Case) -> tuple[Target, ...]:
    """Follow the numbers in float64, and bound the error by the largest number on the way."""
    checkpoint = case.arguments["checkpoint"]
    places, velocities, losses, best = followed(case)
    more = len(losses)
    # Both shrink by the momentum or the pull in each epoch, so errors fade rather than add up.
    size = np.max(np.abs([*places, *velocities, *case.hidden["goals"]]), axis=0)
    steps = 32 * (more + 1)
    kept = checkpoint["best_w"].astype(np.float64)
    eps = float(np.finfo(checkpoint["w"].dtype).eps / np.finfo(np.float64).eps)
    loss = checkpoint["best_loss"] if best is None else losses[best - 1]
    farthest = float(np.mean((size + np.abs(case.hidden["target"])) ** 2))
    return (
        Target(places[-1], steps * eps, size),
        Target(velocities[-1], steps * eps, size),
        Target(np.array(case.arguments["epochs"])),
        Target(kept if best is None else places[best], steps * eps, size),
        Target(np.array(loss), 2 * steps * eps, np.array(farthest)),
    )


def in_two_parts_as_in_one(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check that stopping on the way and going on gives the same as going through."""
    arguments = dict(case.arguments)
    half = case.facts["done"] + case.facts["more"] // 2
    found: dict[str, Any] = dict(
        zip(NAMES, call(*{**arguments, "epochs": half}.values()), strict=True)
    )
    found |= {"epoch": int(found["epoch"]), "best_loss": float(found["best_loss"])}
    again = call(*{**arguments, "checkpoint": found}.values())
    for name, one, other, target in zip(NAMES, again, outputs, oracle(case), strict=True):
        near = 4 * target.tolerance(np.dtype(np.float64))
        if one.shape != other.shape or np.any(np.abs(one - other) > near):
            return (
                f"Up to epoch {half}, then from what you returned up to epoch "
                f"{case.arguments['epochs']}: {name} is not what it is without the break."
            )
    return None


RESUME_TRAINING = Exercise(
    name="resume_training",
    title="going on from a checkpoint",
    arguments=("checkpoint", "gradient", "validation_loss", "epochs", "rate", "momentum"),
    outputs=tuple(Output(name) for name in NAMES),
    parts=(
        Part("state", 2, "w and its velocity", outputs=("w", "velocity")),
        Part("epoch", 0.5, "the number of the last epoch", outputs=("epoch",)),
        Part("best", 1.5, "the best w so far, and its loss", outputs=("best_w", "best_loss")),
        Part(
            "edge",
            0.5,
            "one epoch to go and none, any shape, any layout in memory",
            own_cases=True,
            needs=("state", "epoch", "best"),
        ),
        Part(
            "care",
            0.5,
            "the checkpoint is left alone, a break on the way changes nothing",
            aspects=(Aspect.UNTOUCHED, Aspect.PROPERTY, Aspect.DTYPE),
            needs=("state", "epoch", "best"),
        ),
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason=(
        "An epoch adds some tens of roundings, in the checkpoint's float type, of numbers no "
        "larger than the largest on the way; what an epoch has rounded fades in those that follow."
    ),
    properties=(
        Property(
            "in two parts as in one",
            in_two_parts_as_in_one,
            when=lambda case: case.facts["more"] > 1,
        ),
    ),
    mistakes=tuple(MISTAKES),
)
