"""Grade submissions of a lab, and print a table of the results.

Without arguments, the sample class that comes with the course is graded.
"""

import argparse

SUMMARY = "grade the sample class, or a folder of submissions"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``dlcourse grade``."""


def run(arguments: argparse.Namespace) -> int:
    """Grade."""
    raise NotImplementedError
