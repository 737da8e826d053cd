"""Grade your own notebook of a lab, as an instructor's run would.

Every answer is run in a process of its own and judged from outside, with the checks and the words
that a class is graded with. A page with points, messages and your code is written beside the
notebook. The status is 0 when every point was earned.
"""

import argparse
import shutil
import tempfile
import textwrap
import webbrowser
from pathlib import Path

from dlcourse.commands import course, optional
from dlcourse.commands.errors import UserError

SUMMARY = "grade your own notebook of a lab"

# Whose work it is: the learner's own, so that no name is asked for.
LEARNER = "you"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``dlcourse check``."""
    parser.add_argument("lab", metavar="LAB", help="the lab, such as backprop")
    course.add_argument(parser)
    parser.add_argument(
        "--notebook",
        type=Path,
        metavar="FILE",
        help="the notebook (default: LAB.ipynb here, or in the working folder of the course)",
    )
    parser.add_argument(
        "--page",
        type=Path,
        metavar="FILE",
        help="where to write the page (default: feedback.html beside the notebook)",
    )
    parser.add_argument(
        "--seed-file",
        type=Path,
        metavar="FILE",
        help="any text: other inputs than those of the checks in the notebook are drawn from it",
    )
    parser.add_argument("--show", action="store_true", help="open the page in the browser")


def run(arguments: argparse.Namespace) -> int:
    """Grade the notebook, print the result, write the page."""
    optional.require("nbformat")
    from dlcourse.grading import GradingError, feedback_page, grade, sandbox_missing

    folder = course.find(arguments.course)
    notebook = find_notebook(arguments.lab, arguments.notebook, folder)
    page = arguments.page or notebook.with_name("feedback.html")
    with tempfile.TemporaryDirectory(prefix="check_") as place:
        handed_in = Path(place, LEARNER, arguments.lab)
        handed_in.mkdir(parents=True)
        try:
            shutil.copyfile(notebook, handed_in / f"{arguments.lab}.ipynb")
            (result,) = grade(
                arguments.lab,
                submissions=Path(place),
                student=LEARNER,
                workers=1,
                seed_file=arguments.seed_file,
                # What would be a stranger's code in a class is the learner's own here.
                unsafe=sandbox_missing() is not None,
                course=folder,
            )
        except GradingError as error:
            raise UserError(f"{error}.") from error
        except OSError as error:
            raise UserError(f"{notebook} cannot be read: {error.strerror}.") from error
    print(summary(result))
    try:
        page.write_text(feedback_page(result), encoding="utf-8")
    except OSError as error:
        raise UserError(f"{page} cannot be written: {error.strerror}.") from error
    print(f"The page with your code: {page}")
    if arguments.show:
        webbrowser.open(page.resolve().as_uri())
    return int(any(not mark.passed for mark in result.marks))


def find_notebook(lab: str, named: Path | None, folder: Path) -> Path:
    """
    Find the learner's notebook of a lab.

    Raises
    ------
    UserError
        It is not where it was said to be, or nowhere that it may be expected.
    """
    if named is not None:
        if not named.is_file():
            raise UserError(f"--notebook {named} is not a file.")
        return named
    name = f"{lab}.ipynb"
    places = (Path(name), Path("labs", lab, name), folder / "work" / "labs" / lab / name)
    for place in places:
        if place.is_file():
            return place
    raise UserError(
        f"there is no notebook {name} here or in the working folder {folder / 'work'}: "
        "go to its folder, or name it with --notebook FILE."
    )


def summary(result) -> str:
    """Write the points, exercise by exercise, with what each message says."""
    lines = [f"{result.lab}: {result.points:g} of {result.max_points:g} points"]
    if result.message:
        lines += textwrap.wrap(result.message, 100)
    if result.status == "refused":
        return "\n".join(lines)
    for mark in result.marks:
        sign = "✓" if mark.passed else "✗"
        lines.append(f"\n{sign} {mark.exercise}: {mark.points:g} of {mark.max_points:g} points")
        for line in mark.message.split("\n") if mark.message else []:
            # Indented lines are code and stay as they are.
            lines += (
                [f"    {line}"]
                if line.startswith(" ")
                else textwrap.wrap(line, 96, initial_indent="    ", subsequent_indent="    ")
            )
    for written in result.written:
        lines.append(f"\n– {written.question}: {written.max_points:g} points, read by a person")
    return "\n".join([*lines, ""])
