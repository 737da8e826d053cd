"""Points for learning management systems, in the files that these import.

Who was refused has no points in them, not zero, until a person has given some: both systems leave
a grade as it is where a cell is empty.
"""

from __future__ import annotations

import csv
import html
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from dlcourse.grading.errors import GradingError
from dlcourse.grading.results import REFUSED, Result, Review
from dlcourse.grading.text import for_spreadsheet

#: The columns that Canvas knows a student by, in its order.
_CANVAS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
_POSSIBLE = "Points Possible"


def write_canvas(
    results: Sequence[Result],
    path: Path,
    roster: Path | None = None,
    reviews: Mapping[str, Review] | None = None,
) -> list[str]:
    """Write a file for *Grades → Import* of Canvas.

    Parameters
    ----------
    results : sequence of Result
        Of one lab.
    path : Path
    roster : Path, optional
        The file that *Grades → Export* of Canvas wrote: it has the numbers that Canvas knows its
        students by, and the column of the assignment, if Canvas has one. Without it, learners'
        names are taken for their login IDs.
    reviews : mapping of Review, optional
        What persons have added, by learner.

    Returns
    -------
    list of str
        Learners who are not in the roster: they are not in the file.

    Raises
    ------
    GradingError
        When the roster is none of Canvas, or names a learner twice.
    """
    points = {one.student: _grade(one, reviews) for one in results}
    lab, most = results[0].lab, _most(results[0], reviews)
    if roster is None:
        people = [
            {"Student": name, "SIS Login ID": name} | dict.fromkeys(("ID", "SIS User ID"), "")
            for name in points
        ]
        columns, column = list(_CANVAS), lab
        found = dict(zip(points, people, strict=True))
    else:
        columns, rows = _read_roster(roster)
        column = next((one for one in columns if one.partition(" (")[0] == lab), lab)
        found = _in_roster(roster, rows, points)
    with path.open("w", encoding="utf-8", newline="") as file:
        known = [name for name in columns if name in _CANVAS]
        writer = csv.writer(file)
        writer.writerow([*known, column])
        writer.writerow([f"    {_POSSIBLE}", *[""] * (len(known) - 1), f"{most:g}"])
        for name, person in found.items():
            told = [for_spreadsheet(person.get(one) or "") for one in known]
            writer.writerow([*told, points[name]])
    return [name for name in points if name not in found]


def write_moodle(
    results: Sequence[Result],
    path: Path,
    roster: Path | None = None,
    reviews: Mapping[str, Review] | None = None,
) -> list[str]:
    """Write a file for Moodle.

    Parameters
    ----------
    results, path, reviews
        As ``write_canvas`` takes them.
    roster : Path, optional
        The *grading worksheet* that was downloaded from an assignment of Moodle, with learners'
        e-mail addresses: it is filled, and uploaded there again. A learner is known in it by the
        address, or by what is before the @. Without it the file is one for *Grades → Import → CSV
        file*. There Moodle asks which column is what: ``username`` is what to identify the user
        by, the lab's name the grade item, and the last one its feedback.

    Returns
    -------
    list of str
        Learners who are not in the worksheet, or whom two of its rows fit: they are left out.

    Raises
    ------
    GradingError
        When the roster is no such worksheet, or its maximum grade is not the lab's.
    """
    lab = results[0].lab
    head = ["username", lab, f"{lab} feedback"]
    rows = [[one.student, _grade(one, reviews), _said(one)] for one in results]
    missing: list[str] = []
    if roster is not None:
        head, rows, missing = _filled(roster, results, reviews)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        for row in (head, *rows):
            writer.writerow([for_spreadsheet(cell) for cell in row])
    return missing


