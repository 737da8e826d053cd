"""``check_gradient(f, x, dy, dx)``: is ``dx`` the gradient? Scored on its verdicts."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from dlcourse.checks.exercise import Aspect, Call, Case, Exercise, Output, Part, Property, Target
from dlcourse.checks.exercises.backprop import passes
from dlcourse.checks.exercises.backprop.mistakes.check_gradient import MISTAKES
from dlcourse.checks.exercises.backprop.passes import Pass, balanced

# What the lab's text promises: rounding of a float32 backward pass, about 1e-7, passes; a bug of
# a hundredth of the largest entry fails. A learner's threshold may lie anywhere between.
SMALLEST_BUG = 0.01


def case(
    drawn: Pass, about: str, part: str, right: bool, dx: np.ndarray | None = None, **changed
) -> Case:
    """Ask whether ``dx``, the right gradient unless given, is the gradient."""
    arguments = {
        "f": drawn.f,
        "x": drawn.x,
        "dy": drawn.dy,
        "dx": drawn.dx if dx is None else dx,
        **changed,
    }
    arguments = {
        name: value.copy(order="K") if isinstance(value, np.ndarray) else value
        for name, value in arguments.items()
    }
    return Case(arguments, about, part, hidden={"right": right})


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw plain verdicts first, then bugs that hide, then right gradients that look odd."""
    return [*plain_verdicts(rng), *hidden_bugs(rng), *odd_but_right(rng)]


def some(
    kind: Callable[..., Pass],
    rng: np.random.Generator,
    shape: tuple[int, int] | None = None,
    fits: Callable[[Pass], bool] = lambda drawn: True,
    **options: float,
) -> Pass:
    """Draw a pass, of a random shape unless one is given."""
    n, i = shape or (int(rng.integers(2, 4)), int(rng.integers(3, 6)))
    return balanced(partial(kind, rng, n, i, **options), fits)


def differs(drawn: Pass, dx: np.ndarray) -> bool:
    """Whether ``dx`` is wrong by far more than the smallest bug that has to be found."""
    return bool(np.abs(dx - drawn.dx).max() > 5 * SMALLEST_BUG * np.abs(drawn.dx).max())


def plain_verdicts(rng: np.random.Generator) -> list[Case]:
    """Draw right gradients, and gradients that are wrong all over."""
    group = "verdicts"
    dense, tanh, softmax = (some(kind, rng) for kind in (passes.dense, passes.tanh, passes.softmax))
    relu, loss = some(passes.relu, rng), some(passes.cross_entropy, rng)
    return [
        case(dense, "the right gradient of a dense layer", group, True),
        case(dense, "a gradient that is twice too large", group, False, 2 * dense.dx),
        case(tanh, "the right gradient of tanh", group, True),
        case(tanh, "a gradient with the wrong sign", group, False, -tanh.dx),
        case(softmax, "the right gradient of softmax", group, True),
        case(
            softmax,
            "a gradient of zeros, where the right one is not zero",
            group,
            False,
            np.zeros_like(softmax.dx),
        ),
        case(relu, "the right gradient of ReLU", group, True),
        case(relu, "a ReLU mask on the wrong side", group, False, relu.dy - relu.dx),
        case(loss, "the right gradient of softmax with cross-entropy", group, True),
        case(
            loss,
            "a gradient without the average over the batch",
            group,
            False,
            loss.dx * len(loss.x),
        ),
    ]


def float32_shows(drawn: Pass) -> bool:
    """Whether rounding to float32 changes the gradient by a few hundred-millionths of its size."""
    change = np.abs(drawn.dx.astype(np.float32) - drawn.dx).max()
    return bool(change > 2e-8 * np.abs(drawn.dx).max())


