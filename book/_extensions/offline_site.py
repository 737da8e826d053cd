"""Make the built site complete in itself: no page asks another host for anything.

Four things are done to what the theme would publish:

* MathJax is copied out of the installed ``django-static-mathjax`` package, only the files the
  pages load: what reads LaTeX and writes HTML, with its fonts (1.1 MB of the package's 43).
* The theme draws a dozen icons with a script of 1.5 MB that every page loads. Its style sheet can
  draw the same icons from a font, so the script is taken out of the pages and the font is cut down
  to the glyphs in use (a few kB) and put into a style sheet, which also works from the file system.
* The theme puts the search's index, which grows with the book, and its scripts into every page,
  though only the page of results uses them: they are taken out of the others.
* Source maps and the theme's own templates are left out.

And what screen readers stumble over in the theme's pages is mended, as axe-core finds it.
"""

from __future__ import annotations

import base64
import importlib.util
import io
import re
import shutil
from pathlib import Path
from typing import Any

from fontTools import subset
from fontTools.ttLib import TTFont
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

# MathJax's combined component holds a menu and extensions that the pages never use, and is twice
# as large as these together. The first script loads the core and the parts that it is told of;
# what writes HTML loads the sizes of its letters.
MATHJAX_START = "startup.js"
MATHJAX_PARTS = (
    "input/tex-base",
    "[tex]/ams",
    "[tex]/newcommand",
    "output/chtml",
    "a11y/assistive-mml",
)
MATHJAX_OTHERS = ("core", "output/chtml/fonts/tex")
MATHJAX_FONTS = "output/chtml/fonts/woff-v2"

# A name that hides the words a button shows, a button without any name; roles that the lists of
# sources do not fulfil.
MENDED = (
    (re.compile(r'(<button [^>]*search-button-field[^>]*?) aria-label="[^"]*"'), r"\1"),
    (re.compile(r'<summary aria-label="Toggle hidden content">'), "<summary>"),
    (
        re.compile(r'<summary>(?=<span class="toctree-toggle")'),
        '<summary aria-label="Show the pages of this part">',
    ),
    (re.compile(r' role="list"(?= class="citation-list")'), ""),
    (re.compile(r' role="doc-biblioentry"'), ""),
)
ICON_SCRIPT = re.compile(
    r'\s*<script[^>]*src="[^"]*_static/scripts/fontawesome\.js[^"]*"></script>'
)
SEARCH_SCRIPT = re.compile(
    r'\s*<script[^>]*src="[^"]*(?:_static/searchtools|_static/language_data|searchindex)\.js[^"]*">'
    r"</script>"
)
ICON_FONT_FACE = re.compile(r"@font-face\{[^}]*Font Awesome[^}]*\}")
ICON_RULE = re.compile(r'((?:\.fa-[a-z0-9-]+:before,?)+)\{content:"\\([0-9a-f]+)"\}')
ICON_IN_STYLE = re.compile(r'"(?:\\([ef][0-9a-f]{3})|([\ue000-\uf8ff]))"')  # escaped, or as it is
ICON_NAME = re.compile(r"\bfa-[a-z0-9-]+")


def _mathjax_folder() -> Path:
    """Return the folder of the installed MathJax that holds its combined components."""
    found = importlib.util.find_spec("mathjax")
    if found is None or found.origin is None:
        raise ExtensionError(
            "the package django-static-mathjax, which carries MathJax, is not installed: "
            "install the project with its 'book' extra"
        )
    return Path(found.origin).parent / "static" / "mathjax"


def copy_mathjax(app: Sphinx) -> None:
    """Copy MathJax into the site, before the pages are written, which link to it."""
    if app.builder.format != "html":
        return
    source = _mathjax_folder()
    target = Path(app.outdir) / "_static" / "mathjax"
    target.mkdir(parents=True, exist_ok=True)
    for part in (MATHJAX_START, *MATHJAX_OTHERS, *MATHJAX_PARTS):
        name = Path(part.replace("[tex]", "input/tex/extensions")).with_suffix(".js")
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source / "es5" / name, target / name)
    shutil.copy2(source / "LICENSE", target / "LICENSE")
    shutil.copytree(source / "es5" / MATHJAX_FONTS, target / MATHJAX_FONTS, dirs_exist_ok=True)


def _icon_font(font_file: Path, code_points: set[int]) -> str:
    """Return the glyphs of `code_points` of a font as a base64 WOFF."""
    font = TTFont(font_file)
    options = subset.Options(hinting=False, layout_features=[], notdef_outline=True)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=code_points)
    subsetter.subset(font)
    font.flavor = "woff"
    buffer = io.BytesIO()
    font.save(buffer)
    return base64.b64encode(buffer.getvalue()).decode("ascii")


def finish_pages(app: Sphinx, exception: Exception | None) -> None:
    """Mend the pages that were just written, and replace their icon script by a small font."""
    if exception is not None or app.builder.format != "html":
        return
    site = Path(app.outdir)
    static = site / "_static"

    names: set[str] = set()
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        names.update(ICON_NAME.findall(text))
        finished = ICON_SCRIPT.sub("", text)
        if page.name != "search.html":
            finished = SEARCH_SCRIPT.sub("", finished)
        for found, instead in MENDED:
            finished = found.sub(instead, finished)
        if finished != text:
            page.write_text(finished, encoding="utf-8")

    style_file = static / "styles" / "pydata-sphinx-theme.css"
    style = style_file.read_text(encoding="utf-8")
    code_points = {
        int(code, 16)
        for selectors, code in ICON_RULE.findall(style)
        if names & {selector.split(":")[0].strip(".") for selector in selectors.split(",")}
    }
    for sheet in static.rglob("*.css"):
        outside_rules = ICON_RULE.sub("", sheet.read_text(encoding="utf-8"))
        for escaped, plain in ICON_IN_STYLE.findall(outside_rules):
            code_points.add(int(escaped, 16) if escaped else ord(plain))

    font_file = static / "vendor" / "fontawesome" / "webfonts" / "fa-solid-900.ttf"
    if font_file.exists():  # an earlier build into the same folder has already done what follows
        (static / "icons.css").write_text(
            "@font-face{font-family:'Font Awesome 6 Free';font-weight:900;font-style:normal;"
            f"src:url(data:font/woff;base64,{_icon_font(font_file, code_points)})}}\n",
            encoding="utf-8",
        )
        style_file.write_text(ICON_FONT_FACE.sub("", style), encoding="utf-8")
        shutil.rmtree(static / "vendor" / "fontawesome")
        leftovers = ("*.map", "fontawesome.js*", "*webpack-macros.html")
        for unused in {file for pattern in leftovers for file in static.rglob(pattern)}:
            unused.unlink()


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the two steps with Sphinx."""
    app.add_css_file("icons.css", priority=900)
    app.config.mathjax_path = f"mathjax/{MATHJAX_START}"
    app.config.mathjax3_config = {
        "loader": {"load": list(MATHJAX_PARTS)},
        "tex": {"packages": ["base", "ams", "newcommand"]},
    }
    app.connect("builder-inited", copy_mathjax)
    app.connect("build-finished", finish_pages)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
