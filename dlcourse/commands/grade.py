"""Grade submissions of a lab, and print a table of the results.

Where nbgrader has collected submissions of the lab (``labs/submitted``), these are graded, and the
results go into nbgrader's gradebook, formgrader and feedback. Where it has not, and no other folder
is named, the sample class that comes with the course is graded. Each submission runs in a sandbox,
without the tests and without a network; the results are compared outside it.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dlcourse.commands import course, optional
from dlcourse.commands.errors import UserError

if TYPE_CHECKING:
    from dlcourse.classroom import Course, Merged
    from dlcourse.grading import Result
    from dlcourse.grading.results import Review

SUMMARY = "grade a class with nbgrader, a folder of submissions, or the sample class"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``dlcourse grade``."""
    parser.add_argument(
        "lab", nargs="?", default="backprop", metavar="LAB", help="the lab (default: %(default)s)"
    )
    course.add_argument(parser)
    parser.add_argument(
        "--submissions",
        type=Path,
        metavar="FOLDER",
        help="the folder with STUDENT/LAB/LAB.ipynb in it; nothing is entered in the gradebook "
        "(default: what nbgrader has collected, or the sample class)",
    )
    parser.add_argument("--student", metavar="NAME", help="grade this one only")
    parser.add_argument(
        "--workers",
        type=int,
        metavar="N",
        help="how many to grade at a time (default: one for each core)",
    )
    parser.add_argument(
        "--cluster",
        metavar="ADDRESS",
        help="grade on the workers of the Dask scheduler there, as tcp://10.0.0.1:8786",
    )
    parser.add_argument(
        "--seed-file",
        type=Path,
        metavar="FILE",
        help="a text that learners do not know; the inputs of the checks are drawn from it",
    )
    parser.add_argument(
        "--again",
        action="store_true",
        help="grade anew what an earlier run has graded and what has not changed since",
    )
    parser.add_argument(
        "--record",
        type=Path,
        metavar="FILE",
        help="where results are kept for that (default: .graded/LAB.jsonl in the folder)",
    )
    parser.add_argument(
        "--unsafe",
        action="store_true",
        help="run the submissions without a sandbox, with all that you may do yourself",
    )
    parser.add_argument(
        "--csv", type=Path, metavar="FILE", help="write the results there too, a row an exercise"
    )
    parser.add_argument(
        "--feedback", type=Path, metavar="FOLDER", help="write a page for each learner there"
    )
    parser.add_argument(
        "--report",
        type=Path,
        metavar="FILE",
        help="write a page about the class there (with nbgrader: labs/reports/LAB.html)",
    )
    parser.add_argument(
        "--formgrader",
        metavar="ADDRESS",
        help="where that page's links to formgrader lead, as https://hub.example.org/user/NAME/"
        "formgrader (default: JupyterLab's usual address on this machine)",
    )
    parser.add_argument(
        "--canvas", type=Path, metavar="FILE", help="write the points for Canvas to import"
    )
    parser.add_argument(
        "--roster",
        type=Path,
        metavar="FILE",
        help="what Canvas exported, or Moodle's grading worksheet: students as it knows them",
    )
    parser.add_argument(
        "--moodle", type=Path, metavar="FILE", help="write the points for Moodle to import"
    )


def run(arguments: argparse.Namespace) -> int:
    """Grade, print the table, enter it in the gradebook, write what was asked for."""
    optional.require("nbformat")
    from dlcourse.grading import GradingError, SandboxError, grade, table

    if arguments.roster and bool(arguments.canvas) == bool(arguments.moodle):
        raise UserError("--roster needs one of --canvas and --moodle: name the file to write, too.")
    formgrader = arguments.formgrader
    if formgrader is not None and not formgrader.startswith(("http://", "https://")):
        raise UserError(
            f"--formgrader is {formgrader!r}, expected an address that begins with http:// or "
            "https://."
        )
    folder = course.find(arguments.course)
    try:
        class_ = _class(arguments, folder)
        results = grade(
            arguments.lab,
            submissions=class_.submitted if class_ else arguments.submissions,
            workers=arguments.workers,
            student=arguments.student,
            seed_file=arguments.seed_file,
            unsafe=arguments.unsafe,
            course=folder,
            progress=sys.stderr.isatty(),
            record=arguments.record,
            again=arguments.again,
            cluster=arguments.cluster,
        )
        print(table(results), end="")
        merged = _enter(class_, folder, results) if class_ else None
        if class_ and not arguments.report and not arguments.student:
            arguments.report = class_.folder / "reports" / f"{arguments.lab}.html"
        _write(arguments, folder, results, merged.reviews if merged else None)
    except (GradingError, SandboxError) as error:
        raise UserError(f"{error}.") from error
    except OSError as error:
        raise UserError(f"{error.filename} cannot be written: {error.strerror}.") from error
    return 0


def _write(
    arguments: argparse.Namespace,
    folder: Path,
    results: "Sequence[Result]",
    reviews: "Mapping[str, Review] | None",
) -> None:
    """Write the files that were asked for, and say where they are."""
    from dlcourse.grading import release, write_csv, write_feedback
    from dlcourse.grading.text import plain

    if arguments.csv:
        write_csv(results, arguments.csv)
        print(f"The results are in {arguments.csv}.")
    if arguments.feedback:
        write_feedback(results, arguments.feedback)
        print(f"The learners' pages are in {arguments.feedback}.")
    if arguments.report:
        optional.require("copydetect")
        from dlcourse.classroom.report import FORMGRADER, report, write_report

        handed_out = release.load(folder, arguments.lab)
        formgrader = (arguments.formgrader or FORMGRADER).rstrip("/")
        write_report(arguments.report, report(results, handed_out, reviews, formgrader))
        print(f"The class is described in {arguments.report}.")
    missing: list[str] = []
    if arguments.canvas:
        from dlcourse.classroom.exports import write_canvas

        missing = write_canvas(results, arguments.canvas, arguments.roster, reviews)
        print(f"The points for Canvas are in {arguments.canvas}.")
    if arguments.moodle:
        from dlcourse.classroom.exports import write_moodle

        missing += write_moodle(results, arguments.moodle, arguments.roster, reviews)
        print(f"The points for Moodle are in {arguments.moodle}.")
    if missing:
        print(f"Not in the roster, and so not in that file: {', '.join(map(plain, missing))}.")


def _class(arguments: argparse.Namespace, folder: Path) -> "Course | None":
    """Return the course as nbgrader runs it, if it has collected this lab and none was named."""
    labs = folder / "labs"
    if arguments.submissions is not None or not (labs / "nbgrader_config.py").is_file():
        return None
    optional.require("nbgrader")
    from dlcourse.classroom import Course

    found = Course(labs)
    return found if found.has_submissions(arguments.lab) else None


def _enter(class_: "Course", folder: Path, results: "Sequence[Result]") -> "Merged":
    """Put the results where nbgrader has its own, and say so."""
    from dlcourse.classroom import merge
    from dlcourse.grading import release

    merged = merge(class_, release.load(folder, results[0].lab), results)
    told = f"{merged.students} in the gradebook"
    if merged.late:
        told += f", {merged.late} late"
    if merged.by_hand:
        told += f"; {merged.by_hand} to look at by hand, in formgrader"
    print(f"{told}.\nThe learners' pages are in {class_.feedback}.")
    return merged
