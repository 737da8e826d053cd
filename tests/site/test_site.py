"""The published site: complete in itself, light, linked, described, and without solutions."""

import itertools
import json
import re
import shutil
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from tests.site.building import BOOK, REPOSITORY, Page, build_book

#: Elements whose address is fetched when the page is viewed, and the attribute that holds it.
FETCHED = {
    "script": "src", "img": "src", "link": "href", "source": "src", "iframe": "src",
    "video": "src", "audio": "src", "object": "data", "embed": "src", "use": "href",
    "image": "href",
}  # fmt: skip
#: Links that only say how pages belong together; no browser fetches them.
RELATIONS = {"index", "search", "next", "prev", "canonical", "author", "license"}
CSS_ADDRESS = re.compile(r"""url\(\s*["']?([^"')]+)|@import\s+["']([^"']+)""")
#: Names of XML vocabularies look like addresses, and nothing is ever fetched from them.
NAMESPACES = re.compile(r"http://www\.w3\.org/[\w/.#-]+")
LARGEST_PAGE = 3_000_000


def fetched(page: Page) -> set[str]:
    """Return the addresses that viewing the page fetches."""
    found = set()
    for tag, attributes in page.elements:
        address = attributes.get(FETCHED.get(tag, ""), "")
        if address and not (tag == "link" and attributes.get("rel") in RELATIONS):
            found.add(address)
        found |= in_css(attributes.get("style", ""))
    for sheet in page.inline["style"]:
        found |= in_css(sheet)
    return {address for address in found if not address.startswith("#")}


def in_css(text: str) -> set[str]:
    """Return the addresses that a style sheet fetches."""
    return {first or second for first, second in CSS_ADDRESS.findall(text)}


def is_external(address: str) -> bool:
    """Whether an address leads to a host; a data address holds its own content."""
    parts = urlsplit(address)
    return bool(parts.netloc) or parts.scheme not in ("", "data")


def local_file(page: Page, address: str) -> Path:
    """Return the file that a relative address means, seen from the page."""
    return (page.file.parent / unquote(urlsplit(address).path)).resolve()


def test_every_page_of_the_table_of_contents_is_there(built_site):
    listed = re.findall(r"(?:file|root): (\S+)", (BOOK / "_toc.yml").read_text())
    assert {f"{name}.html" for name in listed} <= set(built_site.pages)
    assert len(listed) >= 4


def test_viewing_a_page_asks_no_other_host(built_site):
    for name, page in built_site.pages.items():
        external = {address for address in fetched(page) if is_external(address)}
        assert not external, f"{name} fetches {external}"
        for script in page.inline["script"]:
            assert not re.search(r"https?://", NAMESPACES.sub("", script)), (
                f"{name}: {script[:200]}"
            )


def test_style_sheets_ask_no_other_host_and_find_their_files(built_site):
    sheets = list(built_site.folder.rglob("*.css"))
    assert sheets
    for sheet in sheets:
        for address in in_css(sheet.read_text(encoding="utf-8")):
            assert not is_external(address), f"{sheet.name} fetches {address}"
            if not address.startswith(("data:", "#")):
                target = sheet.parent / urlsplit(address).path
                assert target.exists(), f"{sheet.name} asks for {address}, which is not there"


def test_everything_a_page_fetches_is_in_the_site(built_site):
    for name, page in built_site.pages.items():
        for address in fetched(page):
            if not address.startswith("data:"):
                file = local_file(page, address)
                assert file.is_file(), f"{name} asks for {address}, which is not there"
                assert file.is_relative_to(built_site.folder.resolve())


def test_mathjax_is_served_with_its_fonts(built_site):
    folder = built_site.folder / "_static" / "mathjax"
    scripts = {str(file.relative_to(folder)) for file in folder.rglob("*.js")}
    page = next(iter(built_site.pages.values()))
    (settings,) = (text for text in page.inline["script"] if "window.MathJax" in text)
    asked = json.loads(settings.partition("=")[2])["loader"]["load"]
    parts = [part.replace("[tex]", "input/tex/extensions") for part in asked]
    by_themselves = {"startup", "core", "output/chtml/fonts/tex"}
    assert {f"{part}.js" for part in {*parts, *by_themselves}} == scripts
    assert "output/chtml.js" in scripts
    assert (folder / "LICENSE").exists()
    assert len(list((folder / "output/chtml/fonts/woff-v2").glob("*.woff"))) > 15


def test_pages_are_light(built_site):
    # MathJax's first script, which the page names, fetches the others and the fonts.
    mathjax = {
        file.resolve()
        for file in (built_site.folder / "_static/mathjax").rglob("*")
        if file.suffix in (".js", ".woff")
    }
    for name, page in built_site.pages.items():
        files = {
            local_file(page, address)
            for address in fetched(page)
            if not address.startswith("data:")
        }
        weight = len(page.source.encode())
        weight += sum(file.stat().st_size for file in files | mathjax)
        assert weight < LARGEST_PAGE, f"{name} weighs {weight:,} bytes"


def test_links_within_the_site_are_alive(built_site):
    by_file = {page.file.resolve(): page for page in built_site.pages.values()}
    checked = 0
    for name, page in built_site.pages.items():
        for attributes in page.all("a"):
            link = attributes.get("href", "")
            if not link or is_external(link):
                continue
            parts = urlsplit(link)
            file = local_file(page, link) if parts.path else page.file.resolve()
            assert file.is_file(), f"{name} links to {link}, which is not there"
            if parts.fragment and file in by_file and parts.fragment != "top":
                place = unquote(parts.fragment)
                assert place in by_file[file].ids, f"{name} links to {link}: no such place"
            checked += 1
    assert checked > 100


