"""Strangers' text on its way to a terminal, a spreadsheet or a page."""

from __future__ import annotations

import unicodedata

# Control characters steer terminals; format characters reorder what a reader sees.
_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Vietnamese puts two marks on a letter, Hebrew up to five; a hundred cover the page.
_MOST_MARKS = 8
_JOINERS = "\u200c\u200d"  # part of how Persian, Hindi and many emoji are written


def plain(text: str, *, lines: bool = False) -> str:
    """Return ``text`` with every character that is not simply shown made visible as its code.

    Of the marks on one letter, more than any language has are left out.

    Parameters
    ----------
    text : str
    lines : bool
        Keep line breaks and tabs (a tab becomes four blanks); otherwise they become blanks.
    """
    result = []
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if marks > _MOST_MARKS:
            continue
        if character == "\n" and lines:
            result.append(character)
        elif character in "\n\t":
            result.append("    " if lines else " ")
        elif category in _UNSAFE and character not in _JOINERS:
            code = ord(character)
            result.append(f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}")
        else:
            result.append(character)
    return "".join(result)


def for_spreadsheet(text: str) -> str:
    """Return ``text`` as a cell that no spreadsheet takes for a formula."""
    shown = plain(text)
    return f"'{shown}" if shown[:1] in tuple("=+-@") else shown
