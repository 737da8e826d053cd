"""An exercise is data: its inputs, its right answer, its points, and the mistakes people make."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np


class Aspect(enum.Enum):
    """What a check looks at, in the order in which checks are made."""

    EXISTS = "exists"
    CALLABLE = "callable"
    SIGNATURE = "signature"
    RUNS = "runs"
    COUNT = "number of values"
    KIND = "kind of value"
    SHAPE = "shape"
    DTYPE = "dtype"
    FINITE = "finite"
    VALUES = "values"
    PROPERTY = "property"
    UNTOUCHED = "inputs not changed"
    SPEED = "speed"


# How an answer is given, as against what it is.
MANNER = frozenset({Aspect.DTYPE, Aspect.PROPERTY, Aspect.UNTOUCHED, Aspect.SPEED})

# What the last part of most exercises, "care", is about.
CARE = (Aspect.DTYPE, Aspect.UNTOUCHED, Aspect.PROPERTY)


@dataclass(frozen=True)
class Launch:
    """
    How a CUDA kernel is run: on the simulated GPU, as a call with arrays changed in place.

    Attributes
    ----------
    blocks, threads
        Extents of the grid and of a block: up to three numbers each.
    writes
        Names of the arguments that the kernel fills or changes: what comes out, in this order.
    counts
        What is counted and comes out behind them: pairs of an argument's name and "reads",
        "writes", "atomics" or "transactions" (``dlcourse.simulator.Counted``).
    """

    blocks: tuple[int, ...]
    threads: tuple[int, ...]
    writes: tuple[str, ...]
    counts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Case:
    """
    One call of the learner's function.

    Attributes
    ----------
    arguments
        What the function is called with, by name and in the order of the call. Values are arrays,
        numbers, strings, containers of these, or functions from arrays to an array.
    about
        A few words that say what is special about the case: "a single row".
    part
        Name of the part of the exercise that the case counts for.
    facts
        Numbers that the sentence of a mistake may quote, such as the size of the batch.
    hidden
        What the oracle has to know and the learner's function does not see.
    launch
        For a CUDA kernel, how it is launched; None calls the function as it is.
    """

    arguments: Mapping[str, Any]
    about: str
    part: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    hidden: Mapping[str, Any] = field(default_factory=dict)
    launch: Launch | None = None

    def in_float64(self, *names: str) -> tuple[np.ndarray, ...]:
        """Give the named arguments as plain float64 arrays, for the oracle."""
        return tuple(np.array(self.arguments[name], dtype=np.float64) for name in names)

    @property
    def precision(self) -> np.dtype:
        """The coarsest float dtype among the arguments: what an answer can be held to."""
        floats = [
            value.dtype
            for value in self.arguments.values()
            if isinstance(value, np.ndarray) and value.dtype.kind == "f"
        ]
        return max(floats, key=lambda dtype: np.finfo(dtype).eps, default=np.dtype(np.float64))


@dataclass(frozen=True)
class Target:
    """
    The right value of one output, and how far rounding may carry a right answer away from it.

    A result that is a sum of terms, each with a few roundings, computed in whatever order, is off
    by at most about ``steps * eps * magnitude``, where ``magnitude`` is the sum of the terms'
    absolute values (Higham, *Accuracy and Stability of Numerical Algorithms*, section 3.1).

    Attributes
    ----------
    value
        The right answer in float64; bool for a verdict, any integer type for a count.
    steps
        Number of roundings on the longest way from the inputs to an element; number or array.
    magnitude
        Sum of the absolute values of the terms, an array like ``value``; None means ``abs(value)``.
    at_most
        Whether less is right as well: a count that has a limit.
    """

    value: np.ndarray
    steps: float | np.ndarray = 1.0
    magnitude: np.ndarray | None = None
    at_most: bool = False

    def tolerance(self, dtype: np.dtype) -> np.ndarray:
        """
        Largest deviation that rounding in ``dtype`` explains, element by element.

        The factor 4 covers what the bound leaves out: terms of second order, library functions
        that are off by more than half a unit, and the rounding of the oracle itself. Below the
        smallest normal number precision is lost, hence the last term.
        """
        if self.value.dtype.kind != "f":
            return np.zeros(self.value.shape)
        info = np.finfo(dtype if dtype.kind == "f" else np.float64)
        magnitude = np.abs(self.value) if self.magnitude is None else self.magnitude
        return 4.0 * self.steps * float(info.eps) * magnitude + 4.0 * float(info.tiny)


@dataclass(frozen=True)
class Output:
    """
    One value that the function returns.

    Attributes
    ----------
    name
        Its name in messages: "dw".
    like
        Name of the argument whose dtype it must have; None where any dtype will do.
    """

    name: str
    like: str | None = None


@dataclass(frozen=True)
class Part:
    """
    A part of an exercise that earns its points by itself.

    Parts are listed from the general to the special: a check belongs to the last part of the
    exercise whose ``outputs``, ``aspects`` and ``own_cases`` all admit it; an empty filter admits
    everything. A part is earned when its checks were made and passed and the parts that it needs
    are earned. Checks of the manner of an answer (``MANNER``) cannot be made where the answer is
    wrong already; there they cost nothing.

    Attributes
    ----------
    name, points, title
        The title completes "points for …": "the gradient of the weights".
    outputs
        Names of the outputs it looks at.
    aspects
        The aspects that it looks at.
    own_cases
        Whether it looks only at the cases that name it (``Case.part``).
    needs
        Names of parts without which this one says nothing, because a function that does nothing
        would earn it: returning zeros leaves the inputs untouched, too.
    """

    name: str
    points: float
    title: str
    outputs: tuple[str, ...] = ()
    aspects: tuple[Aspect, ...] = ()
    own_cases: bool = False
    needs: tuple[str, ...] = ()

    def admits(self, case: Case, aspect: Aspect, output: str | None) -> bool:
        """Whether a check counts for this part."""
        return (
            (not self.outputs or output in self.outputs)
            and (not self.aspects or aspect in self.aspects)
            and (not self.own_cases or case.part == self.name)
        )


@dataclass(frozen=True)
class Mistake:
    """
    A wrong solution that people really write, with the sentence that helps.

    Attributes
    ----------
    name
        Short name for tables: "average taken twice".
    function
        The wrong solution.
    sentence
        What was computed instead and why that is wrong, addressed to the learner. May quote the
        ``facts`` of a case: "your dw is {n} times too small".
    """

    name: str
    function: Callable[..., Any]
    sentence: str


def known_mistake(
    bank: list[Mistake], sentence: str
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Enter the decorated wrong solution into a bank, under its own name."""

    def enter(function: Callable[..., Any]) -> Callable[..., Any]:
        bank.append(Mistake(function.__name__.replace("_", " "), function, sentence))
        return function

    return enter


