"""``python -m tests.grading.attacks``: what each attack gains in stock nbgrader, and here.

Ends with one line, ``attacks: N tried, 0 gained points, 0 read a secret, 0 lost a submission``, and
with status 1 when a number of these is not 0.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tqdm import tqdm

from dlcourse.grading import sandbox_missing
from tests.grading.attacks import ATTACKS, KINDS, ours, stock
from tests.grading.attacks.attack import Attack
from tests.grading.attacks.ours import Outcome


def main(argv: list[str] | None = None) -> int:
    """Attack, print the table and the closing line."""
    parser = argparse.ArgumentParser(prog="attacks", description=__doc__.split("\n")[0])
    parser.add_argument("only", nargs="*", help="words of the names of attacks (default: all)")
    parser.add_argument("--without-stock", action="store_true", help="leave stock nbgrader out")
    arguments = parser.parse_args(argv)
    if reason := sandbox_missing():
        print(f"attacks are not run without a sandbox: {reason}", file=sys.stderr)
        return 2
    chosen = [one for one in ATTACKS if all(word in one.name for word in arguments.only)]
    if not chosen:
        print(f"no attack is called {' '.join(arguments.only)!r}", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="attacks_") as place:
        for folder in ("ours", "stock"):
            (Path(place) / folder).mkdir()
        here = ours.attacked(chosen, Path(place) / "ours")
        there = [Outcome(note="not run")] * len(chosen)
        if not arguments.without_stock:
            with tqdm(total=len(chosen), unit="attack", disable=None, leave=False) as bar:
                there = stock.attacked(
                    chosen, Path(place) / "stock", stock.processors(), lambda: bar.update() and None
                )
    print(table(chosen, there, here))
    print(closing_line(here))
    return int(not all(one.harmless for one in here))


def table(attacks: Sequence[Attack], there: Sequence[Outcome], here: Sequence[Outcome]) -> str:
    """Give a row an attack: what it gains in stock nbgrader, and what it gains here."""
    rows = {one.name: (str(a), str(b)) for one, a, b in zip(attacks, there, here, strict=True)}
    widths = [max(map(len, rows)), max(len(a) for a, _ in rows.values())]
    lines = [f"{'':{widths[0]}}  {'stock autograde':{widths[1]}}  dlcourse grade"]
    for kind, bank in KINDS.items():
        some = [one.name for one in bank if one.name in rows]
        lines += ["", kind] if some else []
        lines += [
            f"{name:{widths[0]}}  {rows[name][0]:{widths[1]}}  {rows[name][1]}" for name in some
        ]
    run = [one for one in there if not one.note]
    if run:
        lines += ["", f"in stock autograde: {counts(run)}; {len(there) - len(run)} not run"]
    return "\n".join(lines)


def counts(found: Sequence[Outcome]) -> str:
    """Count the attacks, and those that have come to something."""
    return (
        f"{len(found)} tried, {sum(one.gained > 0 for one in found)} gained points, "
        f"{sum(one.read for one in found)} read a secret, "
        f"{sum(bool(one.lost) for one in found)} lost a submission"
    )


def closing_line(here: Sequence[Outcome]) -> str:
    """Give the one line that counts."""
    return f"attacks: {counts(here)}"


if __name__ == "__main__":
    sys.exit(main())
