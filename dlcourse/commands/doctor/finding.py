"""What a check of this machine found, and the table of findings."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Level = Literal["ok", "warn", "bad"]

# Plain letters: a Windows pipe still encodes in a code page without check marks and arrows.
MARKS: dict[Level, str] = {"ok": "ok", "warn": "look", "bad": "BAD"}


@dataclass(frozen=True)
class Finding:
    """One line of the table.

    Attributes
    ----------
    name : str
        What was looked at.
    value : str
        What was found.
    level : {"ok", "warn", "bad"}
        ``"bad"`` when something that the course needs is wrong, ``"warn"`` when a part of it that
        some users need is.
    remedy : str
        What to do about it; empty when there is nothing to do.
    """

    name: str
    value: str
    level: Level = "ok"
    remedy: str = ""


def lines_of(title: str, findings: Iterable[Finding]) -> list[str]:
    """Lay out one section of the table: a title, then a line a finding and its remedy below it."""
    lines = [title]
    for finding in findings:
        lines.append(f"  {MARKS[finding.level]:<5} {finding.name:<22} {finding.value}".rstrip())
        if finding.remedy:
            lines.append(f"        remedy: {finding.remedy}")
    return lines


def closing_line(findings: Iterable[Finding]) -> str:
    """Sum up: how many findings are bad, how many worth a look."""
    findings = list(findings)
    bad = sum(finding.level == "bad" for finding in findings)
    warnings = sum(finding.level == "warn" for finding in findings)
    if bad:
        first = f"{bad} thing{'s' * (bad > 1)} must be mended (marked {MARKS['bad']})"
    else:
        first = "Everything the course needs is in order"
    if warnings:
        first += f"; {warnings} more {'are' if warnings > 1 else 'is'} worth a look"
    return first + "."