def wrong_on_one_side(drawn: Pass) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Spoil a gradient where x is negative, where it is positive itself, where it is negative."""
    return tuple(
        np.where(side, 0.7 * drawn.dx, drawn.dx)
        for side in (drawn.x < 0, drawn.dx > 0, drawn.dx < 0)
    )  # type: ignore[return-value]


def hidden_bugs(rng: np.random.Generator) -> list[Case]:
    """Draw gradients that are almost right."""
    group = "subtle"
    # The largest entry of the middle row, so that neither the first nor the last row shows it.
    dense = some(
        passes.dense,
        rng,
        (3, 4),
        fits=lambda drawn: np.abs(drawn.dx[1]).max() > 0.7 * np.abs(drawn.dx).max(),
    )
    one_entry = dense.dx.copy()
    one_entry[1, np.argmax(np.abs(dense.dx[1]))] *= rng.choice([0.5, 1.5])
    last_row = dense.dx.copy()
    last_row[-1] = 0
    cancelling = dense.dx.copy()
    cancelling.flat[0] += 0.3 * np.abs(dense.dx).max()
    cancelling.flat[-1] -= 0.3 * np.abs(dense.dx).max()
    cube = some(passes.cube, rng)
    sided = some(
        passes.tanh,
        rng,
        fits=lambda drawn: all(differs(drawn, dx) for dx in wrong_on_one_side(drawn)),
    )
    negative_x, positive_dx, negative_dx = wrong_on_one_side(sided)
    square = some(passes.dense, rng, (3, 3), fits=lambda drawn: differs(drawn, drawn.dx.T))
    tiny, huge = (some(passes.cube, rng, scale=scale) for scale in (1e-7, 1e7))
    with_nan = cube.dx.copy()
    with_nan.flat[int(rng.integers(cube.dx.size))] = np.nan
    return [
        case(dense, "a gradient with a bug in a single entry", group, False, one_entry),
        case(dense, "a gradient whose last row is zero", group, False, last_row),
        case(dense, "a gradient with two bugs that cancel in the sum", group, False, cancelling),
        case(cube, "a gradient that is 5 percent too large", group, False, 1.05 * cube.dx),
        case(cube, "a gradient that is 5 percent too small", group, False, 0.95 * cube.dx),
        case(sided, "a gradient that is wrong only where x < 0", group, False, negative_x),
        case(sided, "a gradient whose positive entries are too small", group, False, positive_dx),
        case(sided, "a gradient whose negative entries are too small", group, False, negative_dx),
        case(square, "the transpose of the right gradient", group, False, square.dx.T),
        case(tiny, "a wrong gradient of size 1e-7", group, False, 2 * tiny.dx),
        case(huge, "a wrong gradient of size 1e7", group, False, 1.1 * huge.dx),
        case(cube, "a gradient with NaN in it", group, False, with_nan),
        case(dense, "a gradient of the wrong shape", group, False, dense.dx[:1]),
    ]


def odd_but_right(rng: np.random.Generator) -> list[Case]:
    """Draw right gradients that a careless checker refuses, and one bug that it accepts."""
    group = "fair"
    rounded = some(passes.dense, rng, fits=float32_shows)
    relu = some(passes.relu, rng)
    tiny, huge = (some(passes.cube, rng, scale=scale) for scale in (1e-7, 1e7))
    square = some(passes.square, rng)
    curved, fortran = some(passes.cube, rng), some(passes.tanh, rng)
    narrow = some(passes.tanh, rng)
    at_float32 = narrow.x.astype(np.float32)
    exact_there = narrow.dy * (1 - np.tanh(at_float32.astype(np.float64)) ** 2)
    row, single = some(passes.softmax, rng, (1, 4)), some(passes.tanh, rng, (1, 1))
    dead = some(passes.relu, rng)
    dead = Pass(dead.f, -np.abs(dead.x), dead.dy, np.zeros_like(dead.dx))
    return [
        case(curved, "the right gradient of a strongly curved function", group, True),
        case(square, "the right gradient of a square", group, True),
        case(
            rounded,
            "the right gradient, computed in float32",
            group,
            True,
            rounded.dx.astype(np.float32),
        ),
        case(tiny, "a right gradient of size 1e-7", group, True),
        case(huge, "a right gradient of size 1e7", group, True),
        case(relu, "a right gradient with zeros in it", group, True),
        case(dead, "a right gradient that is zero everywhere", group, True),
        case(narrow, "an x in float32", group, True, exact_there, x=at_float32),
        case(
            narrow,
            "an x in float32 and a wrong gradient",
            group,
            False,
            1.1 * exact_there,
            x=at_float32,
        ),
        case(fortran, "an x in Fortran order", group, True, x=np.asfortranarray(fortran.x)),
        case(row, "a single example", group, True),
        case(single, "a single number", group, True),
    ]


def oracle(case: Case) -> tuple[Target]:
    """Tell whether the gradient is right, as was decided when it was made."""
    return (Target(np.array(case.hidden["right"])),)


def scale_does_not_matter(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check that the verdict stays when the upstream gradient and dx grow together."""
    arguments = dict(case.arguments)
    factor = float(rng.choice([2.0**-20, 2.0**20]))
    arguments["dy"] = arguments["dy"] * factor
    arguments["dx"] = arguments["dx"] * factor
    (again,) = call(*arguments.values())
    if again.shape == () and again == outputs[0]:
        return None
    return (
        f"Multiplying dy and dx both by {factor:.3g} turns the verdict around. Whether a gradient "
        f"is right does not depend on its size: compare relative errors."
    )


CHECK_GRADIENT = Exercise(
    name="check_gradient",
    title="a gradient checker",
    arguments=("f", "x", "dy", "dx"),
    outputs=(Output("the verdict"),),
    parts=(
        Part("verdicts", 2, "plain right and wrong gradients told apart"),
        Part("subtle", 2, "hidden bugs found", own_cases=True, needs=("verdicts",)),
        Part(
            "fair", 1, "right gradients accepted, however odd", own_cases=True, needs=("verdicts",)
        ),
        Part(
            "care",
            1,
            "the arguments are left alone, the size of the gradient does not matter",
            aspects=(Aspect.UNTOUCHED, Aspect.PROPERTY),
            needs=("verdicts",),
        ),
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason=(
        "A verdict is True or False. The gradients themselves leave room: right ones are off by "
        "float32 rounding at most, wrong ones by a hundredth of the largest entry or more."
    ),
    properties=(
        Property(
            "the size does not matter",
            scale_does_not_matter,
            when=lambda case: case.part == "verdicts",
        ),
    ),
    mistakes=tuple(MISTAKES),
)
