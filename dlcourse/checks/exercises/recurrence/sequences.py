"""What the exercises of the lab recurrence share: sizes, inputs, and slow independent oracles."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dlcourse.checks.drawing import Numbers, cast, laid_out, normal, quarters
from dlcourse.checks.exercise import Case

#: A step so small that its square is lost, while the step itself is not: see ``derivatives``.
STEP = 1e-30

Arrays = dict[str, np.ndarray]


@dataclass(frozen=True)
class Sizes:
    """Examples, steps, features and units; and what a message may quote of them."""

    n: int
    steps: int
    features: int
    units: int

    @property
    def facts(self) -> dict[str, int]:
        """Numbers that the sentence of a mistake may quote."""
        return {"n": self.n, "steps": self.steps, "units": self.units}


def weights(rng: np.random.Generator, sizes: Sizes, numbers: Numbers, blocks: int = 1) -> Arrays:
    """Draw the weights of the inputs and of the state, and the biases."""
    out = sizes.units * blocks
    return {
        "w_x": numbers(rng, sizes.features, out),
        "w_h": numbers(rng, sizes.units, out) * (0.5 if numbers is normal else 1.0),
        "b": numbers(rng, out),
    }


def draw_sequences(
    rng: np.random.Generator, make: Callable[..., Case], readable: Sizes = Sizes(1, 2, 1, 1)
) -> list[Case]:
    """
    Draw readable sequences and ordinary ones, then odd sizes, layouts and large numbers.

    ``make(rng, about, sizes, part, dtype, numbers, scale)`` draws one case. Sizes differ, except
    in one case, where every mix-up of axes shows in the numbers and not as an exception.
    """
    n, steps = (int(value) for value in rng.permutation([3, 4]))

    def layout(rng: np.random.Generator, about: str) -> Case:
        return make(rng, about, Sizes(2, 3, 4, 5), part="edge")

    return [
        make(rng, "a single unit", readable, numbers=quarters),
        make(rng, "three of everything", Sizes(3, 3, 3, 3)),
        make(rng, "float32", Sizes(2, 3, 4, 5), dtype=np.float32),
        make(rng, "float64", Sizes(n, steps, 2, 5)),
        make(rng, "more features than units", Sizes(2, 5, 6, 3)),
        make(rng, "a single example", Sizes(1, 4, 2, 3), part="edge"),
        make(rng, "a single step", Sizes(3, 1, 2, 4), part="edge"),
        make(rng, "one feature, one unit", Sizes(3, 4, 1, 1), part="edge"),
        make(rng, "inputs of around thirty", Sizes(2, 3, 4, 3), part="edge", scale=30.0),
        *laid_out(layout, rng),
    ]


def sequence_case(
    rng: np.random.Generator,
    about: str,
    sizes: Sizes,
    part: str = "values",
    dtype: type = np.float64,
    numbers: Numbers = normal,
    scale: float = 1.0,
) -> Case:
    """Draw sequences, a first state and weights."""
    arrays = {
        "x": numbers(rng, sizes.n, sizes.steps, sizes.features) * scale,
        "h0": numbers(rng, sizes.n, sizes.units) * (1.0 if numbers is quarters else 0.5),
        **weights(rng, sizes, numbers),
    }
    return Case(cast(arrays, dtype), about, part, facts=sizes.facts)


def run(x: np.ndarray, h0: np.ndarray, w_x: np.ndarray, w_h: np.ndarray, b: np.ndarray,
        first: np.ndarray | None = None) -> np.ndarray:  # fmt: skip
    """Give the states after every step, example by example, for real and for complex numbers."""
    states = []
    h = h0
    for t in range(x.shape[-2]):
        if first is not None:
            h = np.where(first[:, t, np.newaxis], 0.0, h)
        h = np.tanh(np.matmul(x[..., t, :], w_x) + np.matmul(h, w_h) + b[..., np.newaxis, :])
        states.append(h)
    return np.stack(states, axis=-2)


def run_bound(x: np.ndarray, h0: np.ndarray, w_x: np.ndarray, w_h: np.ndarray,
              b: np.ndarray) -> np.ndarray:  # fmt: skip
    """
    Bound how much the states' rounding grows: the same steps, all numbers without their signs.

    The slope of tanh is 1 at most, so what a step's sum is off by, its state is off by at most;
    each state adds its own rounding, hence the 1.
    """
    bounds = []
    h = np.abs(h0)
    for t in range(x.shape[1]):
        h = np.abs(x[:, t]) @ np.abs(w_x) + h @ np.abs(w_h) + np.abs(b) + 1.0
        bounds.append(h)
    return np.stack(bounds, axis=1)


def derivatives(
    function: Callable[[Mapping[str, np.ndarray]], np.ndarray],
    arrays: Mapping[str, np.ndarray],
    names: Sequence[str],
) -> list[np.ndarray]:
    """
    Differentiate a number for every entry of the named arrays, by complex steps, all at once.

    For an analytic function f(x + ih) = f(x) + ih f'(x) + O(h²): the imaginary part over h is the
    derivative, with no difference and hence no cancellation (Squire and Trapp 1998). ``function``
    gets the arrays with one more axis in front, one entry of it for each derivative.
    """
    order = [name for name in arrays if name in names]
    ends = np.cumsum([arrays[name].size for name in order])
    moved = {}
    for name, array in arrays.items():
        stack = np.repeat(array[np.newaxis].astype(np.complex128), ends[-1], axis=0)
        if name in names:
            rows = np.arange(ends[order.index(name)] - array.size, ends[order.index(name)])
            stack.reshape(len(stack), -1)[rows, np.arange(array.size)] += STEP * 1j
        moved[name] = stack
    pieces = np.split(function(moved).imag / STEP, ends[:-1])
    found = dict(zip(order, pieces, strict=True))
    return [found[name].reshape(arrays[name].shape) for name in names]
