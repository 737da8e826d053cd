"""Let docstrings write formulas as one reads them: ``|y - target|``, ``(n, *shape)``.

In reStructuredText a bar begins a substitution and a star an emphasis. Bars are shown as they are;
so is a star that no second one on its line closes, or that follows a comma in a list. What stands
in double backticks is left alone.
"""

from __future__ import annotations

import re
from typing import Any

from sphinx.application import Sphinx

LITERAL = re.compile(r"(``.*?``)")
LONE_STAR = re.compile(r"(?<![\w*\\])\*(?=\w[^*]*$)|(?<=, )\*(?=\w)")


def escaped(line: str) -> str:
    """Return a docstring's line with its bars and lone stars escaped."""
    parts = LITERAL.split(line)
    for number in range(0, len(parts), 2):
        parts[number] = LONE_STAR.sub(r"\\*", parts[number].replace("|", r"\|"))
    return "".join(parts)


def escape(
    app: Sphinx, what: str, name: str, thing: object, options: object, lines: list[str]
) -> None:
    """Escape a docstring in place, before napoleon reads its sections."""
    lines[:] = [escaped(line) for line in lines]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the step with Sphinx."""
    app.setup_extension("sphinx.ext.autodoc")  # which knows of this event
    app.connect("autodoc-process-docstring", escape, priority=100)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
