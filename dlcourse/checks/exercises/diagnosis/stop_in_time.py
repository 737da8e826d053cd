"""``stop_in_time(w, step, train_loss, validation_loss, patience, epochs)``: overfitting."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlcourse.checks.exercise import Call, Case, Exercise, Output, Property, Target
from dlcourse.checks.exercises.diagnosis.mistakes.stop_in_time import MISTAKES
from dlcourse.checks.exercises.diagnosis.programs import program_parts


def onwards(w: Any) -> np.ndarray:
    """Stand in for an epoch of training: w[0] counts the epochs, w[1] is something learnt."""
    w = np.asarray(w, dtype=np.float64)
    return np.array([w[0] + 1.0, w[1] * 0.5 + 1.0])


def recorded(losses: np.ndarray) -> Any:
    """Give the loss that was recorded for the epoch in which w[0] says that it is."""

    def loss(w: Any) -> float:
        epoch = round(float(np.asarray(w)[0]))
        if not 0 <= epoch < len(losses):
            raise ValueError(f"there is no epoch {epoch}: {len(losses) - 1} were recorded")
        return float(losses[epoch])

    return loss


def script(
    about: str,
    losses: list[int],
    patience: int,
    rng: np.random.Generator,
    part: str = "values",
    epochs: int | None = None,
) -> Case:
    """Record a training: validation losses as given, in some unit, training losses that fall."""
    validation = np.array(losses) * float(rng.choice([0.125, 0.25, 0.5]))
    train = np.linspace(2.0, 0.5, len(losses)) * validation[0]
    arguments = {
        "w": np.array([0.0, float(rng.integers(1, 9))]),
        "step": onwards,
        "train_loss": recorded(train),
        "validation_loss": recorded(validation),
        "patience": patience,
        "epochs": len(losses) - 1 if epochs is None else epochs,
    }
    return Case(arguments, about, part, facts={"patience": patience, "epochs": arguments["epochs"]})


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw curves with one valley and with two, plateaus, noise, and the limits of the rule."""
    deep = int(rng.integers(3, 5))
    down = sorted(rng.choice(np.arange(40, 60), deep, replace=False), reverse=True)
    up = sorted(rng.choice(np.arange(41, 80), 8, replace=False))
    valley = [60, *(int(v) for v in down), 39, *(int(v) for v in up)]
    lower = int(rng.integers(20, 25))
    # A second, deeper valley that a patience of 3 reaches and one of 2 does not.
    twice = [60, 50, 40, 46, 44, lower, 47, 48, 49, 50, 51]
    late = [60, 50, 40, 46, 44, 47, lower, 48, 49, 50, 51]
    far = [60, 50, 40, 46, 44, 47, 48, 49, 50, lower, 51]
    noisy = [60, 52, 55, 48, 51, 44, 47, 40, 45, 46, 50, 43, 52, 53]
    return [
        script("one valley", valley, 2, rng),
        script("one valley, patience 4", valley, 4, rng),
        script("a second valley within the patience", twice, 3, rng),
        script("a second valley just beyond the patience", late, 3, rng),
        script("a second valley far beyond the patience", far, 3, rng),
        script("a noisy curve", noisy, 3, rng),
        script("a plateau: as good is no improvement", [60, 50, 40, 40, 40, 40, 30, 20], 3, rng),
        script("a curve that falls to the end", [60, 50, 45, 40, 38, 30], 2, rng, "edge"),
        script("a curve that rises from the start", [30, 31, 35, 40, 41, 45, 50], 2, rng, "edge"),
        script("patience 1", [60, 50, 55, 40, 30, 20], 1, rng, "edge"),
        script("a patience that is longer than the training", valley, 50, rng, "edge"),
        script("one epoch", [60, 50], 3, rng, "edge"),
        script("fewer epochs than there might be", twice, 3, rng, "edge", epochs=4),
    ]


def oracle(case: Case) -> tuple[Target, Target]:
    """Look at the whole recorded curve at once and find where the rule stops."""
    _, step, _, validation_loss, patience, epochs = case.arguments.values()
    (w,) = case.in_float64("w")
    path = [w]
    for _ in range(epochs):
        path.append(step(path[-1]))
    losses = [validation_loss(one) for one in path]
    # The best of the first epochs, as long as the training goes on: until an epoch lies
    # ``patience`` behind the best that was met before it.
    best = 0
    for epoch in range(1, epochs + 1):
        if epoch - best > patience:
            break
        if losses[epoch] < losses[best]:
            best = epoch
    return Target(path[best], steps=2), Target(np.array(best))


def epochs_made(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check that the training really stops, and does not only look back at the end."""
    made = 0

    def counted(w: Any) -> np.ndarray:
        nonlocal made
        made += 1
        return onwards(w)

    call(*{**case.arguments, "step": counted}.values())
    patience, epochs = case.arguments["patience"], case.arguments["epochs"]
    wanted = min(int(outputs[1]) + patience, epochs)
    if made == wanted:
        return None
    return (
        f"You return the right parameters, but step is called {made} times, expected {wanted}: "
        f"the best epoch was number {int(outputs[1])}, and the training ends {patience} epochs "
        f"after it."
    )


STOP_IN_TIME = Exercise(
    name="stop_in_time",
    title="mend a training that overfits",
    arguments=("w", "step", "train_loss", "validation_loss", "patience", "epochs"),
    outputs=(Output("w"), Output("epoch")),
    parts=program_parts(
        "the mended training",
        "curves that only fall or only rise, patience 1, few epochs",
        "the arguments are left alone, no epoch is trained in vain",
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason=(
        "The losses are recorded and compared exactly; w is what step has returned: one product "
        "with ½ and a sum."
    ),
    properties=(
        Property(
            "epochs made",
            epochs_made,
            when=lambda case: case.about in ("one valley", "a second valley within the patience"),
        ),
    ),
    mistakes=tuple(MISTAKES),
)
