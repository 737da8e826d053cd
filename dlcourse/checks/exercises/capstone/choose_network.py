"""``choose_network(...)``: the best network that the budget allows, and one look at the test."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlcourse.checks.exercise import Aspect, Call, Case, Exercise, Output, Part, Property, Target
from dlcourse.checks.exercises.capstone.mistakes.choose_network import MISTAKES


def parameters_of(width: int, inputs: int, classes: int) -> int:
    """Count weights and biases of a network with one hidden layer."""
    return sum((inputs + 1, classes)) * width + classes


@dataclass(frozen=True)
class Scripted:
    """Stand-ins for a training and two evaluations, whose accuracies were written beforehand."""

    on_validation: dict[int, float]
    on_test: dict[int, float]

    def train(self, width: Any) -> np.ndarray:
        """Give parameters that carry the width they belong to."""
        width = int(width)
        if width not in self.on_validation:
            raise ValueError(f"train takes one of the widths, not {width}")
        return np.array([float(width), 1.0 / width, -1.0])

    def validate(self, parameters: Any) -> float:
        """Give the accuracy on the validation part."""
        return self.on_validation[self._width(parameters)]

    def test(self, parameters: Any) -> float:
        """Give the accuracy on the test part."""
        return self.on_test[self._width(parameters)]

    def _width(self, parameters: Any) -> int:
        values = np.asarray(parameters, dtype=np.float64)
        if values.shape != (3,) or values[2] != -1.0 or int(values[0]) not in self.on_validation:
            raise ValueError("expected parameters as train returns them")
        return int(values[0])


def scripted(
    about: str,
    shape: tuple[int, int],
    runs: list[tuple[int, float, float]],
    most: int,
    part: str = "",
    exactly: bool = True,
) -> Case:
    """
    Make a case of widths with their accuracies on validation and test.

    ``most`` is the largest width that the budget allows: that one exactly, or one parameter less
    than the next width has.
    """
    inputs, classes = shape
    stand_in = Scripted({w: v for w, v, _ in runs}, {w: t for w, _, t in runs})
    arguments = {
        "widths": [width for width, _, _ in runs],
        "inputs": inputs,
        "classes": classes,
        "most_parameters": parameters_of(most + (not exactly), inputs, classes) - (not exactly),
        "train": stand_in.train,
        "validate": stand_in.validate,
        "test": stand_in.test,
    }
    facts = {"most": arguments["most_parameters"], "affordable": sum(w <= most for w, _, _ in runs)}
    return Case(arguments, about, part, facts=facts)


def draw(rng: np.random.Generator) -> list[Case]:
    """
    Draw searches whose best network is neither the first, the last, the largest nor the smallest.

    Accuracies are different multiples of 1/64, except where a tie is what the case is about. Beyond
    the budget networks are better, and the test prefers another one than validation does.
    """
    u = int(rng.integers(-2, 3))

    def share(number: int) -> float:
        return (number + u) / 64

    def shape() -> tuple[int, int]:
        inputs, classes = rng.permutation(np.arange(3, 12))[:2]
        return int(inputs), int(classes)

    a, b = int(rng.integers(5, 8)), int(rng.integers(24, 31))
    return [
        scripted(
            "three widths",
            (2, 3),
            [(4, share(50), share(46)), (8, share(54), share(52)), (16, share(58), share(56))],
            8,
        ),
        scripted(
            "five widths within the budget",
            shape(),
            [
                (a, share(40), share(41)),
                (a + 13, share(43), share(50)),
                (a + 20, share(41), share(47)),
                (a + 4, share(52), share(45)),
                (a + 9, share(44), share(44)),
            ],
            a + 25,
        ),
        # Who forgets biases allows b + 1, who counts the first layer alone b + 9 as well, who
        # holds the width itself against the budget 7 b, and who ignores the budget all.
        scripted(
            "networks beyond the budget that would be better",
            shape(),
            [
                (30 * b, share(59), share(60)),
                (b - 2, share(45), share(49)),
                (b + 1, share(53), share(53)),
                (b, share(51), share(47)),
                (b - 1, share(47), share(46)),
                (7 * b, share(57), share(57)),
                (b + 9, share(55), share(54)),
            ],
            b,
            exactly=False,
        ),
        scripted(
            "two networks that are equally good",
            shape(),
            [
                (a, share(40), share(38)),
                (4 * a, share(50), share(49)),
                (2 * a, share(50), share(47)),
                (5 * a, share(44), share(51)),
            ],
            6 * a,
            "edge",
        ),
        scripted(
            "two equally good ones, the smaller first",
            shape(),
            [(2, share(41), share(42)), (3, share(49), share(45)), (7, share(49), share(48)),
             (5, share(46), share(50))],
            9,
            "edge",
        ),
        scripted(
            "a training that diverged",
            shape(),
            [(a, share(42), share(40)), (a + 1, math.nan, share(10)), (a + 3, share(47), share(46)),
             (a + 2, share(44), share(49))],
            a + 5,
            "edge",
        ),
        scripted(
            "a training that diverged first",
            shape(),
            [(3, math.nan, share(12)), (9, share(45), share(43)), (6, share(48), share(44)),
             (4, share(41), share(47))],
            9,
            "edge",
        ),
        scripted(
            "networks that get nothing right",
            shape(),
            [(5, 0.0, 2 / 64), (3, 0.0, 1 / 64), (4, 0.0, 3 / 64)],
            5,
            "edge",
        ),
        scripted("a single width", shape(), [(a, share(50), share(48))], a, "edge"),
    ]  # fmt: skip


def oracle(case: Case) -> tuple[Target, Target, Target]:
    """Sort: by accuracy on validation, then by size."""
    widths, inputs, classes, most, train, validate, test = case.arguments.values()
    ranked = []
    for width in widths:
        accuracy = validate(train(width))
        if parameters_of(width, inputs, classes) <= most and not math.isnan(accuracy):
            ranked.append((-accuracy, width))
    worse, width = sorted(ranked)[0]
    return (
        Target(np.array(width)),
        Target(np.array(-worse + 0.0)),
        Target(np.array(float(test(train(width))))),
    )


def one_look(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check that the test is looked at once, and that no network is trained in vain."""
    made = {"train": 0, "validate": 0, "test": 0}

    def counted(name: str) -> Callable[[Any], Any]:
        def function(value: Any) -> Any:
            made[name] += 1
            return case.arguments[name](value)

        return function

    call(*{**case.arguments, **{name: counted(name) for name in made}}.values())
    if made["test"] != 1:
        return (
            f"Your results are right, but test is called {made['test']} times. Whoever looks at "
            f"the test more than once has begun to choose by it."
        )
    affordable = case.facts["affordable"]
    for name in ("train", "validate"):
        if made[name] != affordable:
            return (
                f"Your results are right, but {name} is called {made[name]} times, and the budget "
                f"allows {affordable} of the networks. Call it once for each of these, keep what "
                f"it returns, and leave the others alone."
            )
    return None


CHOOSE_NETWORK = Exercise(
    name="choose_network",
    title="the choice on validation, and one look at the test",
    arguments=("widths", "inputs", "classes", "most_parameters", "train", "validate", "test"),
    outputs=(Output("width"), Output("validation_accuracy"), Output("test_accuracy")),
    parts=(
        Part("choice", 2, "the chosen width and its accuracy on validation"),
        Part("test", 1, "its accuracy on the test", outputs=("test_accuracy",)),
        Part(
            "edge",
            1,
            "ties, trainings that diverged, networks that get nothing right, a single width",
            own_cases=True,
            needs=("choice", "test"),
        ),
        Part(
            "care",
            1,
            "one look at the test, one training for each network that the budget allows",
            aspects=(Aspect.UNTOUCHED, Aspect.PROPERTY),
            needs=("choice", "test"),
        ),
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason="The accuracies are passed on as they are.",
    properties=(Property("one look", one_look),),
    mistakes=tuple(MISTAKES),
)
