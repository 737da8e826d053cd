"""The same drawing in fewer letters: a page with forty plots should still be light."""

import re
from collections.abc import Iterator
from itertools import groupby
from xml.etree import ElementTree as ET

#: How many numbers each of the path's commands takes for one piece.
_NUMBERS = {"M": 2, "L": 2, "Q": 4, "C": 6, "Z": 0}
_TOKEN = re.compile(r"[A-Za-z]|-?(?:\d+\.?\d*|\.\d+)(?:e-?\d+)?")
_NO_TURN = re.compile(r"rotate\(-?0(?:\.0*)? [^)]*\)")
_LONG = re.compile(r"-?\d+\.\d{3,}")
#: What a run of neighbours may share. A group's clip path is that of its members only where none
#: of them is moved or turned.
_SHARED = ("style", "clip-path")
#: Decimals of a point: a tenth of one is a sixth of a pixel where the drawing fills the column.
#: Markers are small, and drawn again and again, so that theirs are finer.
_PLACES, _MARKER_PLACES = 1, 2


def compact(text: str) -> str:
    """Return matplotlib's SVG file as one element that draws the same with about half the letters.

    Places are rounded, paths go from point to point by differences, what can be said once for
    several neighbours is said once, and what draws nothing is left out, as are the file's metadata
    and its style sheet.

    Raises
    ------
    ValueError
        For an SVG whose paths hold other commands than M, L, Q, C and Z.
    """
    root = ET.fromstring(text)
    for each in root.iter():
        each.tag = _local(each.tag)
        each.attrib = {_local(name): value for name, value in each.attrib.items()}
        # Spaces between elements say nothing; those beside a letter do.
        each.text, each.tail = (
            words if words and words.strip() else None for words in (each.text, each.tail)
        )
    root.set("xmlns", "http://www.w3.org/2000/svg")
    _shorten(root, within_defs=False)
    return ET.tostring(root, encoding="unicode")


def short_path(d: str, places: int = _PLACES) -> str:
    """Return a path with absolute commands as one with relative ones, rounded to `places` decimals.

    Rounding comes before the differences are taken, so that errors do not add up along the path.

    Examples
    --------
    >>> short_path("M 10 20.04 L 12.5 20 L 12.5 18 z")
    'm10 20 2.5 0 0-2z'
    """
    tokens = _TOKEN.findall(d)
    scale = 10**places
    here = start = (0, 0)
    pieces: list[tuple[str, list[int]]] = []
    command, at = "", 0
    while at < len(tokens):
        if tokens[at].isalpha():
            command = tokens[at].upper() if tokens[at] in "zZ" else tokens[at]
            at += 1
        if command not in _NUMBERS:
            raise ValueError(f"the path holds the command {command!r}: expected M, L, Q, C or Z")
        if command == "Z":
            pieces.append(("z", []))
            here, command = start, ""
            continue
        numbers = [round(float(token) * scale) for token in tokens[at : at + _NUMBERS[command]]]
        at += len(numbers)
        moves = [value - here[i % 2] for i, value in enumerate(numbers)]
        # Points that follow a move are lines, and say so by themselves.
        follows = pieces and pieces[-1][0] == (command.lower() if command != "L" else "l")
        joins = command == "L" and pieces and pieces[-1][0] == "m"
        if (follows and command != "M") or joins:
            pieces[-1][1].extend(moves)
        else:
            pieces.append((command.lower(), moves))
        here = (numbers[-2], numbers[-1])
        if command == "M":
            start, command = here, "L"
    return "".join(letter + _joined(moves, places) for letter, moves in pieces)


def _local(name: str) -> str:
    """Return a name without its vocabulary: ``{http://…}href`` is ``href``."""
    return name.rpartition("}")[2]


def _decimal(count: int, places: int) -> str:
    """Return `count` units of 10^-places, as short as it can be written."""
    written = f"{count / 10**places:.{places}f}".rstrip("0").rstrip(".")
    return re.sub(r"^(-?)0\.", r"\1.", written) or "0"


def _hundredths(number: re.Match[str]) -> str:
    return f"{float(number[0]):.2f}"


def _joined(counts: list[int], places: int) -> str:
    """Return numbers with a space only where two would run into each other."""
    text = ""
    for i, count in enumerate(counts):
        number = _decimal(count, places)
        text += f" {number}" if i and not number.startswith("-") else number
    return text


def _shorten(parent: ET.Element, within_defs: bool) -> None:
    """Shorten an element and all that it holds."""
    children = list(parent)
    for child in children:
        _shorten(child, within_defs or child.tag == "defs")
        parent.remove(child)
    if "style" in parent.attrib:
        parent.set("style", re.sub(r"\s*([:;,])\s*", r"\1", parent.attrib["style"]).strip(";"))
    if parent.tag == "path" and "d" in parent.attrib:
        places = _MARKER_PLACES if within_defs else _PLACES
        parent.set("d", short_path(parent.attrib["d"], places))
    if parent.tag in ("use", "text", "tspan"):
        for name in {"x", "y"} & set(parent.attrib):
            count = round(float(parent.attrib[name]) * 10**_PLACES)
            parent.set(name, _decimal(count, _PLACES))
    if _NO_TURN.fullmatch(parent.get("transform", "")):
        del parent.attrib["transform"]
    elif "transform" in parent.attrib:
        parent.set("transform", _LONG.sub(_hundredths, parent.attrib["transform"]))

    kept = [part for child in children for part in _parts(child, within_defs)]
    parent.extend(_with_shared(kept))


def _parts(child: ET.Element, within_defs: bool) -> Iterator[ET.Element]:
    """Yield what remains of an element: itself, what it holds, or nothing."""
    if child.tag in ("metadata", "style") or (child.tag in ("g", "defs") and not len(child)):
        return
    if child.tag == "path" and child.get("style") == "fill:none" and not within_defs:
        return  # neither filled nor drawn: the background of a transparent figure
    if child.tag == "g" and set(child.attrib) <= {"id"}:  # matplotlib refers to no group
        yield from child
    else:
        yield child


def _with_shared(children: list[ET.Element]) -> Iterator[ET.Element]:
    """Yield the elements, neighbours of one look within a group that says the look once."""

    def look(element: ET.Element) -> tuple[str | None, ...]:
        free = element.tag in ("path", "use") and element.get("transform") is None
        return tuple(element.get(name) for name in _SHARED) if free else (None, None)

    for shared, group in groupby(children, look):
        members = list(group)
        if shared == (None, None) or len(members) == 1:
            yield from members
            continue
        said = {name: value for name, value in zip(_SHARED, shared, strict=True) if value}
        around = ET.Element("g", said)
        for member in members:
            for name in said:
                del member.attrib[name]
        around.extend(members)
        yield around
