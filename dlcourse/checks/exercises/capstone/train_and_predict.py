"""``train_and_predict(x_train, y_train, x_test, …)``: a whole network, scored on hidden labels."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlcourse.checks.exercise import (
    Aspect,
    Call,
    Case,
    Exercise,
    Output,
    Part,
    Property,
    Speed,
    Target,
)
from dlcourse.checks.exercises.capstone.mistakes.train_and_predict import MISTAKES
from dlcourse.checks.exercises.capstone.real_data import drawn

MIXED = "scans of digits"
SORTED = "scans of digits, sorted by class as many files are"
UNITS = "analyses of wines, sorted by class and in the laboratory's units"

# A share of the baseline's errors, and how far below its accuracy is admitted where rows are few.
# Over a thousand draws right answers of five kinds stay clear of both.
OF_ITS_ERRORS = 0.8
BELOW = 0.1


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw wines as their file has them, digits in a mixed order, and digits sorted by class."""
    return [
        drawn(rng, "wine", UNITS, 100, 78, int(rng.integers(10, 14)), "units", in_order=True),
        drawn(rng, "digits", MIXED, 800, 600, int(rng.integers(21, 26))),
        drawn(rng, "digits", SORTED, 300, 400, int(rng.integers(21, 26)), "sorted", in_order=True),
    ]


def oracle(case: Case) -> tuple[Target, Target]:
    """
    Say what a prediction looks like: a number for each row of ``x_test``, whichever it is.

    No element has one right value. What the predictions are worth is for the properties to say,
    which know the hidden labels.
    """
    anything = np.zeros(len(case.arguments["x_test"]))
    return (
        Target(anything, steps=np.inf, magnitude=np.ones(len(anything))),
        Target(np.zeros(()), steps=np.inf, magnitude=np.ones(())),
    )


Outputs = tuple[np.ndarray, ...]


def accuracy(predictions: np.ndarray, case: Case) -> float:
    """Share of the hidden labels that the predictions hit."""
    return float(np.mean(predictions == case.hidden["y_test"]))


def are_classes(call: Call, case: Case, outputs: Outputs, rng: np.random.Generator) -> str | None:
    """Check that every prediction is the number of a class."""
    odd = ~np.isin(outputs[0], np.arange(case.facts["classes"]))
    if not odd.any():
        return None
    first = int(np.argmax(odd))
    return (
        f"predictions[{first}] is {outputs[0][first]:g}, expected the number of a class: a whole "
        f"number from 0 to {case.facts['classes'] - 1}."
    )


def is_in_budget(call: Call, case: Case, outputs: Outputs, rng: np.random.Generator) -> str | None:
    """Check the number of parameters that the function says it has trained."""
    count, most = float(outputs[1]), case.facts["most"]
    if count == int(count) and 1 <= count <= most:
        return None
    if count > most:
        return f"Your network has {count:g} parameters, and the budget is {most}."
    return f"parameters is {count:g}, expected how many weights and biases were trained."


def reaches(wanted: Any, described: str) -> Any:
    """Make the check that the accuracy is as high as ``wanted(case)``."""

    def violation(call: Call, case: Case, outputs: Outputs, rng: np.random.Generator) -> str | None:
        reached, needed = accuracy(outputs[0], case), wanted(case)
        if reached >= needed:
            return None
        return (
            f"{reached:.1%} of the hidden labels are predicted right; {needed:.1%} are needed, "
            f"{described}. {suspicion(call, case, outputs[0], needed, rng)}".rstrip()
        )

    return violation


def suspicion(
    call: Call, case: Case, predictions: np.ndarray, needed: float, rng: np.random.Generator
) -> str:
    """Say what the cause may be, by training again on data from which one trap is removed."""
    kinds = np.unique(predictions)
    if len(kinds) == 1:
        return (
            f"Every prediction is class {kinds[0]:g}: are there nan among the logits, does the "
            f"training move the weights, do the columns go through as they came?"
        )
    x_train, y_train, x_test, *rest = case.arguments.values()
    mixed = rng.permutation(len(x_train))

    def would_do(x: np.ndarray, y: np.ndarray, asked: np.ndarray) -> bool:
        again = call(x, y, asked, *rest)[0]
        return again.shape == predictions.shape and accuracy(again, case) >= needed

    if case.part and would_do(x_train[mixed], y_train[mixed], x_test):
        return (
            "With the same rows in a mixed order your function does well: it depends on the order "
            "of the file. Shuffle in every epoch."
        )
    mean, spread = x_train.mean(axis=0), x_train.std(axis=0)
    spread[spread == 0] = 1.0
    if would_do((x_train - mean) / spread, y_train, (x_test - mean) / spread):
        return (
            "With standardized columns your function does well: standardize, with the mean and "
            "deviation of x_train."
        )
    return ""


def halfway(case: Case) -> float:
    """Give the accuracy halfway from always the most frequent class to the nearest mean."""
    return (case.hidden["most_frequent"] + case.hidden["baseline"]) / 2


def of_the_baseline(case: Case) -> float:
    """Give the accuracy of the nearest mean."""
    return float(case.hidden["baseline"])


