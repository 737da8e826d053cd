"""Look over this machine: Python, packages, threads, cache, GPU, JupyterLab, sandbox.

Each line says what was found; below a line that is not in order stands the remedy. The exit status
is 1 when something that the course needs is wrong.
"""

import argparse
from collections.abc import Callable, Iterable

from dlcourse.commands.doctor import computing, gpu, installation, jupyter, system
from dlcourse.commands.doctor.finding import Finding, closing_line, lines_of

SUMMARY = "look over this machine and say what is wrong, with a remedy"

Check = Callable[[], Finding | list[Finding]]

# Title, what the section's checks need in order to be made at all, the checks.
SECTIONS: tuple[tuple[str, Callable[[], Finding | None], tuple[Check, ...]], ...] = (
    (
        "Installation",
        installation.ready,
        (installation.python, installation.library, installation.packages),
    ),
    (
        "Computing",
        lambda: None,
        (
            computing.cores,
            computing.threading_layer,
            computing.blas,
            computing.kernel_cache,
            gpu.gpu,
        ),
    ),
    (
        "JupyterLab",
        jupyter.ready,
        (jupyter.kernel, jupyter.nbgrader_server, jupyter.nbgrader_lab),
    ),
    ("Programs", lambda: None, (system.chromium, system.sandbox)),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``dlcourse doctor``: it has none."""


def run(arguments: argparse.Namespace) -> int:
    """Print the table; return 1 when something needed is wrong."""
    everything = []
    for title, ready, checks in SECTIONS:
        obstacle = ready()
        findings = [obstacle] if obstacle else list(_findings(checks))
        print("\n".join(lines_of(title, findings)), end="\n\n")
        everything += findings
    print(closing_line(everything))
    return int(any(finding.level == "bad" for finding in everything))


def _findings(checks: Iterable[Check]) -> Iterable[Finding]:
    """Make the checks, one after another; one that breaks is a finding itself."""
    for check in checks:
        try:
            found = check()
        except Exception as error:
            name = check.__name__.replace("_", " ")
            yield Finding(name, f"could not be checked: {type(error).__name__}: {error}", "bad")
            continue
        yield from [found] if isinstance(found, Finding) else found
