"""A compact drawing draws what the long one does."""

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcourse.figures.compact import compact, short_path

NUMBER = re.compile(r"-?(?:\d+\.?\d*|\.\d+)")
AROUND = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">{}</svg>'
)

places = st.floats(-500, 500, allow_nan=False).map(lambda value: round(value, 6))
points = st.tuples(places, places)
pieces = st.one_of(
    st.tuples(st.just("L"), points),
    st.tuples(st.just("Q"), points, points),
    st.tuples(st.just("C"), points, points, points),
    st.tuples(st.just("Z"), points),  # then a move to the point: matplotlib closes only so
)


def written(parts) -> str:
    """Write a path in absolute commands, as matplotlib does."""
    text = []
    for letter, *corners in parts:
        pair = " ".join(f"{x:.6f} {y:.6f}" for x, y in corners)
        text.append(f"z M {pair}" if letter == "Z" else f"{letter} {pair}")
    return " ".join(text)


def drawn(path: str) -> list[tuple[str, float, float]]:
    """Follow a path of relative commands: each of its corners, with the command it belongs to."""
    corners, here, start = [], (0.0, 0.0), (0.0, 0.0)
    for letter, rest in re.findall(r"([mlqcz])([^mlqcz]*)", path):
        numbers = [float(number) for number in NUMBER.findall(rest)]
        step = {"m": 2, "l": 2, "q": 4, "c": 6, "z": 0}[letter]
        if letter == "z":
            here = start
            corners.append(("Z", *here))
            continue
        assert numbers, path
        assert len(numbers) % step == 0, path
        for at in range(0, len(numbers), step):
            kind = "L" if letter == "m" and at else letter.upper()
            group = numbers[at : at + step]
            steps = [
                (here[0] + x, here[1] + y) for x, y in zip(group[::2], group[1::2], strict=True)
            ]
            corners += [(kind, *corner) for corner in steps]
            here = steps[-1]
            start = here if kind == "M" else start
    return corners


@given(points, st.lists(pieces, max_size=12), st.sampled_from((1, 2)))
def test_a_short_path_goes_where_the_long_one_goes(first, parts, decimals):
    expected, start = [("M", *first)], first
    for letter, *corners in parts:
        if letter == "Z":
            expected += [("Z", *start), ("M", *corners[0])]
            start = corners[0]
        else:
            expected += [(letter, *corner) for corner in corners]
    found = drawn(short_path(f"M {first[0]:.6f} {first[1]:.6f} " + written(parts), decimals))
    assert [corner[0] for corner in found] == [corner[0] for corner in expected]
    for (_, *place), (_, *true) in zip(found, expected, strict=True):
        assert place == pytest.approx(true, abs=0.51 * 10**-decimals)


def test_a_command_that_matplotlib_never_writes_is_refused():
    with pytest.raises(ValueError, match="holds the command 'A': expected M, L, Q, C or Z"):
        short_path("M 0 0 A 1 1 0 0 0 2 2")


def test_neighbours_of_one_look_share_it_and_keep_their_order():
    one, two = 'style="stroke: red"', 'style="stroke: blue"'
    drawing = AROUND.format(
        f'<g id="a"><path d="M 0 0 L 1 1 " {one}/> <path d="M 1 1 L 2 2 " {one}/></g>'
        f'<g><path d="M 3 3 L 4 4 " {two}/></g>'
    )
    root = ET.fromstring(re.sub(r' xmlns="[^"]*"', "", compact(drawing)))
    assert [child.tag for child in root] == ["g", "path"]
    assert root[0].attrib == {"style": "stroke:red"}
    assert [path.get("d") for path in root.iter("path")] == ["m0 0 1 1", "m1 1 1 1", "m3 3 1 1"]
    assert root[1].get("style") == "stroke:blue"


def test_a_turned_path_keeps_its_own_clip():
    clip = 'clip-path="url(#box)" style="fill: red"'
    turned = f'<path d="M 0 0 L 1 1 " transform="rotate(30)" {clip}/>'
    svg = compact(AROUND.format(turned + turned))
    assert svg.count('clip-path="url(#box)"') == 2


def test_what_draws_nothing_is_left_out_and_what_cuts_is_kept():
    svg = compact(
        AROUND.format(
            "<metadata>made today</metadata><defs><style>*{stroke: red}</style></defs>"
            '<path d="M 0 0 L 9 9 " style="fill: none"/><g/>'
            '<defs><clipPath id="box"><path d="M 0 0 L 9 9 z" style="fill: none"/>'
            "</clipPath></defs>"
            '<g clip-path="url(#box)"><use xlink:href="#mark" x="0.06" y="-0.04"/></g>'
        )
    )
    assert svg == (
        '<svg xmlns="http://www.w3.org/2000/svg"><defs><clipPath id="box">'
        '<path d="m0 0 9 9z" style="fill:none" /></clipPath></defs>'
        '<g clip-path="url(#box)"><use href="#mark" x=".1" y="0" /></g></svg>'
    )
