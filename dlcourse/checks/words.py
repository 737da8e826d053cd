"""The engine's plain words: numbers, shapes and arguments as a learner reads them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from dlcourse.checks.exercise import Case

# Arguments with at most this many elements in all are written out in a message.
SMALL = 12


def number(value: Any, digits: int = 4) -> str:
    """Write a number with as many significant digits as a reader wants."""
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value))
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    return f"{float(value):.{digits}g}"


def two_numbers(first: Any, second: Any) -> tuple[str, str]:
    """Write two different numbers with enough digits to see the difference."""
    for digits in (4, 6, 9, 12, 17):
        texts = number(first, digits), number(second, digits)
        if texts[0] != texts[1]:
            break
    return texts


def points(value: float) -> str:
    """Write points without needless decimals."""
    return f"{value:g}"


def listing(words: Sequence[str], last: str = "and") -> str:
    """Join words as in a sentence: "x, w and b"."""
    words = list(words)
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def element(name: str, index: tuple[int, ...]) -> str:
    """Name an element as in code: "dw[2, 1]"."""
    return f"{name}[{', '.join(map(str, index))}]" if index else name


def given(case: Case) -> str:
    """
    Say what a function was called with: small arguments in full, large ones by their shape.

    Full values come as lines of Python that can be typed in and tried.
    """
    if any(map(callable, case.arguments.values())):
        return ""  # without the function the numbers tell nothing
    arrays = [value for value in case.arguments.values() if isinstance(value, np.ndarray)]
    in_full = sum(value.size for value in arrays) <= SMALL
    floats = sorted({str(value.dtype) for value in arrays if value.dtype.kind == "f"})
    lines, shapes = [], []
    for name, value in case.arguments.items():
        if isinstance(value, np.ndarray) and not in_full:
            shapes.append(f"{name} of shape {value.shape}")
        elif isinstance(value, np.ndarray):
            lines.append(f"    {name} = {_inline(value)}")
        elif isinstance(value, (bool, int, float, str)):
            lines.append(f"    {name} = {value!r}")
    if not lines and not shapes:
        return ""
    about = " ".join(filter(None, [listing(shapes), f"in {listing(floats)}" if floats else ""]))
    opening = f"Given {about}" if about else "Given"
    return "\n".join([f"{opening}{':' if lines else '.'}", *lines])


def _inline(array: np.ndarray) -> str:
    """Write a small array in one line of Python that can be typed in."""
    if array.ndim == 0:
        value = array[()]
        # 10001 and 9999 are not to become the same 1e+04.
        whole = abs(value) < 1e7 and value == round(float(value))
        return number(value, 7 if whole else 4)
    return f"[{', '.join(_inline(row) for row in array)}]"