def test_pictures_have_alternative_texts(built_site):
    pictures = 0
    for name, page in built_site.pages.items():
        for attributes in page.all("img"):
            assert "alt" in attributes, f"{name}: {attributes}"
        for attributes in page.all("svg"):
            described = len(attributes.get("aria-label", "")) > 15
            hidden = attributes.get("aria-hidden") == "true"
            assert described or hidden, f"{name}: {attributes}"
            pictures += described
    assert pictures > 10


def test_ids_are_unique(built_site):
    for name, page in built_site.pages.items():
        ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
        twice = {one for one in ids if ids.count(one) > 1}
        assert not twice, f"{name}: {twice}"


# ---- Solutions stay out


def squash(text: str) -> str:
    """Return a text without any white space, so that neither line breaks nor indents hide it."""
    return re.sub(r"\s+", "", text)


def telling_parts(source: str) -> list[str]:
    """Return what would give a solution away: each region whole, its line pairs, its long lines."""
    parts = []
    for region in re.findall(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", source, re.DOTALL):
        lines = [squash(line) for line in region.splitlines() if line.strip()]
        parts.append("".join(lines))
        parts += [a + b for a, b in itertools.pairwise(lines)]
        parts += [line for line in lines if len(line) >= 40]
    return parts


def lab_solutions(labs: Path) -> list[str]:
    """Return the telling parts of every lab's source."""
    parts = []
    for file in sorted((labs / "source").rglob("*.ipynb")):
        for cell in json.loads(file.read_text(encoding="utf-8"))["cells"]:
            parts += telling_parts("".join(cell["source"]))
    return parts


def given_away(folder: Path, parts: list[str]) -> list[str]:
    """Return the parts that some file of the folder holds, as text or as source."""
    found = []
    for file in sorted(folder.rglob("*")):
        if file.suffix not in {".html", ".md", ".ipynb", ".txt", ".js", ".json", ".py"}:
            continue
        if file.is_relative_to(folder / "_static"):
            continue
        text = squash(file.read_text(encoding="utf-8"))
        if file.suffix == ".html":
            text += squash("".join(Page(file).text))
        found += [f"{file.name}: {part}" for part in parts if part in text]
    return found


def test_no_page_holds_a_solution(built_site):
    parts = lab_solutions(REPOSITORY / "labs")
    assert parts, "no lab has a solution: expected some in labs/source"
    assert not given_away(built_site.folder, parts)


def test_a_solution_on_a_page_would_be_found(tmp_path):
    source = tmp_path / "labs" / "source" / "one"
    source.mkdir(parents=True)
    code = (
        "def f(x):\n    ### BEGIN SOLUTION\n    a = x + 1\n    return a * 2\n    ### END SOLUTION\n"
    )
    cell = {"cell_type": "code", "source": code.splitlines(keepends=True)}
    (source / "one.ipynb").write_text(json.dumps({"cells": [cell]}))
    parts = lab_solutions(tmp_path / "labs")
    assert len(parts) == 2
    site = tmp_path / "site"
    site.mkdir()
    (site / "page.html").write_text("<p>harmless</p>")
    assert not given_away(site, parts)
    # As the site shows code: one element for each token.
    (site / "page.html").write_text(
        "<pre><span>a</span> <span>=</span> <span>x</span> <span>+</span> <span>1</span>\n"
        "<span>return</span> <span>a</span> <span>*</span> <span>2</span></pre>"
    )
    assert given_away(site, parts)


# ---- A build that is wrong fails


def tiny_book(folder: Path, page: str) -> Path:
    """Make a book of one page with the settings and extensions of the real one."""
    book = folder / "book"
    book.mkdir()
    for name in ("_config.yml", "references.bib"):
        shutil.copy2(BOOK / name, book)
    for name in ("_extensions", "_static"):
        shutil.copytree(BOOK / name, book / name)
    (book / "_toc.yml").write_text("format: jb-book\nroot: index\n")
    (book / "index.md").write_text(page)
    return book


HEADER = """---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  display_name: Python 3
  language: python
  name: python3
---

# Title

"""
PAGES = {
    "right": ("```{code-cell} ipython3\nprint(6 * 7)\n```\n", 0, None),
    "failing cell": ("```{code-cell} ipython3\n1 / 0\n```\n", 1, "ZeroDivisionError"),
    "warning in a cell": (
        "```{code-cell} ipython3\nimport warnings\nwarnings.warn('careful')\n```\n", 1, "stderr",
    ),
    "reference to nowhere": ("See [there](no-such-place).\n", 1, "no-such-place"),
    "source that is missing": ("See {cite:p}`nobody1999`.\n", 1, "nobody1999"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "code", "said"), PAGES.values(), ids=PAGES)
def test_what_is_wrong_fails_the_build(tmp_path, text, code, said):
    built = build_book(tmp_path / "out", tiny_book(tmp_path, HEADER + text))
    assert bool(built.returncode) == bool(code), built.output
    if said is not None:
        assert said in built.output
    else:
        assert "42" in (built.html / "index.html").read_text()
