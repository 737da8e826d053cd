"""
The check engine: an exercise is data, and a judge that can be trusted.

In a notebook, ``check("dense_forward", dense_forward)`` is all a learner needs. Grading calls
``judge(exercise, candidate, seed)``, where ``candidate`` runs the learner's function in another
process. Nothing here imports the rest of the library: what is right is decided by independent
float64 oracles in plain NumPy.
"""

from dlcourse.checks.calling import LearnerError
from dlcourse.checks.exercise import (
    Aspect,
    Case,
    Exercise,
    Mistake,
    Output,
    Part,
    Property,
    Target,
)
from dlcourse.checks.judging import PartResult, Verdict, judge
from dlcourse.checks.notebook import CheckFailed, Score, check, report

__all__ = [
    "Aspect",
    "Case",
    "CheckFailed",
    "Exercise",
    "LearnerError",
    "Mistake",
    "Output",
    "Part",
    "PartResult",
    "Property",
    "Score",
    "Target",
    "Verdict",
    "check",
    "judge",
    "report",
]
