"""The check as a learner meets it: one line in a test cell."""

from __future__ import annotations

import html
import importlib.util
import os
import textwrap
from typing import Any

from dlcourse.checks import exercises, words
from dlcourse.checks.judging import Verdict, judge
from dlcourse.checks.seeds import current_seed

# nbgrader's Validate cuts longer lines off.
LINE_WIDTH = 80
# A learner's print statements are shown up to this many lines.
PRINTED_LINES = 20


class CheckFailed(Exception):
    """
    A check did not pass.

    IPython shows the message alone, without a traceback through the engine.

    Parameters
    ----------
    message
        What the learner is told.
    verdict
        The verdict, or None when nothing could be judged.
    """

    def __init__(self, message: str, verdict: Verdict | None = None):
        super().__init__(message)
        self.verdict = verdict

    def _render_traceback_(self) -> list[str]:
        return str(self).split("\n")


class Score(float):
    """
    Points earned, which nbgrader reads as a number and a learner sees as a line.

    nbgrader takes the plain text of a test cell's last value as its points, so ``repr`` is the
    number alone; JupyterLab and the feedback page prefer the HTML.
    """

    verdict: Verdict

    def __new__(cls, verdict: Verdict) -> Score:
        """Make the number that carries its verdict."""
        score = super().__new__(cls, verdict.points)
        score.verdict = verdict
        return score

    def __repr__(self) -> str:
        return float.__repr__(self)

    def __str__(self) -> str:
        return report(self.verdict)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(repr(self))

    def _repr_html_(self) -> str:
        headline, _, rest = report(self.verdict).partition("\n")
        mark = "✓" if self.verdict.passed else "✗"
        more = f"<pre>{html.escape(rest.strip(chr(10)))}</pre>" if rest else ""
        return f"<div><strong>{mark} {html.escape(headline)}</strong>{more}</div>"


def check(name: str, candidate: Any) -> Score:
    """
    Check a function against the exercise of that name.

    Parameters
    ----------
    name
        Name of the exercise: "dense_forward".
    candidate
        The learner's function.

    Returns
    -------
    Score
        The points, when all were earned. While nbgrader grades, also when some were earned: an
        exception would count as none.

    Raises
    ------
    CheckFailed
        Something is not right yet; the message says what.
    """
    exercise = exercises.find(name)
    if exercise is None:
        raise CheckFailed(unknown_name(name))
    verdict = judge(exercise, candidate, current_seed())
    if verdict.printed.strip() and not verdict.passed:
        print(shortened(verdict.printed))
    if verdict.details:
        show_details(verdict.details)
    if verdict.passed or (verdict.points > 0 and grading()):
        return Score(verdict)
    raise CheckFailed(report(verdict), verdict)


def grading() -> bool:
    """Whether nbgrader is grading, as against a learner who validates or runs the notebook."""
    return os.environ.get("NBGRADER_EXECUTION") == "autograde"


def report(verdict: Verdict) -> str:
    """Write the verdict as a learner reads it: the points, what is wrong, and what is missing."""
    if verdict.passed:
        return verdict.headline
    paragraphs = [wrapped(verdict.headline), wrapped(verdict.message)]
    if len(verdict.parts) > 1 and verdict.points > 0:
        paragraphs.append(
            "\n".join(
                wrapped(
                    f"{'✓' if part.earned else '✗'} {words.points(part.earned)} of "
                    f"{words.points(part.points)}: {part.title}",
                    indent="  ",
                )
                for part in verdict.parts
            )
        )
    return "\n\n".join(paragraphs)


def wrapped(text: str, indent: str = "") -> str:
    """Break lines where nbgrader would cut them off; indented lines are code and stay."""
    lines = []
    for line in text.split("\n"):
        if line.startswith(" "):
            lines.append(line if len(line) <= LINE_WIDTH else line[: LINE_WIDTH - 1] + "…")
        else:
            lines += textwrap.wrap(
                line, LINE_WIDTH, break_long_words=False, subsequent_indent=indent
            ) or [""]
    return "\n".join(lines)


def shortened(printed: str) -> str:
    """Say what the function printed in the call that the message is about."""
    lines = printed.strip("\n").split("\n")
    if len(lines) > PRINTED_LINES:
        lines = [*lines[:PRINTED_LINES], f"… ({len(lines) - PRINTED_LINES} more lines)"]
    return "Your function printed:\n" + "\n".join(lines)


def show_details(text: str) -> None:
    """Show the whole of what Numba says, a click away, where there is a page to click on."""
    if importlib.util.find_spec("IPython") is None:
        return
    from IPython.display import HTML, display

    body = html.escape(text)
    display(HTML(f"<details><summary>All that Numba says</summary><pre>{body}</pre></details>"))


def unknown_name(name: Any) -> str:
    """Say that there is no such exercise, and which one may be meant."""
    nearest = exercises.nearest(str(name))
    hint = f' Did you mean "{nearest}"?' if nearest else ""
    return f'There is no exercise named "{name}".{hint}'