def _filled(
    worksheet: Path, results: Sequence[Result], reviews: Mapping[str, Review] | None
) -> tuple[list[str], list[list[str]], list[str]]:
    """Return a worksheet's head, the rows of those who handed in, and who has none."""
    columns, people = _read_table(worksheet)
    if lacking := {"Identifier", "Email address", "Grade"} - set(columns):
        raise GradingError(
            f"the roster {worksheet} has no column {min(lacking)!r}, expected a grading worksheet "
            "as Moodle writes it in English, with e-mail addresses"
        )
    remarks = next((one for one in columns if one.startswith("Feedback comments")), None)
    most = _most(results[0], reviews)
    rows, missing = [], []
    for result in results:
        found = _of_address(result.student, people)
        if found is None:
            missing.append(result.student)
            continue
        _must_be(most, found.get("Maximum grade") or "", worksheet)
        found = found | {"Grade": _grade(result, reviews)}
        if remarks is not None:  # Moodle takes it for HTML
            found[remarks] = html.escape(_said(result))
        rows.append([found[one] or "" for one in columns])
    return columns, rows, missing


def _of_address(name: str, people: list[dict[str, str]]) -> dict[str, str] | None:
    """Return the one row with this e-mail address, or else with this before the @."""
    addresses = [(one["Email address"] or "").strip().lower() for one in people]
    for known in (addresses, [address.partition("@")[0] for address in addresses]):
        if known.count(name.lower()) == 1:
            return people[known.index(name.lower())]
    return None


def _must_be(most: float, said: str, worksheet: Path) -> None:
    """Refuse another scale than the lab's: Moodle would take 25 of 30 for 25 of 100."""
    try:
        other = bool(said.strip()) and float(said.replace(",", ".")) != most
    except ValueError:
        other = True
    if other:
        raise GradingError(
            f"the roster {worksheet} has the maximum grade {said}, expected {most:g} as the lab "
            "has: change the assignment's and download it again"
        )


def _grade(result: Result, reviews: Mapping[str, Review] | None) -> str:
    review = (reviews or {}).get(result.student, Review())
    if result.status == REFUSED and not review.points:
        return ""
    return f"{review.total(result):g}"


def _said(result: Result) -> str:
    return result.message if result.status == REFUSED else _in_a_line(result)


def _most(result: Result, reviews: Mapping[str, Review] | None) -> float:
    """Return what could be had: what is graded by hand counts as soon as a class is reviewed."""
    by_hand = sum(one.max_points for one in result.written) if reviews is not None else 0.0
    return result.max_points + by_hand


def _in_a_line(result: Result) -> str:
    lost = [
        f"{mark.exercise}: {mark.points:g} of {mark.max_points:g}"
        + (f" ({mark.mistake})" if mark.mistake else "")
        for mark in result.marks
        if not mark.passed
    ]
    return "; ".join(lost) or "Everything is right."


def _read_table(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    """Read a file of an LMS; some are set to write semicolons, as spreadsheets in Europe do."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        delimiter = max(",;", key=text.partition("\n")[0].count)
        reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
        rows = list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise GradingError(f"the roster {path} cannot be read: {error}") from None
    return list(reader.fieldnames or ()), rows


def _read_roster(roster: Path) -> tuple[list[str], list[dict[str, str]]]:
    columns, rows = _read_table(roster)
    if not {"Student", "ID"} <= set(columns):
        raise GradingError(
            f"the roster {roster} begins with {', '.join(columns[:3]) or 'nothing'}, expected the "
            "columns Student and ID, as Canvas exports them"
        )
    return columns, [row for row in rows if (row["Student"] or "").strip() != _POSSIBLE]


def _in_roster(
    roster: Path, rows: list[dict[str, str]], points: Mapping[str, str]
) -> dict[str, dict[str, str]]:
    """Return the rows of those who handed in, by the name that they handed in under."""
    found: dict[str, dict[str, str]] = {}
    for row in rows:
        names = {(row.get(one) or "").strip() for one in ("SIS Login ID", "SIS User ID", "ID")}
        for name in names & points.keys():
            if name in found:
                raise GradingError(f"the roster {roster} names {name!r} twice, expected once")
            found[name] = row
    return {name: found[name] for name in points if name in found}
