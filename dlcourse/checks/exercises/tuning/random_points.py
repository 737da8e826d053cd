"""``random_points(u, low, high, log)``: from even random numbers to settings to try."""

from __future__ import annotations

import math

import numpy as np

from dlcourse.checks.drawing import cast, laid_out, sizes
from dlcourse.checks.exercise import CARE, Call, Case, Exercise, Output, Part, Property, Target
from dlcourse.checks.exercises.tuning.mistakes.random_points import MISTAKES


def space(
    rng: np.random.Generator,
    about: str,
    n: int,
    log: tuple[bool, ...],
    part: str = "values",
    dtype: type = np.float64,
    readable: bool = False,
) -> Case:
    """Draw a space of settings, those on a logarithmic scale over two to five powers of ten."""
    k = len(log)
    u = rng.integers(1, 8, (n, k)) / 8 if readable else rng.uniform(0.05, 0.95, (n, k))
    low, high = np.empty(k), np.empty(k)
    for j in range(k):
        if log[j]:
            low[j] = 10.0 ** int(rng.integers(-5, -2))
            high[j] = low[j] * 10.0 ** int(rng.integers(2, 6))
        else:
            low[j] = float(rng.choice([-1.5, 0.25, 16.0]))
            high[j] = low[j] + float(rng.integers(2, 9)) * 0.5
    arrays = cast({"u": u, "low": low, "high": high}, dtype)
    return Case({**arrays, "log": np.array(log)}, about, part, facts={"n": n, "k": k})


def draw(rng: np.random.Generator) -> list[Case]:
    """Draw both scales together, each alone, then odd sizes, the lowest numbers and layouts."""
    several, other = sizes(rng, 2, low=4)
    mixed = tuple(bool(one) for one in rng.permutation([True, False, True]))

    def layout(rng: np.random.Generator, about: str) -> Case:
        return space(rng, about, 4, (False, True), "edge")

    lowest = space(rng, "numbers of exactly 0, which give the lowest settings", 3, (True, False))
    lowest.arguments["u"][1:] = 0.0
    return [
        space(rng, "two points of two settings", 2, (True, False), readable=True),
        space(rng, "three settings", several, mixed),
        space(rng, "settings in float32", other, (False, True), dtype=np.float32),
        space(rng, "only even scales", several, (False, False, False)),
        space(rng, "only logarithmic scales", other, (True, True)),
        Case(lowest.arguments, lowest.about, "edge", lowest.facts),
        space(rng, "a single point", 1, (True, False, False), "edge"),
        space(rng, "a single setting", several, (True,), "edge"),
        *laid_out(layout, rng),
    ]


def oracle(case: Case) -> tuple[Target]:
    """Take the settings one at a time; a logarithmic scale by the logarithms of its ends."""
    u, low, high = case.in_float64("u", "low", "high")
    points, size = np.empty(u.shape), np.empty(u.shape)
    for n, k in np.ndindex(u.shape):
        if case.arguments["log"][k]:
            a, b = math.log(low[k]), math.log(high[k])
            points[n, k] = math.exp(a * (1 - u[n, k]) + b * u[n, k])
            # An exponent that is off by eps times its size moves the power by as much, relatively.
            size[n, k] = points[n, k] * (1 + abs(a) + abs(b))
        else:
            points[n, k] = low[k] * (1 - u[n, k]) + high[k] * u[n, k]
            size[n, k] = abs(low[k]) + abs(high[k])
    return (Target(points, steps=6, magnitude=size),)


def a_point_alone(
    call: Call, case: Case, outputs: tuple[np.ndarray, ...], rng: np.random.Generator
) -> str | None:
    """Check that each point depends on its own row of ``u`` alone."""
    (target,) = oracle(case)
    tolerance = 2 * target.tolerance(case.precision)
    for row in range(len(outputs[0])):
        alone = {**case.arguments, "u": case.arguments["u"][row : row + 1]}
        (found,) = call(*alone.values())
        if found.shape != (1, outputs[0].shape[1]) or np.any(
            np.abs(found[0] - outputs[0][row]) > tolerance[row]
        ):
            return (
                f"Point {row} alone is not what it is among the others. Each point depends on its "
                f"own row of u and on nothing else."
            )
    return None


RANDOM_POINTS = Exercise(
    name="random_points",
    title="random settings, on even and on logarithmic scales",
    arguments=("u", "low", "high", "log"),
    outputs=(Output("points", like="u"),),
    parts=(
        Part("values", 2.5, "both kinds of scale"),
        Part(
            "edge",
            1,
            "the lowest settings, one point, one setting, any layout in memory",
            own_cases=True,
            needs=("values",),
        ),
        Part(
            "care",
            0.5,
            "the dtype is kept, the arguments are left alone, points do not mix",
            aspects=CARE,
            needs=("values",),
        ),
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason=(
        "On an even scale a few operations on numbers no larger than the ends. On a logarithmic "
        "one the exponent is off by eps times its size, at most the logarithms of both ends, and "
        "the power by that times itself."
    ),
    properties=(
        Property("a point alone", a_point_alone, when=lambda case: case.about == "three settings"),
    ),
    mistakes=tuple(MISTAKES),
)
