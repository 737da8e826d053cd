"""A small exercise for tests of the engine: ``scale(x, factor)`` gives factor·x and its sum."""

import numpy as np

from dlcourse.checks import Aspect, Case, Exercise, Mistake, Output, Part, Property, Target


def draw(rng):
    def case(about, part, shape, dtype):
        x = rng.integers(1, 9, shape).astype(dtype)
        return Case({"x": x, "factor": 3.0}, about, part, facts={"size": x.size})

    return [
        case("three numbers", "plain", 3, np.float64),
        case("two numbers in float32", "plain", 2, np.float32),
        case("no numbers", "odd", 0, np.float64),
    ]


def oracle(case):
    (x,) = case.in_float64("x")
    return Target(3 * x, steps=1), Target(np.array(3 * x.sum()), steps=len(x) + 1)


def doubling(call, case, outputs, rng):
    scaled, _ = call(2 * case.arguments["x"], 3.0)
    return None if np.allclose(scaled, 2 * outputs[0]) else "Twice x does not give twice y."


SCALE = Exercise(
    name="scale",
    title="a toy",
    arguments=("x", "factor"),
    outputs=(Output("y", like="x"), Output("total")),
    parts=(
        Part("y", 2, "the array", outputs=("y",)),
        Part("total", 1, "the sum", outputs=("total",)),
        Part("odd", 1, "odd sizes", own_cases=True, needs=("y", "total")),
        Part(
            "care",
            1,
            "manners",
            aspects=(Aspect.DTYPE, Aspect.UNTOUCHED, Aspect.PROPERTY),
            needs=("y", "total"),
        ),
    ),
    draw=draw,
    oracle=oracle,
    tolerance_reason="One product, and a sum of as many terms as there are.",
    properties=(Property("doubling", doubling, when=lambda case: case.part == "plain"),),
    mistakes=(
        Mistake("added", lambda x, factor: (x + factor, (x + factor).sum()), "You add."),
        Mistake("mean", lambda x, factor: (x * factor, (x * factor).mean()), "Divided by {size}."),
        Mistake("wrong y", lambda x, factor: (x, (x * factor).sum()), "y is x."),
        Mistake("wrong total", lambda x, factor: (x * factor, x.sum()), "total ignores factor."),
        Mistake("float64", lambda x, f: ((x * f).astype(float), (x * f).sum()), "float64."),
    ),
)


def right(x, factor):
    y = x * x.dtype.type(factor)
    return y, y.sum()
