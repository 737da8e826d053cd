"""``softmax_cross_entropy_backward(logits, labels)``: where a classifier's gradients start."""

from __future__ import annotations

import numpy as np

from dlcourse.checks.drawing import Numbers, cast, laid_out, normal, quarters, sizes
from dlcourse.checks.exercise import CARE, Call, Case, Exercise, Output, Part, Property, Target
from dlcourse.checks.exercises.backprop.mistakes.softmax_cross_entropy_backward import MISTAKES


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


def far_apart(rng: np.random.Generator, dtype: type) -> Case:
    """Draw examples whose logits lie around +1000 and around −1000 in the same batch."""
    case = batch(rng, "logits around 1000 and -1000", (4, 3), "extremes", dtype)
    sides = np.array([1e3, -1e3, 1e3, -1e3])[:, np.newaxis]
    # Whole numbers apart, so that the softmax is the same in both dtypes.
    apart = rng.integers(-3, 4, (4, 3))
    arguments = {**case.arguments, "logits": (sides + apart).astype(dtype)}
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
        far_apart(rng, np.float32),
        far_apart(rng, np.float64),
        batch(rng, "logits in the thousands", part="extremes", scale=1e3),
        batch(rng, "logits in the thousands", part="extremes", dtype=np.float64, scale=1e3),
    ]


def oracle(case: Case) -> tuple[Target]:
    """Go through the examples one by one: shifted exponentials, normalized, minus the label's 1."""
    (logits,) = case.in_float64("logits")
    labels = case.arguments["labels"]
    n, classes = logits.shape
    dlogits, magnitude, steps = (np.zeros_like(logits) for _ in range(3))
    for row, label in enumerate(labels):
        exponentials = np.exp(logits[row] - logits[row].max())
        probabilities = exponentials / exponentials.sum()
        truth = np.arange(classes) == label
        dlogits[row] = (probabilities - truth) / n
        magnitude[row] = (probabilities + truth) / n
        size = np.abs(logits[row])
        steps[row] = classes + 8 + size + size.max()
    return (Target(dlogits, steps=steps, magnitude=magnitude),)


def rows_sum_to_zero(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check that what one class gains the others lose: each row sums to zero."""
    (target,) = oracle(case)
    sums = outputs[0].astype(np.float64).sum(axis=1)
    wrong = np.abs(sums) > target.tolerance(case.precision).sum(axis=1)
    if not wrong.any():
        return None
    row = int(np.argmax(wrong))
    return (
        f"Row {row} of dlogits sums to {sums[row]:.4g}, expected 0: the probabilities sum to 1, "
        f"and so does the label's row."
    )


def shift_changes_nothing(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check that adding one number to all logits of an example leaves its gradient as it was."""
    arguments = dict(case.arguments)
    shift = rng.choice([-8.0, -4.0, 4.0, 8.0], size=(len(arguments["logits"]), 1))
    arguments["logits"] = arguments["logits"] + shift.astype(arguments["logits"].dtype)
    (again,) = call(*arguments.values())
    # Adding rounds the logits; the shifted case allows for their size, as for any logits.
    tolerance = sum(
        oracle(one)[0].tolerance(case.precision) for one in (case, Case(arguments, case.about))
    )
    if again.shape == outputs[0].shape and np.all(np.abs(again - outputs[0]) <= tolerance):
        return None
    return (
        "Adding the same number to all logits of an example changes its gradient. The softmax only "
        "sees differences of logits."
    )


def doubled_batch_halves(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check the average: in a batch of twice the size every example weighs half."""
    arguments = {name: np.concatenate([value] * 2) for name, value in case.arguments.items()}
    (again,) = call(*arguments.values())
    (target,) = oracle(case)
    n = len(outputs[0])
    if again.shape == (2 * n, *outputs[0].shape[1:]) and np.all(
        np.abs(2.0 * again[:n] - outputs[0]) <= 2 * target.tolerance(case.precision)
    ):
        return None
    return (
        "With every example twice in the batch, each should weigh half: the loss is the mean over "
        "the batch."
    )


SOFTMAX_CROSS_ENTROPY_BACKWARD = Exercise(
    name="softmax_cross_entropy_backward",
    title="the gradient of softmax and cross-entropy together",
    arguments=("logits", "labels"),
    outputs=(Output("dlogits", like="logits"),),
    parts=(
        Part("values", 2, "the right numbers"),
        Part("shapes", 1, "any shape, any layout in memory", own_cases=True, needs=("values",)),
        Part(
            "extremes",
            2,
            "logits of any size, without overflow",
            own_cases=True,
            needs=("values",),
        ),
        Part(
            "care",
            1,
            "the dtype is kept, the arguments are left alone, rows sum to 0",
            aspects=CARE,
            needs=("values",),
        ),
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason=(
        "A probability is exp of a difference of two numbers as large as the logits. Rounding "
        "that difference moves the exponent by eps times their size, and so the probability by "
        "that share; summing over the classes and the last operations add c + 8 roundings."
    ),
    properties=(
        Property("rows sum to zero", rows_sum_to_zero),
        Property("a shift changes nothing", shift_changes_nothing),
        Property("a doubled batch halves", doubled_batch_halves),
    ),
    mistakes=tuple(MISTAKES),
)
