"""The results of a class as a table to read, and as CSV and JSON to go on with."""

from __future__ import annotations

import csv
import json
import textwrap
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from dlcourse.grading.results import REFUSED, Mark, Result
from dlcourse.grading.text import for_spreadsheet, plain

_LONGEST_NAME = 24


def table(results: Sequence[Result], width: int = 100) -> str:
    """Return the results as a table for a terminal.

    One row a submission, with the points of each exercise and, under it, what was lost and why.

    Parameters
    ----------
    results : sequence of Result
        Of one lab.
    width : int
        Longest line, in characters.
    """
    if not results:
        return "No submissions.\n"
    exercises = [(mark.exercise, mark.max_points) for mark in results[0].marks]
    columns = [str(number) for number in range(1, len(exercises) + 1)]
    head = ["student", "status", *columns, "total"]
    rows = [_row(result) for result in results]
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    lines = [f"{results[0].lab}: {_count(len(results), 'submission')}", ""]
    lines += [
        f"  {number}  {name} ({points:g})" for number, (name, points) in enumerate(exercises, 1)
    ]
    lines += [f"  –  {one.question} ({one.max_points:g}), by hand" for one in results[0].written]
    rule = "─" * (sum(widths) + 2 * (len(widths) - 1))
    lines += ["", _line(head, widths), rule]
    for result, row in zip(results, rows, strict=True):
        lines.append(_line(row, widths))
        for remark in _remarks(result):
            lines += textwrap.wrap(
                remark, width, initial_indent="    ", subsequent_indent="       "
            )
    lines += [rule, *_summary(results)]
    return "\n".join(lines) + "\n"


def _row(result: Result) -> list[str]:
    name = plain(result.student)
    if len(name) > _LONGEST_NAME:
        name = name[: _LONGEST_NAME - 1] + "…"
    if result.status == REFUSED:
        points = ["–"] * len(result.marks)
    else:
        points = [f"{mark.points:g}" for mark in result.marks]
    return [name, result.status, *points, f"{result.points:g}/{result.max_points:g}"]


def _line(cells: list[str], widths: list[int]) -> str:
    left = [cell.ljust(width) for cell, width in zip(cells[:2], widths[:2], strict=True)]
    right = [cell.rjust(width) for cell, width in zip(cells[2:], widths[2:], strict=True)]
    return "  ".join(left + right)


def _remarks(result: Result) -> list[str]:
    remarks = [plain(result.message)] if result.message else []
    if result.status == REFUSED:
        return remarks
    for number, mark in enumerate(result.marks, 1):
        if not mark.passed:
            remarks.append(f"{number}: {_reason(mark)}")
    return remarks


def _reason(mark: Mark) -> str:
    if mark.mistake:
        return plain(mark.mistake)
    first, *rest = mark.message.split("\n")
    if rest and first.endswith("in your line"):
        first = f"{first}: {rest[0].strip()}"
    return plain(first)


def _summary(results: Sequence[Result]) -> list[str]:
    graded = [result for result in results if result.status != REFUSED]
    lines = [f"{len(graded)} graded, {len(results) - len(graded)} refused"]
    if graded:
        mean = sum(result.points for result in graded) / len(graded)
        lines[0] += f"; {mean:.1f} of {graded[0].max_points:g} points on average"
    frequent: dict[str, int] = {}
    for result in graded:
        for name in dict.fromkeys(result.mistakes):
            frequent[name] = frequent.get(name, 0) + 1
    ordered = sorted(frequent.items(), key=lambda item: (-item[1], item[0]))[:3]
    if ordered and ordered[0][1] > 1:
        lines.append(
            "most frequent: "
            + "; ".join(f"{plain(name)} ({times} of {len(graded)})" for name, times in ordered)
        )
    return lines


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


def write_csv(results: Sequence[Result], path: Path) -> None:
    """Write one row an exercise: its points, the mistake's name, what the learner is told.

    The last column is about the submission as a whole: why it was refused, what was mended.
    Text that a spreadsheet would take for a formula gets an apostrophe in front.
    """
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            "student lab status exercise points max_points mistake message note".split()  # noqa: SIM905
        )
        for result in results:
            for mark in result.marks:
                texts = [mark.mistake or "", mark.message, result.message]
                writer.writerow(
                    [for_spreadsheet(result.student), result.lab, result.status, mark.exercise]
                    + [f"{mark.points:g}", f"{mark.max_points:g}"]
                    + [for_spreadsheet(text) for text in texts]
                )


def write_json(results: Sequence[Result], path: Path) -> None:
    """Write everything that is known, the learner's code included, as one JSON list.

    The same work gives the same bytes, so that nothing is said of how long a check took.
    """
    told = [asdict(result) for result in results]
    for result in told:
        for mark in result["marks"]:
            del mark["seconds"]
    text = json.dumps(told, indent=1, ensure_ascii=True)
    path.write_text(text + "\n", encoding="utf-8")
