"""What grading found out: one `Result` a submission, one `Mark` an exercise."""

from __future__ import annotations

from dataclasses import dataclass, field

GRADED = "graded"
MENDED = "mended"  # graded, after something in the notebook had to be put right
REFUSED = "refused"


@dataclass(frozen=True)
class Mark:
    """The outcome of one exercise.

    Attributes
    ----------
    exercise : str
    points, max_points : float
    message : str
        What the learner is told; empty when everything is right.
    mistake : str or None
        Name of the known mistake.
    code : str
        The learner's cell as it was judged.
    printed : str
        What that cell printed when it was run, before any input of a check was in reach.
    seconds : float
        How long the check took: no part of the grade, and of nothing that is compared or given to
        others, since no two runs take the same.
    """

    exercise: str
    points: float
    max_points: float
    message: str = ""
    mistake: str | None = None
    code: str = ""
    printed: str = ""
    seconds: float = field(default=0.0, compare=False)

    @property
    def passed(self) -> bool:
        """Whether every point was earned."""
        return self.points == self.max_points


@dataclass(frozen=True)
class Written:
    """An answer in words, which a person grades.

    Attributes
    ----------
    question : str
        The cell's grade id.
    max_points : float
        Not part of the result's points.
    text : str
        What the learner wrote, as Markdown; empty when nothing was.
    """

    question: str
    max_points: float
    text: str = ""


@dataclass(frozen=True)
class Result:
    """The outcome of one submission.

    Attributes
    ----------
    student, lab : str
    status : str
        ``graded``, ``mended`` (graded after a repair, see ``message``) or ``refused``.
    marks : tuple of Mark
        One an exercise of the lab, in order; a refused submission has zeros.
    message : str
        About the submission as a whole: why it was refused, what was mended.
    written : tuple of Written
        The answers that are still to be graded by hand.
    """

    student: str
    lab: str
    status: str
    marks: tuple[Mark, ...]
    message: str = ""
    written: tuple[Written, ...] = ()

    @property
    def points(self) -> float:
        """Points of all exercises together."""
        return sum(mark.points for mark in self.marks)

    @property
    def max_points(self) -> float:
        """Points that could be had."""
        return sum(mark.max_points for mark in self.marks)

    @property
    def mistakes(self) -> tuple[str, ...]:
        """Names of the known mistakes that were found, in the order of the exercises."""
        return tuple(mark.mistake for mark in self.marks if mark.mistake)


@dataclass(frozen=True)
class Review:
    """What a person, and the clock, have added to a result.

    Attributes
    ----------
    points : dict of float
        By exercise or question: scores that count in place of the engine's, or that it could not
        give.
    comments : dict of str
        By exercise or question.
    penalty : float
        Points taken off because the work came late.
    """

    points: dict[str, float] = field(default_factory=dict)
    comments: dict[str, str] = field(default_factory=dict)
    penalty: float = 0.0

    def total(self, result: Result) -> float:
        """Return the points of a result with all that was added."""
        own = {mark.exercise: mark.points for mark in result.marks}
        return max(0.0, sum((own | self.points).values()) - self.penalty)

    def out_of(self, result: Result) -> float:
        """Return the points that could be had of what is graded by now."""
        by_hand = sum(one.max_points for one in result.written if one.question in self.points)
        return result.max_points + by_hand
