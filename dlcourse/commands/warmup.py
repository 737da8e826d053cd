"""Compile the library's kernels and keep them in Numba's cache.

Done once for a machine, it takes the waiting out of the first training step.
"""

import argparse

from dlcourse.commands import kernels

SUMMARY = "compile the kernels now rather than at their first use"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``dlcourse warmup``: it has none."""


def run(arguments: argparse.Namespace) -> int:
    """Compile and cache all kernels."""
    kernels.warm()
    return 0
