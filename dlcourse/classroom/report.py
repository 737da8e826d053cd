"""The class on one page: how it went, what went wrong, and what is left for a person to do.

One file without scripts, which loads nothing. All that comes from strangers is escaped.
"""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from statistics import mean, median
from urllib.parse import quote

from dlcourse.classroom.charts import histogram, shares
from dlcourse.classroom.similarity import similar
from dlcourse.grading.release import Release
from dlcourse.grading.results import REFUSED, Result, Review
from dlcourse.grading.text import plain

#: Where ``dlcourse lab`` and JupyterLab serve formgrader.
FORMGRADER = "http://localhost:8888/formgrader"
_MOST_MISTAKES, _MOST_PAIRS, _MOST_SLOW = 25, 30, 8

_STYLE = """
:root { color-scheme: light dark; --good: light-dark(#1b7a43, #5fc98b);
  --part: light-dark(#b4500b, #f59a4c); --bad: light-dark(#bf2c4c, #ff8597);
  --bar: light-dark(#0b6bb0, #62b3f0); --line: light-dark(#767676, #8a8a8a);
  --link: light-dark(#0b5c99, #7cc0f5); }
html { background: light-dark(#fff, #121212); color: light-dark(#1b1b1b, #eaeaea); }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 56rem; margin: 2rem auto;
  padding: 0 1rem; }
h1 { font-size: 1.6rem; margin-bottom: 0; }
h2 { font-size: 1.2rem; margin: 2.4rem 0 0.6rem; }
a { color: var(--link); }
.lead { font-size: 1.1rem; margin-top: 0.2rem; }
.note { color: light-dark(#555, #bbb); font-size: 0.92rem; }
svg { display: block; width: 100%; height: auto; }
svg text { font: 13px system-ui, sans-serif; fill: currentColor; }
svg.share { height: 1.1rem; border-radius: 4px; min-width: 8rem; }
.bar { fill: var(--bar); } .axis { stroke: var(--line); }
.full { fill: var(--good); } .some { fill: var(--part); } .none { fill: var(--bad); }
.key::before { content: ""; display: inline-block; width: 0.8em; height: 0.8em;
  margin: 0 0.35em 0 0; border-radius: 2px; }
.key { margin-right: 1.2rem; }
.key-full::before { background: var(--good); } .key-some::before { background: var(--part); }
.key-none::before { background: var(--bad); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: 0.3rem 0.8rem 0.3rem 0; vertical-align: top;
  border-bottom: 1px solid light-dark(#ddd, #444); }
th { font-weight: 600; }
td.number, th.number { text-align: right; }
td.chart { width: 45%; vertical-align: middle; }
code { font: 0.9rem ui-monospace, monospace; }
""".strip()


def report(
    results: Sequence[Result],
    release: Release,
    reviews: Mapping[str, Review] | None = None,
    formgrader: str = FORMGRADER,
) -> str:
    """Return the page about a class.

    Parameters
    ----------
    results : sequence of Result
        Of one lab.
    release : Release
        The lab as it was handed out.
    reviews : mapping of Review, optional
        What persons have added, by learner, where there is a gradebook.
    formgrader : str
        Address of formgrader, for links to what is to be graded by hand.
    """
    graded = [one for one in results if one.status != REFUSED]
    lab = _text(release.lab)
    parts = [
        "<!DOCTYPE html>", '<html lang="en">', "<head>", '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f"<title>{lab}: the class</title>", f"<style>\n{_STYLE}\n</style>", "</head>", "<body>",
        "<main>", f"<h1>{lab}: the class</h1>",
    ]  # fmt: skip
    parts.append(f'<p class="lead">{_summary(results, graded)}</p>')
    if graded:
        totals = [(reviews or {}).get(one.student, Review()).total(one) for one in graded]
        by_hand = sum(one.max_points for one in graded[0].written) if reviews else 0.0
        most = graded[0].max_points + by_hand
        parts += ["<h2>Points</h2>", histogram(totals, most, f"Points of {most:g}")]
        parts += _by_exercise(graded)
        parts += _mistakes(graded)
        parts += _slowest(graded)
    parts += _alike(graded, release)
    parts += _by_hand(results, reviews, release, formgrader)
    parts += _refused(results)
    return "\n".join([*parts, "</main>", "</body>", "</html>", ""])