def fewer_errors(case: Case) -> float:
    """Give the accuracy with a share of the nearest mean's errors."""
    return 1 - OF_ITS_ERRORS * (1 - float(case.hidden["baseline"]))


def not_far_below(case: Case) -> float:
    """Give an accuracy a little below the nearest mean's: from few rows not much more is sure."""
    return float(case.hidden["baseline"]) - BELOW


def the_same_again(
    call: Call, case: Case, outputs: Outputs, rng: np.random.Generator
) -> str | None:
    """Check that the seed decides, and that a row's prediction does not depend on other rows."""
    x_train, y_train, x_test, *rest = case.arguments.values()
    if not np.array_equal(call(x_train, y_train, x_test, *rest)[0], outputs[0]):
        return (
            "Called again with the same arguments, your function predicts otherwise: draw every "
            "random number from np.random.default_rng(seed)."
        )
    strangers = 1000 * rng.standard_normal((20, x_test.shape[1])) * x_test.std(axis=0)
    among = call(x_train, y_train, np.concatenate([x_test, strangers]), *rest)[0]
    if len(among) == len(x_test) + 20 and np.array_equal(among[: len(x_test)], outputs[0]):
        return None
    return (
        "With more rows in x_test, predictions for the rows before them change: a prediction may "
        "depend on its own row and on the training data, never on other rows of the test."
    )


def some_steps(
    x_train: np.ndarray,
    y_train: np.ndarray,
    x_test: np.ndarray,
    classes: int,
    most_parameters: int,
    seed: int,
) -> np.ndarray:
    """Take a hundred steps with a small network, the measure of what training costs here."""
    rng = np.random.default_rng(seed)
    w, v = rng.normal(0, 0.1, (x_train.shape[1], 20)), rng.normal(0, 0.1, (20, classes))
    for _ in range(100):
        rows = rng.integers(0, len(x_train), 32)
        x = x_train[rows]
        hidden = np.maximum(x @ w, 0)
        powers = np.exp(np.minimum(hidden @ v, 30))
        powers /= powers.sum(axis=1, keepdims=True)
        powers[np.arange(32), y_train[rows]] -= 1
        back = (powers @ v.T) * (hidden > 0)
        w -= 1e-4 * (x.T @ back)
        v -= 1e-4 * (hidden.T @ powers)
    return w


def on(*parts: str) -> Any:
    """Try a property on the cases of these parts only."""
    return lambda case: case.part in parts


TRAIN_AND_PREDICT = Exercise(
    name="train_and_predict",
    title="a network of your own, scored on hidden labels",
    arguments=("x_train", "y_train", "x_test", "classes", "most_parameters", "seed"),
    outputs=(Output("predictions"), Output("parameters")),
    parts=(
        Part("form", 1, "a class for each row, from a network within the budget"),
        Part("learns", 1, "it learns something", own_cases=True, needs=("form",)),
        Part(
            "means", 1, "it is better than the nearest class mean", own_cases=True, needs=("form",)
        ),
        Part("network", 1.5, "it makes 20 % fewer mistakes", own_cases=True, needs=("form",)),
        Part("sorted", 1.5, "it learns from rows sorted by class", own_cases=True, needs=("form",)),
        Part("units", 1.5, "it learns from columns in any unit", own_cases=True, needs=("form",)),
        Part(
            "seconds",
            0.5,
            "it stays within its time",
            aspects=(Aspect.SPEED,),
            needs=("learns",),
        ),
        Part(
            "care",
            1,
            "the seed decides, each row is predicted by itself, the arguments are left alone",
            aspects=(Aspect.UNTOUCHED, Aspect.PROPERTY),
            needs=("learns",),
        ),
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason=(
        "Any prediction is admitted as such; accuracies are compared with a baseline that is "
        "measured on the same draw, so that an unlucky draw is unlucky for both."
    ),
    properties=(
        Property("classes", are_classes, part="form"),
        Property("budget", is_in_budget, part="form"),
        Property(
            "learns",
            reaches(halfway, "halfway from the most frequent class to the nearest class mean"),
            on(""),
            "learns",
        ),
        Property(
            "means",
            reaches(of_the_baseline, "what the nearest class mean reaches"),
            on(""),
            "means",
        ),
        Property(
            "network",
            reaches(fewer_errors, "20 % fewer mistakes than the nearest class mean makes"),
            on(""),
            "network",
        ),
        Property(
            "sorted",
            reaches(not_far_below, "ten of a hundred less than the nearest class mean reaches"),
            on("sorted"),
            "sorted",
        ),
        Property(
            "units",
            reaches(not_far_below, "ten of a hundred less than the nearest class mean reaches"),
            on("units"),
            "units",
        ),
        Property("the same again", the_same_again, on("units"), "care"),
    ),
    mistakes=tuple(MISTAKES),
    speed=Speed(
        lambda rng: drawn(rng, "digits", MIXED, 800, 100, 20),
        some_steps,
        100.0,
        "a hundred steps with 20 hidden units",
        rounds=3,
    ),
)
