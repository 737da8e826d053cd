"""``diagnose(train, validation, target, gap)``: what two curves say about a training."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.drawing import laid_out
from dlcourse.checks.exercise import Aspect, Call, Case, Exercise, Output, Part, Property, Target
from dlcourse.checks.exercises.diagnosis.mistakes.diagnose import MISTAKES

FINE, UNDERFITTING, OVERFITTING, DIVERGED = range(4)


def falling(rng: np.random.Generator, epochs: int, end: float) -> np.ndarray:
    """Draw a curve that falls in uneven steps of sixteenths and ends at ``end``."""
    steps = rng.integers(1, 4, epochs - 1) / 16
    return end + np.append(np.cumsum(steps[::-1])[::-1], 0.0)


def curves(
    rng: np.random.Generator,
    about: str,
    kind: int,
    part: str,
    epochs: int | None = None,
    twist: str = "",
) -> Case:
    """
    Draw the curves of a training that is fine, underfits, overfits or diverges.

    Target and gap are powers of ½, and so are all steps: no rounding decides. ``twist`` asks for a
    special form of the kind.
    """
    epochs = int(rng.integers(8, 13)) if epochs is None else epochs
    target, gap = float(rng.choice([0.5, 1.0])), float(rng.choice([0.25, 0.5]))
    end = target + 0.25 + rng.integers(0, 4) / 8 if kind == UNDERFITTING else target - 0.25
    train = falling(rng, epochs, end)
    validation = train + rng.integers(1, 5, epochs) / 64
    if twist == "apart":
        validation += 1.5 * target
    if kind == OVERFITTING or twist == "late":
        turn = epochs // 2
        low = validation[turn]
        # Past its minimum it climbs; at the end by more than the gap, or by less.
        climb = np.arange(epochs - turn) / (epochs - turn - 1)
        extent = low * gap * (0.5 if twist == "late" else 1.75)
        validation[turn:] = low + np.round(climb * extent * 64) / 64
        validation[-2] = validation[-1] + 0.125  # the highest is not the last
    if twist == "level":
        train[-1] = train[0]
    if twist == "restless":
        train[1], train[-2] = train[-1] - 1 / 16, train[0] + 0.5
    if twist == "both":
        train += end + 1.0 - train[-1]
        validation += end + 1.0
        validation[-1] = validation.min() * (1 + gap) + 0.5
    if twist == "exactly":
        validation[-1] = validation[:-1].min() * (1 + gap)
    if twist == "target":
        train += target - train[-1]
        validation += 0.25
    if twist == "tie":
        place = epochs // 2
        validation[place + 1 :] = validation[place] + 1 / 64
        validation[place + 2] = validation[place]
    if kind == DIVERGED:
        if twist == "higher":
            train[-3:] = train[0] + np.array([-0.5, 0.25, 0.5])
            validation[-3:] = train[-3:] + 0.5
        elif twist == "validation":
            validation[-2] = np.inf
        elif twist == "training":
            train[epochs // 2] = np.nan
        elif twist == "passing":
            validation[epochs // 2] = np.nan
        else:
            train[-2:], validation[-2:] = np.nan, np.nan
    if kind == OVERFITTING:
        # In a smaller unit, so that a gap that is added is another than one that is a share.
        train, validation, target = train / 4, validation / 4, target / 4
    arguments = {"train": train, "validation": validation, "target": target, "gap": gap}
    return Case(arguments, about, part, facts={"epochs": epochs, "target": target, "gap": gap})


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw every kind in plain form, then each in one that is easily taken for another."""

    def layout(rng: np.random.Generator, about: str) -> Case:
        return curves(rng, about, OVERFITTING, "edge")

    return [
        curves(rng, "a training that is fine", FINE, "plain", twist="apart"),
        curves(rng, "another training that is fine", FINE, "plain"),
        curves(rng, "a training loss that was nan once", DIVERGED, "plain", twist="training"),
        curves(rng, "a training that underfits", UNDERFITTING, "plain"),
        curves(rng, "a training that overfits", OVERFITTING, "plain"),
        curves(rng, "a training that ends in nan", DIVERGED, "plain"),
        curves(rng, "a training that ends higher than it began", DIVERGED, "plain", twist="higher"),
        curves(
            rng, "a validation loss that was infinite once", DIVERGED, "plain", None, "validation"
        ),
        curves(rng, "a validation loss that was nan once", DIVERGED, "plain", twist="passing"),
        curves(
            rng,
            "a validation loss that has risen by less than the gap",
            FINE,
            "plain",
            None,
            "late",
        ),
        curves(
            rng, "signs of over- and of underfitting at once", UNDERFITTING, "edge", None, "both"
        ),
        curves(
            rng,
            "a training loss that ends exactly where it began",
            UNDERFITTING,
            "edge",
            twist="level",
        ),
        curves(rng, "a training loss that goes up and down", FINE, "edge", twist="restless"),
        curves(rng, "a rise of exactly the gap", FINE, "edge", twist="exactly"),
        curves(rng, "a training loss of exactly the target", FINE, "edge", twist="target"),
        curves(rng, "two epochs that are as good as each other", FINE, "edge", twist="tie"),
        curves(rng, "two epochs in all", FINE, "edge", 2),
        *laid_out(layout, rng),
    ]


def oracle(case: Case) -> tuple[Target, Target]:
    """Look at the curves epoch by epoch, in the order of the rules."""
    train, validation = ([float(v) for v in case.arguments[k]] for k in ("train", "validation"))
    target, gap = case.arguments["target"], case.arguments["gap"]
    best, least = 0, float("inf")
    for epoch, loss in enumerate(validation):
        if loss < least:  # never true of nan
            best, least = epoch, loss
    if not np.isfinite(train + validation).all() or train[-1] > train[0]:
        verdict = DIVERGED
    elif validation[-1] > least * (1 + gap):
        verdict = OVERFITTING
    elif train[-1] > target:
        verdict = UNDERFITTING
    else:
        verdict = FINE
    return Target(np.array(verdict)), Target(np.array(best))


def unit_of_the_loss(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check that losses and target in another unit give the same verdict."""
    train, validation, target, gap = case.arguments.values()
    again = call(train * 8, validation * 8, target * 8, gap)
    if all(one == other for one, other in zip(again, outputs, strict=True)):
        return None
    return (
        "With all losses and the target eight times as large the verdict is another. The gap is a "
        "share of the smallest validation loss, not a number of its own."
    )


DIAGNOSE = Exercise(
    name="diagnose",
    title="what two curves say",
    arguments=("train", "validation", "target", "gap"),
    outputs=(Output("verdict"), Output("best")),
    parts=(
        Part("plain", 2, "the verdict", outputs=("verdict",)),
        Part("best", 0.5, "the best epoch", outputs=("best",)),
        Part(
            "edge",
            1,
            "limits met exactly, two signs at once, ties, two epochs",
            own_cases=True,
            needs=("plain", "best"),
        ),
        Part(
            "care",
            0.5,
            "the arguments are left alone, the unit of the loss does not count",
            aspects=(Aspect.UNTOUCHED, Aspect.PROPERTY),
            needs=("plain", "best"),
        ),
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason=(
        "Verdicts and epochs are whole numbers. The losses are drawn so that no comparison hangs "
        "on rounding: sums of powers of ½, and products of them that are exact."
    ),
    properties=(
        Property(
            "unit of the loss",
            unit_of_the_loss,
            when=lambda case: case.about.startswith("a training that"),
        ),
    ),
    mistakes=tuple(MISTAKES),
)
