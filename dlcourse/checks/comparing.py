"""Hold one observation against the right answer, aspect by aspect."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from dlcourse.checks import simulating, words
from dlcourse.checks.calling import Failure, Observation, Received
from dlcourse.checks.exercise import Aspect, Case, Exercise, Output, Target


@dataclass(frozen=True)
class Result:
    """
    One check: passed (True), failed (False, with a sentence), or not reached (None).

    A check is not reached when an earlier one has failed that it builds on: the values of an array
    of the wrong shape are never looked at. ``part`` names the part that it counts for, where the
    check says so itself.
    """

    aspect: Aspect
    output: str | None
    passed: bool | None
    sentence: str = ""
    part: str | None = None


def examine(
    exercise: Exercise, case: Case, targets: Sequence[Target], seen: Observation
) -> Iterator[Result]:
    """Make every check of one call, in order; yields the same checks whatever was seen."""
    running = failure_sentence(exercise, seen.failure) if seen.failure else ""
    yield Result(Aspect.RUNS, None, not running, running)
    counting = None if running else count_sentence(exercise, seen)
    yield Result(Aspect.COUNT, None, None if counting is None else not counting, counting or "")
    usable = counting == ""
    for position, (output, target) in enumerate(zip(exercise.outputs, targets, strict=True)):
        received = seen.received[position] if usable else None
        yield from examine_output(case, output, target, received, seen.warned)
    changing = untouched_sentence(seen)
    yield Result(Aspect.UNTOUCHED, None, None if running else not changing, changing)


def examine_output(
    case: Case, output: Output, target: Target, received: Received | None, warned: Sequence[str]
) -> Iterator[Result]:
    """Check kind, shape, dtype, finiteness and values of one output."""
    reached = received is not None
    for aspect, check in (
        (Aspect.KIND, kind_sentence),
        (Aspect.SHAPE, shape_sentence),
        (Aspect.DTYPE, dtype_sentence),
        (Aspect.FINITE, finite_sentence),
        (Aspect.VALUES, values_sentence),
    ):
        if received is None or not reached:
            yield Result(aspect, output.name, None)
            continue
        sentence = check(case, output, target, received)
        if sentence and aspect is Aspect.FINITE and warned:
            sentence += f" (NumPy warned: {warned[0]}.)"
        yield Result(aspect, output.name, not sentence, sentence)
        # A wrong dtype does not keep the values from being right.
        reached = not sentence or aspect is Aspect.DTYPE


def failure_sentence(exercise: Exercise, failure: Failure) -> str:
    """Say that the function raised, and on which line of the learner's."""
    if failure.unwritten:
        return f"{exercise.name} is not written yet: it still raises NotImplementedError."
    if failure.details:
        line = f" In your line\n    {failure.line.strip()}\n" if failure.line else " "
        return f"Numba cannot compile {exercise.name}.{line}{failure.message}"
    if failure.kind in simulating.KINDS:
        line = f"\nIn your line\n    {failure.line.strip()}" if failure.line else ""
        return f"The simulated GPU stopped {failure.message}.{line}"
    message = f": {failure.message}" if failure.message else ""
    line = f", in your line\n    {failure.line.strip()}" if failure.line else ""
    return f"{exercise.name} stopped with {failure.kind}{message}{line}"


def count_sentence(exercise: Exercise, seen: Observation) -> str:
    """Check the number of returned values; the empty sentence means that it is right."""
    names = [output.name for output in exercise.outputs]
    wanted = names[0] if len(names) == 1 else f"{len(names)} values ({', '.join(names)})"
    if seen.container is None:
        if seen.received[0].described == "None":
            return (
                f"{exercise.name} returns None, expected {wanted}: is the return statement missing?"
            )
        if len(names) == 1:
            return ""
        return f"{exercise.name} returns {seen.received[0].described} alone, expected {wanted}."
    if len(names) > 1 and len(seen.received) == len(names):
        return ""
    count = len(seen.received)
    values = "1 value" if count == 1 else f"{count} values"
    return f"{exercise.name} returns a {seen.container} of {values}, expected {wanted}."


