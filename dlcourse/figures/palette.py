"""Colours that hold their contrast on a white and on a dark page, under names of what they mean."""

# Each colour for light pages, then for dark ones. The contrast with the page's background is at
# least 4.5 in both (WCAG 2.2, 1.4.3), so that coloured numbers can be read; a test measures it.
COLOURS = {
    "forward": ("#0b6bb0", "#62b3f0"),
    "backward": ("#b4500b", "#f59a4c"),
    "good": ("#1b7a43", "#5fc98b"),
    "bad": ("#bf2c4c", "#ff8597"),
    "other": ("#7543b5", "#bd97f5"),
}

# What the ink of a page is: text, axes. The page decides, so it has no value of its own here.
INK = "#010203"

# Backgrounds that the colours above are made for.
LIGHT_PAGE = "#ffffff"
DARK_PAGE = "#121212"

_DARK = (
    'html[data-theme="dark"] .dl-figure,'  # the book's site
    'body[data-jp-theme-light="false"] .dl-figure,'  # JupyterLab
    "body.vscode-dark .dl-figure"
)


def colour(name: str) -> str:
    """Return a colour for SVG or CSS: a variable of the page with the light value as fallback."""
    if name == "ink":
        return "currentColor"
    if name not in COLOURS:
        raise ValueError(f"colour is {name!r}: expected ink or one of {', '.join(COLOURS)}")
    return f"var(--dl-{name}, {COLOURS[name][0]})"


def style_sheet() -> str:
    """Return the CSS that gives the variables their values in each theme."""

    def variables(which: int) -> str:
        return "".join(f"--dl-{name}:{pair[which]};" for name, pair in COLOURS.items())

    return f".dl-figure{{{variables(0)}}}{_DARK}{{{variables(1)}}}"
