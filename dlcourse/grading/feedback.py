"""One page of feedback a learner: points, what was wrong, and the code that was judged.

A page holds no test and no input of a check beyond what a message quotes. Everything on it comes
from strangers, so everything is escaped, and the page may run no script and load nothing.
"""

from __future__ import annotations

import html
import os
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from dlcourse.grading.results import REFUSED, Mark, Result, Review, Written
from dlcourse.grading.text import plain

_STYLE = """
:root { color-scheme: light dark; background: Canvas; color: CanvasText; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin-bottom: 0; }
h2 { font-size: 1.15rem; margin: 2.2rem 0 0.4rem; font-family: ui-monospace, monospace; }
.points { float: right; font-family: system-ui, sans-serif; font-variant-numeric: tabular-nums; }
.total { font-size: 1.15rem; margin-top: 0.2rem; }
.message { border-left: 4px solid #c2410c; padding: 0.3rem 0.9rem; margin: 0.8rem 0; }
.message > * { display: block; white-space: pre-wrap; }
code { font: 0.88rem/1.45 ui-monospace, monospace; margin: 0.3rem 0; }
.right { border-left: 4px solid #15803d; padding: 0.3rem 0.9rem; }
.note { border-left: 4px solid #1d4ed8; padding: 0.3rem 0.9rem; }
.mistake { font-weight: 600; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font: 0.88rem/1.45 ui-monospace, monospace;
      padding: 0.8rem; border: 1px solid #8884; border-radius: 6px; background: #8881; }
summary { cursor: pointer; }
""".strip()


def page(result: Result, review: Review | None = None) -> str:
    """Return the HTML page of one result, with what a person has added."""
    review = review or Review()
    title = f"{_text(result.lab)} – {_text(result.student)}"
    parts = [
        "<!DOCTYPE html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        # A second wall behind the escaping: whatever got through could still not run or load.
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f"<title>{title}</title>",
        f"<style>\n{_STYLE}\n</style>",
        "</head>",
        "<body>",
        "<main>",
        f"<h1>{title}</h1>",
    ]
    if result.status == REFUSED:
        parts.append('<p class="total">This submission could not be graded.</p>')
        parts.append(f'<p class="note">{_text(result.message)}</p>')
    else:
        points = f"{review.total(result):g} of {review.out_of(result):g} points"
        if review.penalty:
            points += f", after {review.penalty:g} taken off for being late"
        parts.append(f'<p class="total">{points}</p>')
        if result.message:
            parts.append(f'<p class="note">{_text(result.message)}</p>')
        parts += [_section(mark, review) for mark in result.marks]
        parts += [_by_hand(written, review) for written in result.written]
    return "\n".join([*parts, "</main>", "</body>", "</html>", ""])


def _section(mark: Mark, review: Review) -> str:
    earned = review.points.get(mark.exercise, mark.points)
    points = f'<span class="points">{earned:g} of {mark.max_points:g}</span>'
    parts = [f"<h2>{_text(mark.exercise)} {points}</h2>"]
    if mark.mistake:
        parts.append(f'<p class="mistake">It looks like: {_text(mark.mistake)}</p>')
    if mark.message:
        parts.append(f'<div class="message">{_message(mark.message)}</div>')
    elif mark.passed:
        parts.append('<p class="right">Everything is right.</p>')
    parts += _remark(mark.exercise, review)
    if mark.printed:
        parts.append(f"<p>Your cell printed:</p>\n<pre>{_text(mark.printed)}</pre>")
    if mark.code:
        parts.append(
            f"<details open><summary>Your code</summary>\n<pre>{_text(mark.code)}</pre></details>"
        )
    return "\n".join(parts)


def _remark(name: str, review: Review) -> list[str]:
    """Return what a person has said about an exercise or an answer."""
    said = review.comments.get(name)
    return [f'<p class="note">Your instructor: {_text(said)}</p>'] if said else []


def _message(message: str) -> str:
    """Return a message's sentences as text and its indented lines as code."""
    parts = []
    for indented, lines in groupby(message.split("\n"), lambda line: line.startswith(" ")):
        text = _text("\n".join(lines))
        parts.append(f"<code>{text}</code>" if indented else f"<span>{text}</span>")
    return "".join(parts)


def _by_hand(written: Written, review: Review) -> str:
    earned = review.points.get(written.question)
    shown = "–" if earned is None else f"{earned:g}"
    points = f'<span class="points">{shown} of {written.max_points:g}</span>'
    parts = [f"<h2>{_text(written.question)} {points}</h2>", *_remark(written.question, review)]
    if written.text:
        if earned is None:
            parts.append('<p class="note">Your instructor reads and grades this answer.</p>')
        parts.append(f"<pre>{_text(written.text)}</pre>")
    else:
        parts.append('<p class="note">Nothing was written here.</p>')
    return "\n".join(parts)


def _text(text: str) -> str:
    return html.escape(plain(text, lines=True))


def write_feedback(results: Sequence[Result], folder: Path) -> list[Path]:
    """Write ``STUDENT/LAB.html`` for each result, as nbgrader lays out its feedback.

    Returns
    -------
    list of Path
        The pages, in the order of the results.
    """
    pages = []
    for result in results:
        # A learner's name is the name of a folder, so it is one step of a path and no more.
        place = folder / os.path.basename(result.student)
        place.mkdir(parents=True, exist_ok=True)
        path = place / f"{result.lab}.html"
        path.write_text(page(result), encoding="utf-8")
        pages.append(path)
    return pages
