"""How the mended programs are marked: by what they compute, and by what they leave alone."""

from __future__ import annotations

from dlcourse.checks.exercise import CARE, Part


def program_parts(
    what: str, edges: str, care: str = "the arguments are left alone"
) -> tuple[Part, ...]:
    """Share out three points: two for the mended program, half for edges, half for care."""
    return (
        Part("values", 2, what),
        Part("edge", 0.5, edges, own_cases=True, needs=("values",)),
        Part(
            "care",
            0.5,
            care,
            aspects=CARE,
            needs=("values",),
        ),
    )