Call = Callable[..., tuple[np.ndarray, ...]]


@dataclass(frozen=True)
class Property:
    """
    Something that holds for every right solution, whatever its inputs are.

    Attributes
    ----------
    name
        "a batch gives what its rows give one by one".
    violation
        ``violation(call, case, outputs, rng)`` returns None where the property holds and otherwise
        one sentence. ``call(*arguments)`` runs the learner's function and returns plain arrays.
    when
        Which cases it is tried on; every case by default.
    part
        Name of the part that it counts for, where several properties of one case earn points of
        their own; by default the part that looks at properties.
    """

    name: str
    violation: Callable[[Call, Case, tuple[np.ndarray, ...], np.random.Generator], str | None]
    when: Callable[[Case], bool] = lambda case: True
    part: str | None = None


@dataclass(frozen=True)
class Speed:
    """
    How fast an answer has to be: a ratio, since a machine's seconds say nothing on another one.

    It counts for the parts that look at ``Aspect.SPEED``. The bound is generous: a right answer
    stays far below it on a loaded machine, and through the pipe to another process.

    Attributes
    ----------
    draw
        ``draw(rng)`` gives the case to measure: large enough to take a fraction of a millisecond.
    reference
        What the answer is compared with, in plain NumPy, called in the same way.
    at_most
        How many times as long as the reference an answer may take.
    described
        The reference in words: "NumPy does with …".
    rounds
        How often each of the two is measured; the fastest counts.
    """

    draw: Callable[[np.random.Generator], Case]
    reference: Callable[..., Any]
    at_most: float
    described: str
    rounds: int = 7


@dataclass(frozen=True)
class Exercise:
    """
    An exercise of a lab.

    Attributes
    ----------
    name
        Name of the function that the learner writes; also the grade id of its cell.
    title
        What it is about, in a few words.
    arguments
        Names of the function's arguments, in order.
    outputs
        What it returns, in order.
    parts
        How the points are shared out.
    draw
        ``draw(rng)`` gives the cases. The same generator state gives the same cases.
    oracle
        ``oracle(case)`` gives one ``Target`` per output, computed in float64, independently of any
        solution and of the library.
    tolerance_reason
        Why ``steps`` and ``magnitude`` of the targets are what they are.
    properties, mistakes
        See ``Property`` and ``Mistake``; the more specific mistakes come first.
    speed
        See ``Speed``; None where it does not matter how long an answer takes.
    """

    name: str
    title: str
    arguments: tuple[str, ...]
    outputs: tuple[Output, ...]
    parts: tuple[Part, ...]
    draw: Callable[[np.random.Generator], Iterable[Case]]
    oracle: Callable[[Case], Sequence[Target]]
    tolerance_reason: str
    properties: tuple[Property, ...] = ()
    mistakes: tuple[Mistake, ...] = ()
    speed: Speed | None = None

    @property
    def points(self) -> float:
        """Points of all parts together."""
        return sum(part.points for part in self.parts)

    @property
    def call_form(self) -> str:
        """How the function is called: ``dense_forward(x, w, b)``."""
        return f"{self.name}({', '.join(self.arguments)})"

    def part_of(
        self, case: Case, aspect: Aspect, output: str | None, named: str | None = None
    ) -> Part | None:
        """
        Find the part that a check counts for: the one that it names, or the last that admits it.

        Whether a call ran and returned the right number of values need not count for a part: where
        it did not, no check of the outputs is reached, and that costs what they count for.
        """
        for part in reversed(self.parts):
            if part.name == named or (named is None and part.admits(case, aspect, output)):
                return part
        if aspect in (Aspect.RUNS, Aspect.COUNT):
            return None
        if named is not None:
            raise ValueError(f"{self.name}: a property counts for {named!r}, which is no part")
        raise ValueError(
            f"{self.name}: no part admits the check {aspect.value!r} of {output!r} on "
            f"{case.about!r}; every such check has to count for a part"
        )
