"""Run every chapter as a learner has it, top to bottom, on a machine without a network.

``python -m tests.workspace.chapters [CHAPTER ...]`` makes a working folder as ``dlcourse lab``
does, runs the notebooks of its chapters two at a time, each in a network namespace of its own that
holds nothing but the loopback device, and prints the seconds of each. What a chapter offers to "run
in a new cell", its live control, is run in its place as well. It ends with one line and a status of
1 unless every cell of every chapter ran and printed nothing to standard error.
"""

from __future__ import annotations

import argparse
import itertools
import os
import shutil
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from dlcourse.workspace.prepare import prepare

COURSE = Path(__file__).parents[2]
AT_ONCE = 2
CELL_SECONDS = 240  # twice what the book's own build allows: two chapters share the machine


@dataclass(frozen=True)
class Run:
    """What came of one notebook."""

    name: str
    seconds: float
    fault: str

    def __str__(self) -> str:
        line = f"{self.seconds:6.1f} s  {self.name}"
        return f"{line}\n{self.fault}" if self.fault else line


def without_network(command: Sequence[str]) -> list[str]:
    """Return a command that runs ``command`` with this machine's files and without its networks."""
    bubblewrap = shutil.which("bwrap")
    if bubblewrap is None:
        raise SystemExit("bubblewrap is not installed (Debian, Ubuntu: apt install bubblewrap)")
    return [bubblewrap, "--unshare-net", "--die-with-parent", "--dev-bind", "/", "/", *command]


def run(notebook: Path) -> Run:
    """Execute a notebook beside its other files, in a process that reaches no other host."""
    inside = [sys.executable, "-m", "tests.workspace.chapters", "--inside", str(notebook)]
    paths = [str(COURSE), *filter(None, [os.environ.get("PYTHONPATH")])]
    before = time.perf_counter()
    done = subprocess.run(
        without_network(inside),
        cwd=COURSE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.perf_counter() - before
    fault = (done.stdout + done.stderr).strip() or "it stopped without a word"
    return Run(notebook.stem, seconds, fault if done.returncode else "")


def offered(text: str) -> str:
    """Return the code that a Markdown cell offers to be run in a new cell, or nothing."""
    _, here, rest = text.partition("Run in a new cell:")
    lines = rest.strip("\n").split("\n")
    code = itertools.takewhile(lambda line: line.startswith("    ") or not line.strip(), lines)
    return textwrap.dedent("\n".join(code)).strip("\n") if here else ""


def with_what_is_offered(notebook: NotebookNode) -> NotebookNode:
    """Put the code that the text offers into cells of its own, where a learner would put it."""
    cells = []
    for cell in notebook.cells:
        cells.append(cell)
        if cell.cell_type == "markdown" and (code := offered(cell.source)):
            cells.append(nbformat.v4.new_code_cell(code))
    notebook.cells = cells
    return notebook


def execute(file: Path) -> str:
    """Run the cells of a notebook; return what went wrong, or nothing."""
    notebook = with_what_is_offered(nbformat.read(file, as_version=4))
    client = NotebookClient(
        notebook,
        timeout=CELL_SECONDS,
        kernel_name="python3",
        resources={"metadata": {"path": str(file.parent)}},
    )
    try:
        client.execute()
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        return str(error)
    # What a control draws, and what goes wrong while it does, goes into an output of its own.
    shown = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    for state in client.widget_state.values():
        shown += map(nbformat.from_dict, state.get("outputs", ()))
    return "\n".join(filter(None, map(complaint, shown)))


def complaint(output: NotebookNode) -> str:
    """Return what an output complains of, or nothing."""
    if output.output_type == "error":
        return "\n".join(output.traceback)
    if output.output_type == "stream" and output.name == "stderr":
        return str(output.text)
    return ""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the chapters that are named, or all of them; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("chapters", nargs="*", help="01-training, ...; all when left out")
    parser.add_argument("--inside", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.inside:
        fault = execute(options.inside)
        print(fault)
        return int(bool(fault))
    before = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        made = prepare(COURSE, Path(folder) / "work", report=lambda _: None).folder / "chapters"
        notebooks = {file.stem: file for file in sorted(made.glob("*.ipynb"))}
        if unknown := set(options.chapters) - set(notebooks):
            parser.error(f"{', '.join(sorted(unknown))}: expected {', '.join(notebooks)}")
        asked = [notebooks[name] for name in options.chapters or notebooks]
        runs = []
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for done in pool.map(run, asked):
                runs.append(done)
                print(done, flush=True)
    whole = sum(not done.fault for done in runs)
    seconds = time.perf_counter() - before
    print(f"{whole} of {len(runs)} chapters run without a network, in {seconds:.0f} s")
    return int(whole < len(runs))


if __name__ == "__main__":
    raise SystemExit(main())
