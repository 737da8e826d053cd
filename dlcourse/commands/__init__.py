"""The ``dlcourse`` console command.

Each subcommand is a module with ``SUMMARY``, ``add_arguments(parser)`` and
``run(arguments) -> int``. Modules import what is heavy inside their functions, so that
``dlcourse --version`` and ``dlcourse --help`` answer at once.
"""

import argparse
import os
import sys
from collections.abc import Sequence

import dlcourse
from dlcourse.commands import book, cache, check, doctor, grade, lab, update, warmup
from dlcourse.commands.errors import UserError

SUBCOMMANDS = {
    "lab": lab,
    "update": update,
    "warmup": warmup,
    "check": check,
    "grade": grade,
    "book": book,
    "doctor": doctor,
}

# What a shell reports for a program that Ctrl-C ended: 128 + SIGINT.
INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one subcommand.

    Parameters
    ----------
    argv : sequence of str, optional
        The words after ``dlcourse``; those of the command line when left out.

    Returns
    -------
    int
        The exit status: 0 when all went well, 1 when the subcommand found something wrong, 2 when
        it could not do what was asked, 130 when it was interrupted.

    Raises
    ------
    SystemExit
        By ``--help``, ``--version`` and words that are not understood, as argparse does.
    """
    arguments, further = _parser().parse_known_args(argv)
    if further and not arguments.takes_further:
        arguments.parser.error(f"not understood: {' '.join(further)}")
    arguments.further = further
    try:
        cache.ensure_writable()
        return arguments.run(arguments)
    except UserError as error:
        print(f"dlcourse {arguments.subcommand}: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"dlcourse {arguments.subcommand}: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # The reader has gone (`dlcourse doctor | head`): nothing is left to say, and the
        # interpreter must not try to flush into the closed pipe at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="dlcourse",
        description="A course on how deep-learning models are trained.",
        epilog="`dlcourse SUBCOMMAND --help` tells more about one of them.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"dlcourse {dlcourse.__version__}")
    subparsers = parser.add_subparsers(dest="subcommand", metavar="SUBCOMMAND", required=True)
    for name, module in SUBCOMMANDS.items():
        subparser = subparsers.add_parser(
            name, help=module.SUMMARY, description=module.__doc__, allow_abbrev=False
        )
        subparser.set_defaults(run=module.run, parser=subparser, takes_further=False)
        module.add_arguments(subparser)
    return parser
