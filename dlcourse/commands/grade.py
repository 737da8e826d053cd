"""Grade submissions of a lab, and print a table of the results.

Without arguments, the sample class that comes with the course is graded. Each submission runs in a
sandbox, without the tests and without a network; the results are compared outside it.
"""

import argparse
import sys
from pathlib import Path

from dlcourse.commands import course, optional
from dlcourse.commands.errors import UserError

SUMMARY = "grade the sample class, or a folder of submissions"


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
        help="the folder with STUDENT/LAB/LAB.ipynb in it (default: the sample class)",
    )
    parser.add_argument("--student", metavar="NAME", help="grade this one only")
    parser.add_argument(
        "--workers",
        type=int,
        metavar="N",
        help="how many to grade at a time (default: one for each core)",
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


def run(arguments: argparse.Namespace) -> int:
    """Grade, print the table, write what was asked for."""
    optional.require("nbformat")
    from dlcourse.grading import GradingError, SandboxError, grade, table, write_csv, write_feedback

    try:
        results = grade(
            arguments.lab,
            submissions=arguments.submissions,
            workers=arguments.workers,
            student=arguments.student,
            seed_file=arguments.seed_file,
            unsafe=arguments.unsafe,
            course=course.find(arguments.course),
            progress=sys.stderr.isatty(),
            record=arguments.record,
            again=arguments.again,
        )
    except (GradingError, SandboxError) as error:
        raise UserError(f"{error}.") from error
    print(table(results), end="")
    try:
        if arguments.csv:
            write_csv(results, arguments.csv)
            print(f"The results are in {arguments.csv}.")
        if arguments.feedback:
            write_feedback(results, arguments.feedback)
            print(f"The learners' pages are in {arguments.feedback}.")
    except OSError as error:
        raise UserError(f"{error.filename} cannot be written: {error.strerror}.") from error
    return 0
