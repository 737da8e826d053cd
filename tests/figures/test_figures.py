"""Pictures: their colours can be read, their words are there, and they fit into any page."""

import re
import subprocess
import sys

import numpy as np
import pytest

from dlcourse import figures
from dlcourse.figures import palette


def luminance(colour):
    parts = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


def contrast(one, other):
    bright, dark = sorted([luminance(one), luminance(other)], reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def test_contrast_by_known_pairs():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("name", palette.COLOURS)
def test_colours_can_be_read_in_both_themes(name):
    light, dark = palette.COLOURS[name]
    assert contrast(light, palette.LIGHT_PAGE) >= 4.5
    assert contrast(dark, palette.DARK_PAGE) >= 4.5


def plot(label="one"):
    figure, axes = figures.axes()
    axes.plot([1, 2, 4], label=label)
    axes.text(1, 2, "a word")
    axes.legend()
    return figure


def test_a_plot_takes_the_pages_colours_and_has_no_own_style_sheet():
    svg = figures.show(plot(), "A rising line.").svg
    assert svg.startswith("<svg ")
    assert 'role="img"' in svg
    assert 'aria-label="A rising line."' in svg
    assert "a word" in svg
    assert "currentColor" in svg
    assert "var(--dl-forward" in svg
    assert not re.search(r"#(?:000000|ffffff|010203)", svg), "a colour of one theme only"
    assert "<style" not in svg
    assert re.search(r"<svg [^>]*viewBox", svg)
    assert not re.search(r"<svg [^>]*\bwidth=", svg)


def test_places_are_rounded_and_words_are_not():
    figure, axes = figures.axes()
    axes.plot([0, 1 / 3], [0, 1 / 7])
    axes.text(1 / 3, 1 / 7, "0.142857")
    svg = figures.show(figure, "A line.").svg
    assert ">0.142857<" in svg
    assert not re.search(
        r'(?: d| x| y)="[^"]*\d\.\d{3}', re.sub(r"<clipPath.*?</clipPath>", "", svg)
    )


def test_the_same_plot_is_the_same_text_and_others_share_no_id():
    one, again = (figures.show(plot(), "A line.").svg for _ in range(2))
    other = figures.show(plot("two"), "A line.").svg
    assert one == again
    ids, others = (set(re.findall(r'\bid="([^"]+)"', svg)) for svg in (one, other))
    assert ids
    assert not ids & others
    # Two states behind a slider may look alike: what is said about them tells them apart.
    said = figures.show(plot(), "The same line, later.").svg
    assert not ids & set(re.findall(r'\bid="([^"]+)"', said))
    assert set(re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', one))
    for pair in re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', one):
        assert (pair[0] or pair[1]) in ids


def test_settings_of_matplotlib_stay_as_they_are():
    import matplotlib

    before = dict(matplotlib.rcParams)
    figures.show(plot(), "A line.")
    assert dict(matplotlib.rcParams) == before


def test_matplotlib_is_imported_only_where_it_draws():
    code = "import sys; import dlcourse.figures; print('matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_picture_without_words_is_refused():
    with pytest.raises(ValueError, match="alt is empty: expected a sentence"):
        figures.Picture("<svg ></svg>", " ")


def test_words_of_a_picture_are_escaped():
    picture = figures.Picture("<svg ></svg>", 'x < y & "z"')
    assert 'aria-label="x &lt; y &amp; &quot;z&quot;"' in picture._repr_html_()
    assert repr(picture) == 'Picture: x < y & "z"'


def neuron():
    graph = figures.Graph(300, 100)
    graph.node("x", 30, 50, "x", box=True)
    graph.node("twice", 150, 50, "×2")
    graph.node("y", 270, 50, "y", box=True)
    graph.edge("x", "twice", 1.5, -8.0, name="x")
    graph.edge("twice", "y", 3.0, -4.0)
    return graph


def test_a_graph_shows_what_it_is_told_to():
    everything = neuron().picture("A graph.").svg
    for number in ("1.50", "3.00", "−8.00", "−4.00"):
        assert f">{number}<" in everything
    forward = neuron().picture("A graph.", forward={0}, backward=()).svg
    assert ">1.50<" in forward
    for number in ("3.00", "−8.00", "−4.00"):
        assert f">{number}<" not in forward
    assert "dl-flow" not in forward
    assert "dl-flow" in neuron().picture("A graph.", flow={1}).svg


def test_an_edge_to_nowhere_is_refused():
    with pytest.raises(ValueError, match="no node is called 'z': expected x, twice, y"):
        neuron().edge("x", "z", 1, 1)


def test_a_network_draws_every_unit_and_weight():
    w1, w2 = np.ones((3, 4)), np.arange(8.0).reshape(4, 2)
    drawing = figures.NetworkPicture([w1, w2], ["in", "hidden", "out"])
    unknown = drawing.picture("A network.", values=[None, None, None]).svg
    assert unknown.count("<circle") == 9
    assert unknown.count("<line") == 12 + 8
    known = drawing.picture(
        "A network.",
        values=[np.array([0.5, 1, -2]), None, None],
        gradients=[None, None, np.array([0.25, -0.25])],
        weight_gradients=[None, w2],
        flow=0,
    ).svg
    for number in ("0.50", "−2.00", "0.25", "−0.25"):
        assert f">{number}<" in known
    assert known.count("dl-flow") == 12
    widths = [float(width) for width in re.findall(r'stroke-width="([\d.]+)"', known)]
    assert max(widths) == pytest.approx(5)


def test_a_dropped_unit_loses_its_lines_and_its_number():
    w1, w2 = np.ones((3, 4)), np.ones((4, 2))
    drawing = figures.NetworkPicture([w1, w2], ["in", "hidden", "out"])
    svg = drawing.picture(
        "A network.",
        values=[None, np.array([1.5, 2.5, 3.5, 4.5]), None],
        dropped=[None, np.array([False, True, False, True]), None],
    ).svg
    assert svg.count("<line") == (12 + 8) // 2
    assert svg.count("<path") == 2
    assert ">1.50<" in svg
    assert ">2.50<" not in svg


@pytest.mark.parametrize(
    ("weights", "names", "said"),
    [
        ([np.ones((3, 4)), np.ones((5, 2))], ["a", "b", "c"], "as many inputs as"),
        ([np.ones((3, 4))], ["a"], "names holds 1 for 2 columns"),
    ],
)
def test_a_network_that_does_not_fit_is_refused(weights, names, said):
    with pytest.raises(ValueError, match=said):
        figures.NetworkPicture(weights, names)


def pictures(count=3):
    return [figures.Picture("<svg ></svg>", f"Picture {i}.", f"caption {i}") for i in range(count)]


def test_frames_hold_every_state_and_show_one():
    html = figures.Frames(pictures(), "step", labels=["a", "b", "c"], start=1)._repr_html_()
    assert html.count('class="dl-frame"') == 2
    assert html.count('class="dl-frame dl-now" data-label="b"') == 1
    assert 'type="range" min="0" max="2" value="1" data-lm-suppress-shortcuts>' in html
    assert "<output>b</output>" in html
    assert 'dl-play" aria-label' not in html, "a play button without a motion"
    assert "http" not in html
    assert "\n" not in html, "a line break would let Markdown into the picture"


def test_frames_that_play_say_how_fast():
    html = figures.Frames(pictures(), "step", seconds=1.5)._repr_html_()
    assert 'data-interval="1500"' in html
    assert '<button type="button" class="dl-play" aria-label="Play" ' in html


@pytest.mark.parametrize(
    ("count", "options", "said"),
    [
        (1, {}, "pictures holds 1: expected at least two"),
        (3, {"labels": ["a"]}, "labels holds 1 for 3 pictures"),
        (3, {"start": 3}, "start is 3: expected 0 to 2"),
    ],
)
def test_frames_that_make_no_sense_are_refused(count, options, said):
    with pytest.raises(ValueError, match=said):
        figures.Frames(pictures(count), "step", **options)


@pytest.mark.parametrize(
    ("value", "written"),
    [(1.234, "1.23"), (-0.5, "−0.50"), (0.0, "0"), (0.001, "1.0e−03"), (-1e-5, "−1.0e−05")],
)
def test_numbers_are_short_and_never_a_wrong_zero(value, written):
    from dlcourse.figures.drawing import number

    assert number(value) == written
