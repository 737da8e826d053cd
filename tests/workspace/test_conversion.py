"""Every directive and role, and exactly what JupyterLab gets in its place."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dlcourse.workspace.errors import ConversionError, WorkspaceError
from dlcourse.workspace.labs import lab_names
from dlcourse.workspace.myst import Book, convert
from dlcourse.workspace.myst.directives import _BOXES, _DIRECTIVES, COLOURS
from dlcourse.workspace.myst.roles import _CITATIONS, _ROLES
from tests.workspace.sample import HEADER

#: Where the words of a test begin in the file.
FIRST_LINE = HEADER.count("\n") + 1


@pytest.fixture
def shown(course: Path):
    """Convert words that stand on a page of the book."""

    def show(words: str) -> str:
        (course / "book" / "_static" / "a b.mp4").touch()
        (course / "book" / "02-descent.md").write_text(HEADER + words, encoding="utf-8")
        book = Book(course / "book", ("slope",))
        text, _ = convert(book, book.pages["02-descent"])
        assert text.startswith(HEADER)
        return text.removeprefix(HEADER).rstrip("\n")

    return show


def box(purpose: str, body: str) -> str:
    return (
        f'<div style="border-left: 4px solid {COLOURS[purpose]}; padding-left: 1em">\n\n'
        f"{body}\n\n</div>"
    )


def folded(title: str, body: str) -> str:
    opening = '<details style="margin: 0.6em 1.2em">'
    return f"{opening}\n<summary>{title}</summary>\n\n{body}\n\n</details>"


IMAGE = "![](_static/hill.png)"
DIRECTIVES = {
    "admonition": (
        ":::{admonition} A *title*\nWords.\n:::",
        box("info", "**A *title***\n\nWords."),
    ),
    "card": (":::{card} Title\nWords.\n:::", box("info", "**Title**\n\nWords.")),
    "grid-item-card": (":::{grid-item-card} Title\nA.\n:::", box("info", "**Title**\n\nA.")),
    "sidebar": (":::{sidebar} Title\nWords.\n:::", box("info", "**Title**\n\nWords.")),
    "attention": (":::{attention}\nWords.\n:::", box("warning", "**Attention**\n\nWords.")),
    "caution": (":::{caution}\nWords.\n:::", box("warning", "**Caution**\n\nWords.")),
    "danger": (":::{danger}\nWords.\n:::", box("danger", "**Danger**\n\nWords.")),
    "error": (":::{error}\nWords.\n:::", box("danger", "**Error**\n\nWords.")),
    "hint": (":::{hint}\nWords.\n:::", box("success", "**Hint**\n\nWords.")),
    "important": (":::{important}\nWords.\n:::", box("warning", "**Important**\n\nWords.")),
    "margin": (":::{margin}\nWords.\n:::", box("info", "Words.")),
    "note": ("```{note} First\nthen.\n```", box("info", "**Note**\n\nFirst\nthen.")),
    "seealso": (":::{seealso}\nWords.\n:::", box("info", "**See also**\n\nWords.")),
    "tip": (":::{tip}\nWords.\n:::", box("success", "**Tip**\n\nWords.")),
    "warning": (":::{warning}\nWords.\n:::", box("warning", "**Warning**\n\nWords.")),
    "bibliography": ("```{bibliography}\n```", ""),
    "code": ("```{code} python\nx = 1\n```", "```python\nx = 1\n```"),
    "code-block": (
        "````{code-block} text\n:caption: A *file*\n```\n````",
        "**A *file***\n\n````text\n```\n````",
    ),
    "sourcecode": ("```{sourcecode} python\nx = 1\n```", "```python\nx = 1\n```"),
    "code-cell": ("```{code-cell} ipython3\nx\n```", "```{code-cell} ipython3\nx\n```"),
    "contents": ("```{contents}\n```", ""),
    "tableofcontents": ("```{tableofcontents}\n```", ""),
    "toctree": ("```{toctree}\n01-slope\n```", ""),
    "dropdown": (
        ":::{dropdown} Why < $x$?\nFor {eq}`square`.\n:::",
        folded("Why &lt; $x$?", "For [(1) of 1. Slopes](01-slope.ipynb)."),
    ),
    "epigraph": (":::{epigraph}\nOne\n\ntwo\n:::", "> One\n>\n> two"),
    "pull-quote": (":::{pull-quote}\nWords.\n:::", "> Words."),
    "figure": ("```{figure} _static/hill.png\nA hill.\n```", f"{IMAGE}\n\n**Figure 1.** A hill."),
    "figure-md": (
        f":::{{figure-md}} here\n{IMAGE}\n\nA hill.\n:::",
        f"{IMAGE}\n\n**Figure 1.** A hill.",
    ),
    "image": (
        "```{image} _static/hill.png\n:alt: Up & down\n:width: 200\n```",
        '<img src="_static/hill.png" alt="Up &amp; down" width="200px">',
    ),
    "glossary": (":::{glossary}\nWords.\n:::", "Words."),
    "grid": ("::::{grid} 2\n:::{grid-item}\nA.\n:::\n::::", "A."),
    "grid-item": (":::{grid-item}\nA.\n:::", "A."),
    "math": ("```{math}\n:label: here\na\n\nb\n```", "$$\na\nb\n\\tag{1}\n$$"),
    "tab-set": (
        "::::{tab-set}\n:::{tab-item} One\nA.\n:::\n:::{tab-item} Two\nB.\n:::\n::::",
        "**One**\n\nA.\n\n**Two**\n\nB.",
    ),
    "tab-item": (":::{tab-item} One\nA.\n:::", "**One**\n\nA."),
    "table": (
        "```{table} Heights\n| a |\n|---|\n| 1 |\n```",
        "**Table 1.** Heights\n\n| a |\n|---|\n| 1 |",
    ),
}


@pytest.mark.parametrize("name", sorted({*_BOXES, *_DIRECTIVES}))
def test_each_directive(shown, name):
    words, expected = DIRECTIVES[name]
    assert shown(words) == expected
    # The same between other words, and in a list.
    if expected:
        assert shown(f"Before.\n\n{words}\n\nAfter.") == f"Before.\n\n{expected}\n\nAfter."


SLOPES = "[1. Slopes](01-slope.ipynb)"
ROLES = {
    "abbr": ("{abbr}`SGD (stochastic \"g\")`", '<abbr title="stochastic &quot;g&quot;">SGD</abbr>'),
    "attr": ("{attr}`~a.b.c`", "`c`"),
    "class": ("{class}`!a.B`", "`a.B`"),
    "code": ("{code}`x = 1`", "`x = 1`"),
    "data": ("{data}`a.b`", "`a.b`"),
    "doc": ("{doc}`01-slope` {doc}`words <words>` {doc}`index`",
            f"{SLOPES} words [Start](../start.ipynb)"),
    "download": ("{download}`the hill <_static/hill.png>`", "[the hill](_static/hill.png)"),
    "eq": ("{eq}`square` {eq}`this <square>`",
           "[(1) of 1. Slopes](01-slope.ipynb) [this](01-slope.ipynb)"),
    "exc": ("{py:exc}`ValueError`", "`ValueError`"),
    "func": ("{func}`words <a.b>`", "words"),
    "kbd": ("{kbd}`Shift`", "<kbd>Shift</kbd>"),
    "math": ("{math}`x^2`", "$x^2$"),
    "meth": ("{meth}`a.b`", "`a.b`"),
    "mod": ("{mod}`a.b`", "`a.b`"),
    "numref": ("{numref}`hill` {numref}`picture %s <hill>`",
               "[Figure 1 of 1. Slopes](01-slope.ipynb) [picture 1 of 1. Slopes](01-slope.ipynb)"),
    "ref": ("{ref}`slope` {ref}`by the rule <the-rule>` {ref}`lab-slope` {ref}`hill`",
            f"{SLOPES} [by the rule](01-slope.ipynb) [the lab slope](../labs/slope/slope.ipynb) "
            "[A hill of height $h$.](01-slope.ipynb)"),
    "sub": ("H{sub}`2`O", "H<sub>2</sub>O"),
    "sup": ("2{sup}`n`", "2<sup>n</sup>"),
    "term": ("{term}`Slope`", "Slope"),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(_ROLES))
def test_each_role(shown, name):
    words, expected = ROLES[name]
    assert shown(f"Before {words} after.") == f"Before {expected} after."
    assert shown(f"> - Before\n>   {words} after.") == f"> - Before\n>   {expected} after."
    assert shown(f"# A {words}") == f"# A {expected}"


THREE, TWO = "One et al.", "van der Berg and Müller"
CITED = {
    "cite": f"[{TWO} 1985; {THREE} 1999]",
    "cite:p": f"[{TWO} 1985; {THREE} 1999]",
    "cite:ps": f"[{TWO} 1985; {THREE} 1999]",
    "cite:t": f"{TWO} [1985], {THREE} [1999]",
    "cite:ts": f"{TWO} [1985], {THREE} [1999]",
    "cite:author": f"{TWO}, {THREE}",
    "cite:authors": f"{TWO}, {THREE}",
    "cite:year": "1985, 1999",
    "cite:yearpar": "[1985, 1999]",
}
SOURCES = (
    "- A. One, B. Two, and C. Three. *Valleys*. Press, 1999.\n"
    "- Anna van der Berg and Jürgen Müller. On slopes. *Journal of Hills*, 3:1–9, 1985. "
    r"[doi:10.1000/xyz\_1](https://doi.org/10.1000/xyz_1)."
)


@pytest.mark.parametrize("name", sorted(_CITATIONS))
def test_each_citation_and_its_list_of_sources(shown, name):
    words = f"A {{{name}}}`two, three`."
    assert shown(words) == f"A {CITED[name]}.\n\n## Sources\n\n{SOURCES}"
    assert shown(f"{words}\n\n```{{bibliography}}\n```\n\nEnd.") == (
        f"A {CITED[name]}.\n\n{SOURCES}\n\nEnd."
    )


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("[here](01-slope.md) [](01-slope.md)", f"[here](01-slope.ipynb) {SLOPES}"),
        ("[the *rule*](#the-rule)", "[the *rule*](01-slope.ipynb)"),
        ("[](#square)", "[(1) of 1. Slopes](01-slope.ipynb)"),
        ("[out](https://example.org/a_b)", "[out](https://example.org/a_b)"),
        ("[lab](../labs/source/slope/slope.ipynb)", "[lab](../labs/slope/slope.ipynb)"),
        ("![A](_static/hill.png)", "![A](_static/hill.png)"),
        ("![A](/_static/hill.png)", "![A](_static/hill.png)"),
        ("| a | b |\n|---|---|\n| {eq}`a|b <square>` | 1 |", None),
        ("| a | b |\n|---|---|\n| 1 | {sup}`2` |", "| a | b |\n|---|---|\n| 1 | <sup>2</sup> |"),
        ("(here)=\n## A part\n\n{ref}`here`", "## A part\n\n[A part](#A-part)"),
        ("% a remark\n\nWords.", "Words."),
        ("A[^1] b.\n\n[^1]: The {sup}`n`.",
         "A<sup>[1]</sup> b.\n\n<sup>[1]</sup> The <sup>n</sup>."),
        ("Up\n: A way.", "**Up**\n\nA way."),
        ("$$\na \\\\ b\n$$ (ab)\n\n{eq}`ab`",
         "$$\n\\begin{aligned}\na \\\\ b\n\\end{aligned}\n\\tag{1}\n$$\n\n(1)"),
        ("\\begin{equation}\na\n\\end{equation}",
         "\\begin{equation*}\na \\tag{1}\n\\end{equation*}"),
        (":::{admonition} Why?\n:class: dropdown\nSo.\n:::",
         folded("Why?", "So.")),
        # The anchors that JupyterLab 4.6 finds, which are the ones without a percent sign.
        ("(here)=\n## What's 5 (now): a/b?\n\n{ref}`here`",
         "## What's 5 (now): a/b?\n\n[What's 5 (now): a/b?](#What's-5-(now):-a/b?)"),
        ("(here)=\n## Idée\n\n{ref}`here`", "## Idée\n\nIdée"),
        ("(here)=\n## A (b\n\n{ref}`here`", "## A (b\n\nA (b"),
        ("(here)=\n## Of $x$\n\n{ref}`here`", "## Of $x$\n\nOf $x$"),
        ("<video src='_static/a b.mp4'></video>", "<video src='_static/a b.mp4'></video>"),
        # Options are words, whatever YAML takes them for, and may be indented.
        ("```{image} _static/hill.png\n  :alt: no\n  :width: 010\n```",
         '<img src="_static/hill.png" alt="no" width="010px">'),
        (":::{admonition} Mind\n:class: warning\nSo.\n:::", box("warning", "**Mind**\n\nSo.")),
        ("::::{note}\n:::{tip}\nIn.\n:::\n::::",
         box("info", "**Note**\n\n" + box("success", "**Tip**\n\nIn."))),
        ("```python\n{note}`as it is`\n```", "```python\n{note}`as it is`\n```"),
        ("Plain *words*, `{note}`, $x_1$ <br>.", "Plain *words*, `{note}`, $x_1$ <br>."),
    ],
)  # fmt: skip
def test_what_else_a_page_holds(shown, words, expected):
    if expected is None:
        with pytest.raises(ConversionError):
            shown(words)
    else:
        assert shown(words).strip() == expected


@pytest.mark.parametrize(
    ("words", "line", "said"),
    [
        ("```{plot} a\n```", 0, "the directive {plot} is not one that can be shown"),
        ("\n:::{note}\n\n:::{plot}\n:::\n:::", 3, "the directive {plot}"),
        ("\n\nA {fancy}`word`.", 2, "the role {fancy} is not one that can be shown"),
        ("A\n{ref}`nowhere`.", 1, "no page of the book has the label 'nowhere'"),
        ("{eq}`hill`", 0, "the label 'hill' is a figure's"),
        ("{numref}`slope`", 0, "which has no number"),
        ("{doc}`nowhere`", 0, "the book has no page 'nowhere'"),
        ("{cite}`who`", 0, "no entry 'who'"),
        ("{cite:x}`two`", 0, "the role {cite:x} is not known"),
        ("[](#nowhere)", 0, "leads nowhere"),
        ("[a](01-slope.md#nowhere)", 0, "nothing named '#nowhere'"),
        ("![](no.png)", 0, "there is no file 'no.png'"),
        ("![](../../secret)", 0, "there is no file"),
        ("![](https://example.org/a.png)", 0, "lies on another host"),
        ("<img src=\"no.png\">", 0, "there is no file 'no.png'"),
        ("<img src=\"/_static/hill.png\">", 0, "write the path '/_static/hill.png' relative"),
        ("```{note}\n:a: [\n```", 0, "cannot be read"),
        (":::{note}\n```{code-cell} ipython3\n1\n```\n:::", 1, "a code cell inside another"),
        ("::: note\n:::", 0, "is not a directive"),
        ("A {ref} `slope`.", 0, None),
        ("A {ref}`slope.", 0, "looks like MyST"),
        ("(slope)=\n# Again", 0, "the label 'slope' is given a second time"),
    ],
)  # fmt: skip
def test_what_cannot_be_shown_is_named_with_its_place(shown, words, line, said):
    if said is None:
        assert shown(words) == words
        return
    with pytest.raises(ConversionError) as caught:
        shown(words)
    assert str(caught.value).startswith(f"book/02-descent.md, line {FIRST_LINE + line}: ")
    assert said in str(caught.value)


def test_a_setting_that_cannot_be_followed_is_named(course):
    config = course / "book" / "_config.yml"
    config.write_text(config.read_text(encoding="utf-8").replace("amsmath", "substitution"))
    with pytest.raises(WorkspaceError, match="the MyST extension 'substitution'"):
        Book(course / "book").parser()


@pytest.mark.parametrize("name", ["_config.yml", "_toc.yml", "references.bib", "01-slope.md"])
def test_a_missing_file_of_the_book_is_named(course, name):
    (course / "book" / name).unlink()
    with pytest.raises(WorkspaceError, match=name):
        Book(course / "book")


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(weight * p for weight, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("page", ["#ffffff", "#111111"], ids=["light", "dark"])
@pytest.mark.parametrize("purpose", sorted(COLOURS))
def test_the_bar_of_a_box_is_seen_in_both_themes(purpose, page):
    darker, lighter = sorted([luminance(COLOURS[purpose]), luminance(page)])
    # What WCAG 2 asks of a graphical object.
    assert (lighter + 0.05) / (darker + 0.05) >= 3


COURSE = Path(__file__).parents[2]
PAGES = Book(COURSE / "book", lab_names(COURSE / "labs"))


# The reference is made of docstrings when the site is built, and stays there.
CONVERTED = sorted(name for name in PAGES.pages if not name.startswith("api/"))


@pytest.mark.parametrize("name", CONVERTED)
def test_every_page_of_the_book_converts_and_keeps_no_directive(name):
    text, files = convert(PAGES, PAGES.pages[name])
    raw = re.findall(r"(?m)^\s*(?::::|```\{(?!code-cell\})).*|\{[a-z:]+\}`.*|^\([\w-]+\)=$", text)
    assert raw == []
    assert all(file.is_file() for file in files.values())
