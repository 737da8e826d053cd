"""``signal_spreads(x, dy, ws, activation)``: signals forward, gradients back, by layer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dlcourse.checks.drawing import sizes
from dlcourse.checks.exercise import Aspect, Call, Case, Exercise, Output, Part, Property, Target
from dlcourse.checks.exercises.initialization.mistakes.signal_spreads import MISTAKES
from dlcourse.checks.exercises.initialization.networks import (
    activate,
    draw_network,
    laid_out_network,
    slope,
    spread,
)


def network(
    rng: np.random.Generator,
    about: str,
    activation: str,
    examples: int,
    widths: Sequence[int],
    part: str = "values",
    dtype: type = np.float64,
    scale: float = 1.0,
    still: bool = False,
) -> Case:
    """Draw a network, inputs and gradients; with ``still`` the first input is 0 throughout."""
    x, ws = draw_network(rng, activation, examples, widths, scale)
    dy = rng.standard_normal((examples, widths[-1])) * 2.0
    if still:
        x[0] = 0
    arguments = {
        "x": x.astype(dtype),
        "dy": dy.astype(dtype),
        "ws": [w.astype(dtype) for w in ws],
        "activation": activation,
    }
    return Case(arguments, about, part, facts={"layers": len(ws), "activation": activation})


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw networks with both activations, then one layer, odd sizes, deep ones and layouts."""

    def layout(rng: np.random.Generator, about: str) -> Case:
        return network(rng, about, "tanh", 3, sizes(rng, 3, low=3), "any")

    return [
        network(rng, "two layers of ReLU", "relu", 5, sizes(rng, 3, low=3)),
        network(rng, "two layers of tanh", "tanh", 5, sizes(rng, 3, low=3)),
        network(rng, "square layers of ReLU", "relu", 6, [6, 6, 6, 6]),
        network(rng, "square layers of tanh", "tanh", 6, [6, 6, 6, 6]),
        network(
            rng, "layers of ReLU in float32", "relu", 7, sizes(rng, 4, low=4), dtype=np.float32
        ),
        network(
            rng, "layers of tanh in float32", "tanh", 7, sizes(rng, 4, low=4), dtype=np.float32
        ),
        network(rng, "a single layer of ReLU", "relu", 4, sizes(rng, 2, low=3), "any"),
        network(rng, "a single layer of tanh", "tanh", 4, sizes(rng, 2, low=3), "any"),
        network(rng, "a single example", "tanh", 1, sizes(rng, 3, low=5), "any"),
        network(rng, "layers of one unit", "tanh", 9, [4, 1, 3], "any"),
        network(rng, "an example that is 0", "relu", 5, sizes(rng, 3, low=4), "any", still=True),
        network(rng, "weights far too small", "tanh", 5, [6] * 8, "any", scale=0.05),
        network(rng, "weights far too large", "relu", 5, [8] * 7, "any", scale=20.0),
        *laid_out_network(layout, rng),
    ]


def target(found: list[float], slack: list[float]) -> Target:
    """Hold spreads to the size of the error that may have arrived in the layer."""
    return Target(np.array(found), steps=1, magnitude=np.array(slack))


def oracle(case: Case) -> tuple[Target, Target]:
    """
    Follow the signals in float64, and beside them the largest rounding error of each.

    Errors are counted in units of eps. A product adds a rounding for each of its terms and carries
    on what the error was; neither ReLU nor tanh makes an error larger. Spreads of two arrays
    differ by no more than the root of the mean squared difference of their entries.
    """
    x, dy = case.in_float64("x", "dy")
    ws = [np.array(w, dtype=np.float64) for w in case.arguments["ws"]]
    activation = case.arguments["activation"]
    error, sums, sum_errors = np.zeros_like(x), [], []
    forward, forward_slack = [], []
    for w in ws:
        sums.append(x @ w)
        sum_errors.append(error @ np.abs(w) + (len(w) + 1) * (np.abs(x) @ np.abs(w)))
        x = activate(sums[-1], activation)
        error = sum_errors[-1] + 2 * np.abs(x)
        forward.append(spread(x))
        forward_slack.append(rounding(x, error))
    backward: list[float] = []
    backward_slack: list[float] = []
    error = np.zeros_like(dy)
    for w, z, z_error in zip(reversed(ws), reversed(sums), reversed(sum_errors), strict=True):
        steepness = slope(z, activation)
        bend = 1.0 if activation == "tanh" else 0.0  # |tanh''| stays below 0.77
        error = error * steepness + np.abs(dy) * (bend * z_error + 4)
        dz = dy * steepness
        dy = dz @ w.T
        error = error @ np.abs(w).T + (w.shape[1] + 1) * (np.abs(dz) @ np.abs(w).T)
        backward.insert(0, spread(dy))
        backward_slack.insert(0, rounding(dy, error))
    return target(forward, forward_slack), target(backward, backward_slack)


def rounding(values: np.ndarray, error: np.ndarray) -> float:
    """Bound what rounding does to a spread: by the entries' errors, and by its own two sums."""
    size = float(np.sqrt(np.mean(values**2)))
    return float(np.sqrt(np.mean(error**2))) + (values.size + 4) * size


def proportional_to_the_gradient(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check that gradients four times as large come in as such, and change no signal."""
    arguments = dict(case.arguments)
    arguments["dy"] = arguments["dy"] * 4
    forward, backward = call(*arguments.values())
    near = 64 * float(np.finfo(case.precision).eps)
    if forward.shape != outputs[0].shape or np.any(np.abs(forward / outputs[0] - 1) > near):
        return "Another gradient dy changes the spreads of the signals on the way forward."
    if backward.shape != outputs[1].shape or np.any(np.abs(backward / outputs[1] - 4) > 4 * near):
        return "Four times the gradient dy does not give four times each spread on the way back."
    return None


SIGNAL_SPREADS = Exercise(
    name="signal_spreads",
    title="the spread of signals and of gradients through the layers",
    arguments=("x", "dy", "ws", "activation"),
    outputs=(Output("forward"), Output("backward")),
    parts=(
        Part("forward", 2, "the signals on the way forward", outputs=("forward",)),
        Part("backward", 2.5, "the gradients on the way back", outputs=("backward",)),
        Part(
            "any",
            1,
            "one layer, one example, one unit, any layout, weights far too small or large",
            own_cases=True,
            needs=("forward", "backward"),
        ),
        Part(
            "care",
            0.5,
            "the arguments are left alone, gradients do not act on signals",
            aspects=(Aspect.UNTOUCHED, Aspect.PROPERTY, Aspect.DTYPE),
            needs=("forward", "backward"),
        ),
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason=(
        "Errors of rounding are followed through the layers with absolute values in place of the "
        "numbers; a spread is off by no more than its entries are, in the root of the mean square."
    ),
    properties=(Property("proportional to the gradient", proportional_to_the_gradient),),
    mistakes=tuple(MISTAKES),
)