def untouched_sentence(seen: Observation) -> str:
    """Check that the arguments are what they were."""
    if not seen.changed:
        return ""
    extent = ", if only by rounding" if seen.slightly == seen.changed else ""
    return (
        f"your function changes its argument {words.listing(seen.changed)}{extent}, "
        f"which belongs to the caller."
    )


def kind_sentence(case: Case, output: Output, target: Target, received: Received) -> str:
    """Check that the value is an array, a number, or True or False, as wanted."""
    if target.value.dtype.kind == "b" and target.value.ndim == 0:
        right = received.dtype is not None and received.dtype.kind == "b"
        wanted = "True or False"
    elif target.value.ndim == 0:
        right, wanted = received.dtype is not None, "a number"
    else:
        right, wanted = received.described == "an array", "a NumPy array of numbers"
        if right and target.value.dtype.kind == "f" and received.dtype == np.bool_:
            return f"{output.name} is an array of True and False, expected {wanted}."
    return "" if right else f"{output.name} is {received.described}, expected {wanted}."


def shape_sentence(case: Case, output: Output, target: Target, received: Received) -> str:
    """Check the shape."""
    if received.shape == target.value.shape:
        return ""
    if target.value.ndim == 0:
        wanted = "True or False" if target.value.dtype.kind == "b" else "a single number"
        return f"{output.name} is an array of shape {received.shape}, expected {wanted}."
    return f"{output.name} has shape {received.shape}, expected {target.value.shape}."


def dtype_sentence(case: Case, output: Output, target: Target, received: Received) -> str:
    """Check that the dtype follows the argument that it should follow."""
    if output.like is None:
        return ""
    wanted = case.arguments[output.like].dtype
    if received.dtype == wanted:
        return ""
    return f"{output.name} is {received.dtype}, but {output.like} is {wanted}: expected {wanted}."


def finite_sentence(case: Case, output: Output, target: Target, received: Received) -> str:
    """Check for NaN and infinity where the right answer is finite."""
    assert received.array is not None  # the shape was right, so it is not too large
    bad = ~np.isfinite(received.array) & np.isfinite(target.value)
    if not bad.any():
        return ""
    index = first_index(bad)
    return (
        f"{words.element(output.name, index)} is {received.array[index]}, "
        f"expected {words.number(target.value[index])}."
    )


def values_sentence(case: Case, output: Output, target: Target, received: Received) -> str:
    """Check every element against its own tolerance, and quote the first wrong one."""
    assert received.array is not None
    wrong = ~within(received.array, target, case.precision)
    if not wrong.any():
        return ""
    index = first_index(wrong)
    got, expected = words.two_numbers(received.array[index], target.value[index])
    if target.at_most:
        return f"{words.element(output.name, index)}: {got}, at most {expected} are allowed."
    sentence = f"{words.element(output.name, index)} is {got}, expected {expected}"
    if target.value.size > 1:
        sentence += f" ({int(wrong.sum())} of {wrong.size} elements differ)"
    return f"{sentence}."


def within(array: np.ndarray, target: Target, dtype: np.dtype) -> np.ndarray:
    """Whether each element is as near to the right value as rounding in ``dtype`` explains."""
    if target.at_most:
        return array <= target.value
    if target.value.dtype.kind != "f":
        return array == target.value
    with np.errstate(invalid="ignore", over="ignore"):
        near = np.abs(array.astype(np.float64) - target.value) <= target.tolerance(dtype)
    return near | (array == target.value)


def first_index(mask: np.ndarray) -> tuple[int, ...]:
    """Index of the first True, in reading order."""
    return tuple(int(i) for i in np.unravel_index(int(np.argmax(mask)), mask.shape))
