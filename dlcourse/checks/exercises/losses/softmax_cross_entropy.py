"""``softmax_cross_entropy(logits, labels)``: the loss of classification, stable at any size."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.drawing import Numbers, cast, laid_out, normal, quarters, sizes
from dlcourse.checks.exercise import Aspect, Call, Case, Exercise, Output, Part, Property, Target
from dlcourse.checks.exercises.losses.mistakes.softmax_cross_entropy import MISTAKES


def batch(
    rng: np.random.Generator,
    about: str,
    shape: tuple[int, int] | None = None,
    part: str = "values",
    dtype: type = np.float32,
    numbers: Numbers = normal,
    scale: float = 1.0,
) -> Case:
    """Draw one case of ``n`` examples and ``c`` classes."""
    n, c = shape or sizes(rng, 2, low=3)
    arrays = {"logits": numbers(rng, n, c) * scale, "labels": rng.integers(0, c, n)}
    return Case(cast(arrays, dtype), about, part, facts={"n": n, "c": c, "nc": n * c})


def sure_and_wrong(rng: np.random.Generator, dtype: type) -> Case:
    """Draw examples in which another class than the label leads by ten thousand."""
    case = batch(rng, "a network that is sure, and wrong", (3, 4), "extremes", dtype)
    logits = case.arguments["logits"]
    rows = np.arange(3)
    logits[rows, (case.arguments["labels"] + rng.integers(1, 4, 3)) % 4] += 1e4
    return case


def far_from_zero(rng: np.random.Generator, about: str, sides: list[float], dtype: type) -> Case:
    """Draw examples whose logits lie around the given numbers, whole numbers apart."""
    case = batch(rng, about, (len(sides), 3), "extremes", dtype)
    logits = np.array(sides)[:, np.newaxis] + rng.integers(-3, 4, (len(sides), 3))
    arguments = {**case.arguments, "logits": logits.astype(dtype)}
    return Case(arguments, case.about, case.part, case.facts)


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw ordinary batches, then odd shapes and layouts, then extremes."""
    one, two = sizes(rng, 2, low=3)

    def layout(rng: np.random.Generator, about: str) -> Case:
        return batch(rng, about, part="shapes", dtype=np.float64)

    return [
        batch(rng, "two examples", (2, 3), dtype=np.float64, numbers=quarters),
        batch(rng, "a batch in float32"),
        batch(rng, "a batch in float64", dtype=np.float64),
        batch(rng, "as many examples as classes", (one, one)),
        batch(rng, "a single example", (1, one), "shapes"),
        batch(rng, "two classes", (two, 2), "shapes", np.float64),
        batch(rng, "a single class", (3, 1), "shapes", np.float64, quarters),
        *laid_out(layout, rng),
        batch(rng, "logits that are all equal", (3, 4), "extremes", scale=0.0),
        far_from_zero(rng, "logits around 10000", [1e4] * 3, np.float64),
        *(
            far_from_zero(rng, "logits around 10000 and -10000", [1e4, -1e4, 1e4, -1e4], dtype)
            for dtype in (np.float32, np.float64)
        ),
        sure_and_wrong(rng, np.float32),
        sure_and_wrong(rng, np.float64),
        batch(rng, "logits in the thousands", part="extremes", scale=1e3),
    ]


def oracle(case: Case) -> tuple[Target]:
    """Go through the examples one by one: the logarithm of the sum, less the label's logit."""
    (logits,) = case.in_float64("logits")
    n, classes = logits.shape
    losses, magnitudes = [], []
    for row, label in zip(logits, case.arguments["labels"], strict=True):
        highest = row.max()
        losses.append(np.log(np.sum(np.exp(row - highest))) + (highest - row[label]))
        magnitudes.append(1.0 + losses[-1] + np.abs(highest) + np.abs(row[label]))
    return (
        Target(
            np.array(sum(losses) / n),
            steps=n + classes + 8,
            magnitude=np.array(sum(magnitudes) / n),
        ),
    )


def shift_changes_nothing(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check that adding one number to all logits of an example leaves the loss as it was."""
    arguments = dict(case.arguments)
    shift = rng.choice([-8.0, -4.0, 4.0, 8.0], size=(len(arguments["logits"]), 1))
    arguments["logits"] = arguments["logits"] + shift.astype(arguments["logits"].dtype)
    (again,) = call(*arguments.values())
    # Adding rounds the logits; the shifted case allows for their size, as for any logits.
    tolerance = sum(
        oracle(one)[0].tolerance(case.precision) for one in (case, Case(arguments, case.about))
    )
    if again.shape == () and abs(float(again) - float(outputs[0])) <= tolerance:
        return None
    return (
        "Adding the same number to all logits of an example changes the loss. The softmax only "
        "sees differences of logits."
    )


def order_of_examples(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check that the loss is the same whatever the order of the examples."""
    order = rng.permutation(len(case.arguments["labels"]))
    (again,) = call(*(value[order] for value in case.arguments.values()))
    tolerance = 2 * oracle(case)[0].tolerance(case.precision)
    if again.shape == () and abs(float(again) - float(outputs[0])) <= tolerance:
        return None
    return "Putting the examples in another order changes the loss: a mean knows no order."


SOFTMAX_CROSS_ENTROPY = Exercise(
    name="softmax_cross_entropy",
    title="softmax and cross-entropy, from logits of any size",
    arguments=("logits", "labels"),
    outputs=(Output("loss"),),
    parts=(
        Part("values", 2, "the right number"),
        Part("shapes", 1, "any shape, any layout in memory", own_cases=True, needs=("values",)),
        Part(
            "extremes",
            1,
            "logits of any size, without overflow",
            own_cases=True,
            needs=("values",),
        ),
        Part(
            "care",
            1,
            "the arguments are left alone, only differences of logits count",
            aspects=(Aspect.UNTOUCHED, Aspect.PROPERTY),
            needs=("values",),
        ),
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason=(
        "A relative error of a probability is an absolute error of its logarithm, hence the 1 in "
        "the magnitude; a difference of logits is rounded by eps times their size; n losses of c "
        "terms each are summed in any order."
    ),
    properties=(
        Property("a shift changes nothing", shift_changes_nothing),
        Property("the order of the examples", order_of_examples),
    ),
    mistakes=tuple(MISTAKES),
)