def write_report(path: Path, page: str) -> None:
    """Write the page, with the folder it is to lie in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, encoding="utf-8")


def _summary(results: Sequence[Result], graded: Sequence[Result]) -> str:
    told = f"{len(graded)} of {len(results)} submissions graded"
    if graded:
        points = [one.points for one in graded]
        told += (
            f"; {mean(points):.1f} of {graded[0].max_points:g} points on average, "
            f"{median(points):g} in the middle"
        )
    return f"{told}."


def _by_exercise(graded: Sequence[Result]) -> list[str]:
    rows = []
    for marks in zip(*(one.marks for one in graded), strict=True):
        full = sum(mark.passed for mark in marks)
        none = sum(mark.points == 0 < mark.max_points for mark in marks)
        name = marks[0].exercise
        rows.append(
            f"<tr><td>{_code(name)}</td>"
            f'<td class="number">{mean(mark.points for mark in marks):.1f} of '
            f"{marks[0].max_points:g}</td>"
            f'<td class="chart">{shares(full, len(marks) - full - none, none, name)}</td>'
            f'<td class="number">{full / len(marks):.0%}</td></tr>'
        )
    keys = "".join(
        f'<span class="key key-{kind}">{said}</span>'
        for kind, said in (("full", "all points"), ("some", "some"), ("none", "none"))
    )
    head = ("Exercise", "Points on average", "Learners with all, some or no points", "Right")
    return ["<h2>By exercise</h2>", f'<p class="note">{keys}</p>', _table(head, rows, {1, 3})]


def _mistakes(graded: Sequence[Result]) -> list[str]:
    counted = Counter(
        (mark.mistake, mark.exercise)
        for one in graded
        for mark in one.marks
        if mark.mistake is not None
    )
    parts = ["<h2>Most frequent mistakes</h2>"]
    if not counted:
        return [*parts, '<p class="note">No mistake that has a name.</p>']
    ordered = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    rows = [
        f'<tr><td class="number">{count} of {len(graded)}</td><td>{_text(name)}</td>'
        f"<td>{_code(exercise)}</td></tr>"
        for (name, exercise), count in ordered[:_MOST_MISTAKES]
    ]
    parts.append(_table(("Learners", "Mistake", "Exercise"), rows, {0}))
    if len(ordered) > _MOST_MISTAKES:
        parts.append(f'<p class="note">And {len(ordered) - _MOST_MISTAKES} rarer ones.</p>')
    return parts


def _slowest(graded: Sequence[Result]) -> list[str]:
    timed = [
        (median(mark.seconds for mark in marks), max(mark.seconds for mark in marks), marks)
        for marks in zip(*(one.marks for one in graded), strict=True)
    ]
    timed.sort(key=lambda item: -item[1])
    rows = []
    for middle, longest, marks in timed[:_MOST_SLOW]:
        who = next(one.student for one, mark in zip(graded, marks, strict=True)
                   if mark.seconds == longest)  # fmt: skip
        rows.append(
            f"<tr><td>{_code(marks[0].exercise)}</td>"
            f'<td class="number">{middle:.2f}</td><td class="number">{longest:.2f}</td>'
            f"<td>{_text(who)}</td></tr>"
        )
    head = ("Exercise", "Seconds, in the middle", "The longest", "Whose")
    return ["<h2>Slowest exercises</h2>", _table(head, rows, {1, 2})]


def _alike(graded: Sequence[Result], release: Release) -> list[str]:
    pairs = similar(graded, release.stubs)
    parts = ["<h2>Similar submissions</h2>"]
    if not pairs:
        return [*parts, '<p class="note">No two are alike in what hardly anybody else wrote.</p>']
    parts.append(
        '<p class="note">Alike in what hardly anybody else wrote; names, comments and blanks do '
        "not count. Look before you judge: two who learnt together write alike as well.</p>"
    )
    rows = [
        f'<tr><td class="number">{pair.share:.0%}</td><td>{_text(pair.first)}</td>'
        f"<td>{_text(pair.second)}</td>"
        f"<td>{_code(', '.join(pair.exercises))}</td></tr>"
        for pair in pairs[:_MOST_PAIRS]
    ]
    parts.append(_table(("In common", "", "", "Where"), rows, {0}))
    if len(pairs) > _MOST_PAIRS:
        parts.append(f'<p class="note">And {len(pairs) - _MOST_PAIRS} more pairs.</p>')
    return parts


def _by_hand(
    results: Sequence[Result],
    reviews: Mapping[str, Review] | None,
    release: Release,
    formgrader: str,
) -> list[str]:
    parts = ["<h2>To grade by hand</h2>"]
    rows = []
    for question, points in release.written.items():
        answers = [
            one.student
            for one in results
            for answer in one.written
            if answer.question == question and answer.text.strip()
        ]
        waiting = [
            name for name in answers if question not in (reviews or {}).get(name, Review()).points
        ]
        rows.append(
            f'<tr><td>{_code(question)}</td><td class="number">{points:g}</td>'
            f'<td class="number">{len(waiting)}</td><td class="number">'
            f"{len(results) - len(answers)}</td></tr>"
        )
    if not rows:
        return [*parts, '<p class="note">This lab asks nothing in words.</p>']
    parts.append(_table(("Question", "Points", "Waiting", "Not answered"), rows, {1, 2, 3}))
    if reviews is not None:
        lab = quote(release.lab)
        address = html.escape(f"{formgrader}/gradebook/{lab}/{lab}", quote=True)
        parts.append(f'<p><a href="{address}">Grade them in formgrader</a></p>')
    return parts


def _refused(results: Sequence[Result]) -> list[str]:
    rows = [
        f"<tr><td>{_text(one.student)}</td><td>{_text(one.message)}</td></tr>"
        for one in results
        if one.status == REFUSED
    ]
    return ["<h2>Refused</h2>", _table(("Submission", "Why"), rows, set())] if rows else []


def _table(head: Sequence[str], rows: Iterable[str], numbers: set[int]) -> str:
    cells = "".join(
        f'<th scope="col"{" class=number" if i in numbers else ""}>{name or "Learner"}</th>'
        for i, name in enumerate(head)
    )
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{head[-1]}, table">'
        f"<table><thead><tr>{cells}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def _code(name: str) -> str:
    """Return names of exercises, which may be broken after an underscore."""
    return f"<code>{_text(name).replace('_', '_<wbr>')}</code>"


def _text(text: str) -> str:
    return html.escape(plain(text))
