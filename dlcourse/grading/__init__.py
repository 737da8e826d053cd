"""Grade a class: ingest, execute in a sandbox, judge from outside, report.

Verdicts that are reached inside the learner's process cannot be trusted, so none is: a
submission's answer cells run in a worker that holds no test, no expected value and nothing else of
value, and only arrays and plain values come out of it. See `grade`.
"""

from dlcourse.grading.errors import GradingError
from dlcourse.grading.feedback import page as feedback_page
from dlcourse.grading.feedback import write_feedback
from dlcourse.grading.grade import grade
from dlcourse.grading.report import table, write_csv, write_json
from dlcourse.grading.results import Mark, Result
from dlcourse.grading.sample import make_class
from dlcourse.grading.sandbox import Limits, SandboxError
from dlcourse.grading.sandbox import why_not as sandbox_missing

__all__ = [
    "GradingError",
    "Limits",
    "Mark",
    "Result",
    "SandboxError",
    "feedback_page",
    "grade",
    "make_class",
    "sandbox_missing",
    "table",
    "write_csv",
    "write_feedback",
    "write_json",
]
