"""``stopping_epoch(values, patience, minimum_change, mode)``: when to stop, and which was best."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.drawing import LAYOUTS
from dlcourse.checks.exercise import Call, Case, Exercise, Output, Part, Property, Target
from dlcourse.checks.exercises.loop.curves import UNIT, curve, stopped
from dlcourse.checks.exercises.loop.mistakes.stopping_epoch import MISTAKES


def recorded(
    rng: np.random.Generator,
    about: str,
    moves: str,
    patience: int,
    part: str,
    change: int = 0,
    dtype: type = np.float64,
) -> Case:
    """Write a curve of losses or, for the part "accuracy", its mirror image."""
    values = curve(rng, moves, change)
    mode = "min"
    if part == "accuracy":
        values, mode = 5 - values, "max"
    arguments = {
        "values": values.astype(dtype),
        "patience": patience,
        "minimum_change": change * UNIT,
        "mode": mode,
    }
    facts = {"patience": patience, "n": len(values), "minimum_change": change * UNIT, "mode": mode}
    return Case(arguments, about, part, facts)


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw curves of each kind: which moves follow each other is written down, how far is drawn."""
    few, many = int(rng.integers(2, 4)), int(rng.integers(4, 6))
    falls = "I" * int(rng.integers(2, 5))
    change = int(rng.integers(4, 9))
    cases = [
        recorded(rng, "losses that fall, then rise", f"{falls}{'w' * few}IIw", few, "loss"),
        recorded(rng, "losses that recover in time", f"{falls}wIwI{'w' * many}Iw", many, "loss"),
        recorded(rng, "losses that jump and creep back", f"Iw{'d' * few}Iw", few, "loss"),
        recorded(rng, "losses that recover twice", "IwwIwwIwwwI", 3, "loss"),
        recorded(rng, "losses that keep falling", f"{falls}{falls}", few, "loss"),
        recorded(rng, "losses that end before patience does", f"{falls}w", many, "loss"),
        recorded(rng, "accuracies that rise, then fall", f"{falls}{'w' * few}Iw", few, "accuracy"),
        recorded(rng, "accuracies that recover", f"{falls}wwI{'w' * many}Iw", many, "accuracy"),
        recorded(rng, "accuracies that only fall", "I" + "w" * many, many + 3, "accuracy"),
        recorded(rng, "accuracies that stay the same", f"{falls}{'e' * few}I", few, "accuracy"),
        recorded(rng, "improvements that are too small", "IIsssIsI", 3, "change", change),
        recorded(rng, "improvements by just the minimum", "IIeeeIwI", 3, "change", change),
        recorded(rng, "small and large improvements", "IsIsIsssI", 3, "change", change),
        recorded(rng, "improvements that add up", "IseIwwwI", 3, "change", change),
        recorded(rng, "epochs that are hardly worse", "IIvvvvI", 4, "change", change),
        recorded(rng, "a jump larger than the minimum", "IIwwwwI", 4, "change", change),
        recorded(rng, "a patience of 1", f"{falls}wIw", 1, "corners"),
        recorded(rng, "a tie with the best", f"I{'e' * few}I", few, "corners"),
        recorded(rng, "ties and worse epochs", "IeweIww", 3, "corners"),
        recorded(rng, "one epoch", "I", few, "corners"),
        recorded(rng, "the first epoch the best", f"I{'w' * many}Iw", many, "corners"),
        recorded(rng, "a loss that is not a number", "IIwnIwwwI", 3, "corners"),
        recorded(rng, "a first loss that is not a number", "nIwwI", 2, "corners"),
        recorded(rng, "losses none of which is a number", "nnnn", 2, "corners"),
        recorded(rng, "float32", f"{falls}ww{'d' * few}Iw", few + 2, "corners", 3, np.float32),
    ]
    for about, layout in LAYOUTS.items():
        case = recorded(rng, about, f"{falls}wI{'w' * few}I", few, "corners")
        arguments = {**case.arguments, "values": layout(case.arguments["values"])}
        cases.append(Case(arguments, about, case.part, case.facts))
    return cases


def oracle(case: Case) -> tuple[Target, Target]:
    """Look at the whole past again in every epoch."""
    values = [float(value) for value in case.arguments["values"]]
    last, best = stopped(
        values,
        case.arguments["patience"],
        case.arguments["minimum_change"],
        largest=case.arguments["mode"] == "max",
    )
    return Target(np.array(last)), Target(np.array(best))


def what_follows_the_stop_does_not_matter(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check that the curve may go on in any way after the stop."""
    stop = int(outputs[0])
    arguments = dict(case.arguments)
    values = np.array(arguments["values"])
    further = rng.integers(-200, 200, 4) * UNIT
    arguments["values"] = np.concatenate([values[:stop], further]).astype(values.dtype)
    again = call(*arguments.values())
    if all(one == other for one, other in zip(again, outputs, strict=True)):
        return None
    return (
        f"The answer changes with values that come after epoch {stop}, where training ends. When "
        f"it is time to stop, they are not known."
    )


STOPPING_EPOCH = Exercise(
    name="stopping_epoch",
    title="early stopping on a loss or an accuracy",
    arguments=("values", "patience", "minimum_change", "mode"),
    outputs=(Output("stop"), Output("best")),
    parts=(
        Part("loss", 2, "stopping on a loss", own_cases=True),
        Part("accuracy", 1, "stopping on an accuracy", own_cases=True),
        Part("change", 1, "the minimum change", own_cases=True, needs=("loss",)),
        Part(
            "corners",
            1,
            "ties, NaN, a patience of 1, any layout in memory",
            own_cases=True,
            needs=("loss",),
        ),
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason=(
        "Numbers of epochs, which have to be right. The recorded values are multiples of 1/64, so "
        "that no comparison hangs on rounding."
    ),
    properties=(
        Property(
            "what follows the stop does not matter",
            what_follows_the_stop_does_not_matter,
            when=lambda case: (
                case.about in ("losses that fall, then rise", "accuracies that rise, then fall")
            ),
        ),
    ),
    mistakes=tuple(MISTAKES),
)
