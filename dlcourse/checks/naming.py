"""Find the known mistake that explains what a learner's function returned."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from dlcourse.checks import simulating
from dlcourse.checks.calling import Observation
from dlcourse.checks.comparing import Result, within
from dlcourse.checks.exercise import Aspect, Case, Mistake, Target
from dlcourse.checks.preparing import Prepared

Same = Callable[[Observation, Observation], bool]


def name_mistake(
    prepared: Prepared,
    seen: Sequence[Observation],
    finding: Result,
    failed: Sequence[int],
) -> Mistake | None:
    """
    Run the mistakes on the same inputs; name the first that behaves as the learner's function does.

    Three looks, from the strictest to the mildest: the same in everything (values, dtypes,
    exceptions, changed arguments; before that, of a CUDA kernel that was stopped, the very same
    fault); the same in all values; the same in the one output that the finding is about, for a
    learner with a different mistake in each output. A mistake has to agree on every case. On cases
    that it gets right the learner's function has to be right as well.

    Parameters
    ----------
    prepared
        What was asked, and the right answers.
    seen
        What the learner's function did on each of the cases that were run.
    finding
        The failed check that the learner is told about.
    failed
        Numbers of the cases in which any check failed. They are compared first: most mistakes go
        wrong elsewhere, and differ there at once.
    """
    exercise, cases, targets = prepared.exercise, prepared.cases, prepared.targets
    looks: list[tuple[Same, Callable[[int, Observation], bool]]] = [
        (same_in_everything, lambda case, wrong: True)
    ]
    if any(one.failure and one.failure.kind in simulating.KINDS for one in seen):
        looks.insert(0, (same_to_the_element, lambda case, wrong: True))
    if finding.aspect in (Aspect.SHAPE, Aspect.FINITE, Aspect.VALUES):
        position = [output.name for output in exercise.outputs].index(str(finding.output))
        everywhere = tuple(range(len(exercise.outputs)))

        def wrong_in(positions: tuple[int, ...]) -> Callable[[int, Observation], bool]:
            return lambda case, wrong: (
                not all(right_value(cases[case], targets[case], wrong, i) for i in positions)
            )

        looks += [
            (same_values(everywhere), wrong_in((position,))),
            (same_values((position,)), wrong_in((position,))),
        ]
    run = prepared.mistaken
    numbers = sorted(range(len(seen)), key=lambda case: case not in failed)
    for same, wrong in looks:
        for mistake in exercise.mistakes:
            if all(same(seen[i], run(mistake, i)) for i in numbers) and any(
                wrong(i, run(mistake, i)) for i in numbers
            ):
                return mistake
    return None


def right_value(case: Case, targets: Sequence[Target], seen: Observation, position: int) -> bool:
    """Whether one output has the right shape and values."""
    if position >= len(seen.received):
        return False
    array = seen.received[position].array
    target = targets[position]
    if array is None or array.shape != target.value.shape:
        return False
    return bool(within(array, target, case.precision).all())


def same_in_everything(first: Observation, second: Observation) -> bool:
    """Same exception or values, dtypes, container and changed arguments."""
    if first.failure or second.failure:
        return bool(first.failure and second.failure and first.failure.kind == second.failure.kind)
    return (
        first.changed == second.changed
        and first.slightly == second.slightly
        and first.container == second.container
        and len(first.received) == len(second.received)
        and all(
            one.dtype == other.dtype and (one.array is None) == (other.array is None)
            for one, other in zip(first.received, second.received, strict=True)
        )
        and same_values(tuple(range(len(first.received))))(first, second)
    )


def same_to_the_element(first: Observation, second: Observation) -> bool:
    """Same in everything; of a kernel that was stopped, also the threads and the element."""
    if first.failure and second.failure and first.failure.kind in simulating.KINDS:
        faults = [simulating.fault(one.message) for one in (first.failure, second.failure)]
        return first.failure.kind == second.failure.kind and faults[0] == faults[1]
    return same_in_everything(first, second)


def same_values(positions: tuple[int, ...]) -> Same:
    """Compare the outputs at some positions by shape and values alone."""

    def same(first: Observation, second: Observation) -> bool:
        if first.failure or second.failure:
            return bool(first.failure and second.failure)
        return all(
            i < len(first.received)
            and i < len(second.received)
            and close(first.received[i].array, second.received[i].array)
            for i in positions
        )

    return same


def close(first: np.ndarray | None, second: np.ndarray | None) -> bool:
    """
    Whether two wrong answers are the same wrong answer.

    Both went through the same formula, perhaps in another order, so they agree to rounding: a
    thousand units in the last place of the largest element. NaN and infinity have to be in the
    same places.
    """
    if first is None or second is None:
        return first is None and second is None
    if first.shape != second.shape:
        return False
    if first.dtype.kind != "f" or second.dtype.kind != "f":
        return bool(np.array_equal(first, second))
    eps = float(max(np.finfo(first.dtype).eps, np.finfo(second.dtype).eps))
    one, other = first.astype(np.float64), second.astype(np.float64)
    finite = np.isfinite(one) & np.isfinite(other)
    if not np.array_equal(one[~finite], other[~finite], equal_nan=True):
        return False
    largest = float(np.max(np.abs(other[finite]), initial=0.0))
    return bool(np.all(np.abs(one[finite] - other[finite]) <= 1000 * eps * largest))
