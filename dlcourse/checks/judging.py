"""Judge one function against one exercise: the heart of every check."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from dlcourse.checks import words
from dlcourse.checks.calling import Observation, observe
from dlcourse.checks.comparing import Result, count_sentence, examine, failure_sentence
from dlcourse.checks.exercise import MANNER, Aspect, Case, Exercise, Mistake, Part, Speed
from dlcourse.checks.naming import name_mistake
from dlcourse.checks.preparing import Prepared, generator, prepare
from dlcourse.checks.timing import too_slow

__all__ = ["PUBLIC_SEED", "PartResult", "Verdict", "generator", "judge"]

PUBLIC_SEED = 0


@dataclass(frozen=True)
class PartResult:
    """What one part of the exercise earned."""

    name: str
    title: str
    earned: float
    points: float


@dataclass(frozen=True)
class Verdict:
    """
    The outcome of judging a function.

    Attributes
    ----------
    exercise
        Name of the exercise.
    points, max_points
        Points earned, and points to be had.
    message
        What the learner is told, without the points: empty when everything is right.
    mistake
        Name of the known mistake that the function makes, or None.
    aspect
        What the first failed check looked at ("values"), or None.
    parts
        The points, part by part.
    checks, failed
        Number of checks that the exercise makes, and how many of them did not pass.
    printed
        What the function printed in the call that the message is about.
    details
        The whole text of an error that the message tells in a sentence, as it does Numba's.
    """

    exercise: str
    points: float
    max_points: float
    message: str = ""
    mistake: str | None = None
    aspect: str | None = None
    parts: tuple[PartResult, ...] = ()
    checks: int = 0
    failed: int = 0
    printed: str = ""
    details: str = ""

    @property
    def passed(self) -> bool:
        """Whether every point was earned."""
        return self.points == self.max_points

    @property
    def headline(self) -> str:
        """One line with the points: "dense_forward: 4 of 4 points"."""
        points, most = words.points(self.points), words.points(self.max_points)
        return f"{self.exercise}: {points} of {most} points"

    def as_dict(self) -> dict[str, Any]:
        """Give everything as plain values, for JSON."""
        return asdict(self)


def judge(exercise: Exercise, candidate: Any, seed: int | Sequence[int] = PUBLIC_SEED) -> Verdict:
    """
    Run every check of an exercise on a function and share out the points.

    Parameters
    ----------
    exercise
        What is asked.
    candidate
        The learner's function, or a callable that stands in for it and runs it elsewhere. It is
        only ever called as ``candidate(*arguments)``. A stand-in reports the learner's exceptions
        as ``LearnerError`` and writes changes of an array argument back into that array. None
        means that the learner has no such function.
    seed
        Non-negative integer, or several of them. The same seed gives the same verdict.

    Returns
    -------
    Verdict
    """
    sentence, aspect = door(exercise, candidate)
    if aspect is not None:
        return _nothing(exercise, sentence, aspect)
    prepared = prepare(exercise, seed)
    rng, cases, targets = prepared.generator(), prepared.cases, prepared.targets
    sentence = signature_sentence(exercise, candidate, cases[0])
    if sentence:
        return _nothing(exercise, sentence, Aspect.SIGNATURE)
    seen: list[Observation] = []
    stopped = False
    for case in cases:
        seen.append(observe(candidate, case))
        failure = seen[-1].failure
        stopped = failure is not None and (failure.fatal or failure.unwritten)
        if stopped:
            break
    results = [
        list(examine(exercise, case, wanted, one))
        for case, wanted, one in zip(cases, targets, seen, strict=False)
    ]
    for case, wanted in list(zip(cases, targets, strict=True))[len(seen) :]:
        results.append([_not_reached(one) for one in examine(exercise, case, wanted, seen[-1])])
    for case, one, found in zip(cases, seen, results, strict=False):
        if not stopped:
            found += properties(exercise, candidate, case, one, found, rng)
    if exercise.speed is not None:
        results[-1].append(_speed(exercise.speed, candidate, results, rng.spawn(1)[0]))
    return _verdict(prepared, seen, results)


def door(exercise: Exercise, candidate: Any) -> tuple[str, Aspect | None]:
    """Check that there is something to call."""
    name = exercise.name
    if candidate is None:
        return f"There is no function {name}: run the cell that defines it.", Aspect.EXISTS
    if not callable(candidate):
        kind = type(candidate).__name__
        return f"{name} is of type {kind}, expected a function.", Aspect.CALLABLE
    return "", None


def signature_sentence(exercise: Exercise, candidate: Callable[..., Any], case: Case) -> str:
    """Check that the function takes the arguments it will be called with."""
    try:
        signature = inspect.signature(candidate)
    except (TypeError, ValueError):  # a built-in function tells nothing about its arguments
        return ""
    try:
        signature.bind(*case.arguments.values())
    except TypeError:
        return (
            f"Your function is {exercise.name}{signature}, "
            f"but it will be called as {exercise.call_form}."
        )
    return ""


class _UnusableError(Exception):
    """A call made for a property failed or returned something else than arrays."""


def properties(
    exercise: Exercise,
    candidate: Callable[..., Any],
    case: Case,
    seen: Observation,
    results: Sequence[Result],
    rng: np.random.Generator,
) -> list[Result]:
    """Try the properties on one case; they are reached when its outputs are right."""
    found = []
    reached = all(result.passed for result in results if result.aspect not in MANNER)
    outputs = tuple(received.array for received in seen.received) if reached else ()
    for item in exercise.properties:
        if not item.when(case):
            continue
        child = rng.spawn(1)[0]
        if not reached:
            found.append(Result(Aspect.PROPERTY, None, None, part=item.part))
            continue

        def call(*arguments: Any) -> tuple[np.ndarray, ...]:
            given = dict(zip(case.arguments, arguments, strict=True))
            again = observe(candidate, Case(given, "", launch=case.launch))
            if again.failure:
                raise _UnusableError(failure_sentence(exercise, again.failure))
            arrays = tuple(received.array for received in again.received)
            if count_sentence(exercise, again) or any(array is None for array in arrays):
                raise _UnusableError(
                    f"{exercise.name} does not always return the same kind of value."
                )
            return arrays  # type: ignore[return-value]

        try:
            sentence = item.violation(call, case, outputs, child)  # type: ignore[arg-type]
        except _UnusableError as unusable:
            sentence = str(unusable)
        found.append(Result(Aspect.PROPERTY, None, not sentence, sentence or "", item.part))
    return found


def _speed(
    speed: Speed,
    candidate: Callable[..., Any],
    results: Sequence[Sequence[Result]],
    rng: np.random.Generator,
) -> Result:
    """Measure a function that is right; of a wrong one nobody asks how fast it is."""
    right = frozenset(Aspect) - MANNER | {Aspect.PROPERTY}
    if not all(one.passed for found in results for one in found if one.aspect in right):
        return Result(Aspect.SPEED, None, None)
    sentence = too_slow(candidate, speed, speed.draw(rng))
    return Result(Aspect.SPEED, None, not sentence, sentence)


def _not_reached(result: Result) -> Result:
    return Result(result.aspect, result.output, None, part=result.part)


def _nothing(exercise: Exercise, sentence: str, aspect: Aspect) -> Verdict:
    """No points: the function could not even be called."""
    return Verdict(
        exercise=exercise.name,
        points=0.0,
        max_points=exercise.points,
        message=sentence,
        aspect=aspect.value,
        parts=tuple(PartResult(p.name, p.title, 0.0, p.points) for p in exercise.parts),
    )


def _verdict(
    prepared: Prepared,
    seen: Sequence[Observation],
    results: Sequence[Sequence[Result]],
) -> Verdict:
    exercise, cases = prepared.exercise, prepared.cases
    parts = share_out(exercise, cases, results)
    findings = [
        (index, result)
        for index, found in enumerate(results)
        for result in found
        if result.passed is False
    ]
    # Values first: a property that fails because some values are wrong explains less.
    # Speed comes last of all.
    late = (Aspect.PROPERTY, Aspect.SPEED)
    findings.sort(
        key=lambda finding: late.index(finding[1].aspect) + 1 if finding[1].aspect in late else 0
    )
    verdict = Verdict(
        exercise=exercise.name,
        points=float(sum(part.earned for part in parts)),
        max_points=float(exercise.points),
        parts=parts,
        checks=sum(map(len, results)),
        failed=sum(not result.passed for found in results for result in found),
    )
    if not findings:
        return verdict
    index, finding = findings[0]
    failure = seen[index].failure
    if failure and (failure.unwritten or failure.fatal):
        mistake, message = None, finding.sentence
    else:
        failed = [case for case, _ in findings]
        mistake = name_mistake(prepared, seen, finding, failed)
        message = explain(cases[index], finding, mistake)
    return replace(
        verdict,
        message=message,
        mistake=mistake.name if mistake else None,
        aspect=finding.aspect.value,
        printed=seen[index].printed,
        details=failure.details if failure else "",
    )


def explain(case: Case, finding: Result, mistake: Mistake | None) -> str:
    """Say what came out and what was expected, then the likely mistake, then what was given."""
    if finding.aspect is Aspect.COUNT:
        paragraphs = [finding.sentence]
    elif finding.aspect is Aspect.PROPERTY:
        paragraphs = [f"{finding.sentence} (Seen with {case.about}.)"]
    elif finding.aspect is Aspect.SPEED:
        paragraphs = [f"All values are right, but {finding.sentence}"]
    else:
        paragraphs = [f"With {case.about}: {finding.sentence}"]
    if mistake is not None:
        paragraphs.append(mistake.sentence.format_map(case.facts))
    if finding.aspect in (Aspect.RUNS, Aspect.SHAPE, Aspect.FINITE, Aspect.VALUES):
        paragraphs.append(words.given(case))
    return "\n".join(filter(None, paragraphs))


def share_out(
    exercise: Exercise, cases: Sequence[Case], results: Sequence[Sequence[Result]]
) -> tuple[PartResult, ...]:
    """Give each part its points when all of its checks were made and passed."""
    lost: set[str] = set()
    passed: set[str] = set()
    for case, found in zip(cases, results, strict=True):
        for result in found:
            part = exercise.part_of(case, result.aspect, result.output, result.part)
            if part is None:
                continue
            if result.passed:
                passed.add(part.name)
            elif result.passed is False or result.aspect not in MANNER:
                lost.add(part.name)
    by_name = {part.name: part for part in exercise.parts}

    def earned(part: Part) -> bool:
        return (
            part.name in passed
            and part.name not in lost
            and all(earned(by_name[name]) for name in part.needs)
        )

    return tuple(
        PartResult(part.name, part.title, part.points if earned(part) else 0.0, part.points)
        for part in exercise.parts
    )
