"""Replacing pieces of a text that a parser has found, and leaving the rest as it is."""

from __future__ import annotations

import re

from markdown_it.token import Token


class Edits:
    """Replacements in a text, by lines or by characters, which do not overlap."""

    def __init__(self, source: str) -> None:
        self.source = source
        self._edits: list[tuple[int, int, str]] = []
        self._starts = [0]
        for line in source.split("\n"):
            self._starts.append(self._starts[-1] + len(line) + 1)
        # Where the cell that was located last in each row ends.
        self._rows: dict[int, int] = {}
        # Lines that a blank line was already put in front of.
        self._spaced: set[int] = set()

    def lines(self, start: int, end: int) -> list[str]:
        """Return the lines of the source from `start` to before `end`."""
        return self.source.split("\n")[start:end]

    def prefix(self, line: int, marker: str) -> str:
        """Return what stands in front of a block: indentation, quote marks, a bullet."""
        text = self.lines(line, line + 1)[0]
        return text[: text.index(marker)] if marker in text else ""

    def replace(self, start: int, end: int, text: str) -> None:
        """Replace the characters from `start` to before `end`."""
        if self.source[start:end] != text:
            self._edits.append((start, end, text))

    def replace_lines(self, start: int, end: int, text: str, marker: str = "") -> None:
        """Replace lines by a block with the same prefix, and blank lines around it."""
        end = min(end, len(self._starts) - 1)
        if not text:
            self._edits.append((self._starts[start], min(self._starts[end], len(self.source)), ""))
            return
        first = self.prefix(start, marker) if marker else ""
        rest = re.sub(r"[^>\s]", " ", first)
        block = "\n".join((rest + line).rstrip() for line in text.split("\n"))
        block = first + block[len(rest) :]
        before, after = self.lines(start - 1, start) if start else [], self.lines(end, end + 1)
        if before and before[0].strip(" >") and first == rest and start not in self._spaced:
            block = f"{rest.rstrip()}\n{block}"
        if after and after[0].strip(" >"):
            block = f"{block}\n{rest.rstrip()}"
            self._spaced.add(end)
        self._edits.append((self._starts[start], self._starts[end] - 1, block))

    def insert_before(self, line: int, text: str) -> None:
        """Insert a block in front of a line."""
        place = min(self._starts[min(line, len(self._starts) - 1)], len(self.source))
        self._edits.append((place, place, f"\n{text}\n"))

    def locate(self, token: Token, in_table: bool) -> list[int]:
        """Say where each character of a block's text stands in the source."""
        assert token.map is not None
        start, end = token.map
        first = self._starts[start]
        last = min(self._starts[end], len(self.source))
        if in_table:
            # Cells of a row come one after another.
            first = max(first, self._rows.get(start, 0))
        places = locate(token.content, self.source, first, last, in_table)
        if in_table:
            self._rows[start] = places[-1]
        return places

    def apply(self) -> str:
        """Return the text with all replacements made."""
        text, cursor = [], 0
        for start, end, replacement in sorted(self._edits):
            assert start >= cursor, "two replacements overlap"
            text += [self.source[cursor:start], replacement]
            cursor = end
        return "".join([*text, self.source[cursor:]])


def locate(content: str, source: str, start: int, end: int, in_table: bool) -> list[int]:
    """Say where in the source each character of a block's text stands.

    markdown-it hands on the text of a paragraph, heading or table cell without the indentation,
    quote marks and number signs around it.

    Parameters
    ----------
    content : str
        The text of the block.
    source : str
        The text that was parsed.
    start, end : int
        Where the block's lines begin and end in it; for a table cell, where the cell before ends.
    in_table : bool
        Whether vertical bars of the content are written with a backslash in the source.

    Returns
    -------
    list of int
        One offset into `source` for each character of `content`, and one past the last.
    """
    places: list[int] = []
    cursor = start
    for number, piece in enumerate(content.split("\n")):
        if number:
            # The line break, wherever trailing blanks put it.
            cursor = source.index("\n", cursor)
            places.append(cursor)
            cursor += 1
        if in_table:
            cursor = source.find(piece.replace("|", "\\|"), cursor, end)
        else:
            # From the right: "1. 1" is an item with the text "1".
            line_end = source.find("\n", cursor, end)
            cursor = source.rfind(piece, cursor, end if line_end < 0 else line_end)
        if cursor < 0:
            raise LookupError(f"the text {piece!r} was not found in the lines it was read from")
        for character in piece:
            if in_table and character == "|":
                cursor += 1
            places.append(cursor)
            cursor += 1
    places.append(cursor)
    return places
