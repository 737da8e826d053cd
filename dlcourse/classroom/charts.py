"""Charts of a class as SVG: bars, with the numbers that they stand for."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence

_WIDTH, _HEIGHT, _FOOT = 640, 180, 34
#: How many points a bar may stand for: numbers that one can count in.
_SIZES = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0)
_MOST_BARS = 15


def histogram(values: Sequence[float], most: float, what: str) -> str:
    """Return a histogram of points from 0 to ``most``, with a sentence for who cannot see it."""
    size = next((size for size in _SIZES if most <= _MOST_BARS * size), most / _MOST_BARS)
    bins = max(1, math.ceil(most / size))
    counts = [0] * bins
    for value in values:
        counts[min(int(value / size), bins - 1)] += 1
    tallest = max(1, *counts)
    step = _WIDTH / bins
    parts = []
    for i, count in enumerate(counts):
        height = (_HEIGHT - 20) * count / tallest
        x, y = i * step + 2, _HEIGHT - height
        if count:
            parts.append(f'<rect x="{x:.1f}" y="{y:.1f}" width="{step - 4:.1f}" '
                         f'height="{height:.1f}" rx="3" class="bar"/>')  # fmt: skip
            parts.append(f'<text x="{x + step / 2 - 2:.1f}" y="{y - 5:.1f}" '
                         f'text-anchor="middle">{count}</text>')  # fmt: skip
    for i in range(0, bins + 1, math.ceil(bins / 6)):
        anchor = "start" if i == 0 else "end" if i == bins else "middle"
        parts.append(f'<text x="{i * step:.1f}" y="{_HEIGHT + 20}" text-anchor="{anchor}">'
                     f"{i * size:.3g}</text>")  # fmt: skip
    parts.append(f'<line x1="0" x2="{_WIDTH}" y1="{_HEIGHT}" y2="{_HEIGHT}" class="axis"/>')
    told = "; ".join(
        f"{i * size:.3g} to {(i + 1) * size:.3g}: {count}"
        for i, count in enumerate(counts)
        if count
    )
    label = html.escape(f"{what}, number of learners by points. {told or 'Nobody'}.", quote=True)
    return (
        f'<svg role="img" aria-label="{label}" viewBox="0 0 {_WIDTH} {_HEIGHT + _FOOT}">'
        f"{''.join(parts)}</svg>"
    )


def shares(full: int, some: int, none: int, label: str) -> str:
    """Return one bar in three parts: how many have all points, some, and none."""
    total = max(1, full + some + none)
    parts, x = [], 0.0
    for kind, count in (("full", full), ("some", some), ("none", none)):
        width = _WIDTH * count / total
        if count:
            parts.append(f'<rect x="{x:.1f}" y="0" width="{width:.1f}" height="18" '
                         f'class="{kind}"/>')  # fmt: skip
        x += width
    told = html.escape(f"{label}: {full} all points, {some} some, {none} none.", quote=True)
    return (
        f'<svg role="img" aria-label="{told}" viewBox="0 0 {_WIDTH} 18" '
        f'preserveAspectRatio="none" class="share">{"".join(parts)}</svg>'
    )
