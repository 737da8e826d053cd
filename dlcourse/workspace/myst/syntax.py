"""Reading MyST: the parser, directives, and the place of inline tokens in the source."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml
from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline, html_inline, image, link
from markdown_it.token import Token
from mdit_py_plugins.amsmath import amsmath_plugin
from mdit_py_plugins.colon_fence import colon_fence_plugin
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.footnote.index import footnote_ref
from mdit_py_plugins.front_matter import front_matter_plugin
from mdit_py_plugins.myst_blocks import myst_block_plugin
from mdit_py_plugins.myst_role import myst_role_plugin
from mdit_py_plugins.myst_role.index import myst_role

from dlcourse.workspace.errors import WorkspaceError

# The MyST extensions a book may switch on, each with the plug-in that reads it. Those without one
# need nothing: JupyterLab shows what they allow as it stands.
EXTENSIONS: dict[str, Callable[..., None] | None] = {
    "amsmath": amsmath_plugin,
    "colon_fence": colon_fence_plugin,
    "deflist": deflist_plugin,
    "dollarmath": dollarmath_plugin,
    "html_image": None,
    "linkify": None,
    "replacements": None,
    "smartquotes": None,
    "strikethrough": None,
    "tasklist": None,
}


def create_parser(extensions: Iterable[str]) -> MarkdownIt:
    """Make the parser that reads a book with these MyST extensions.

    Each token of a role, link, image, footnote mark or piece of inline HTML carries
    ``meta["span"]``, its start and end in the text of the block that holds it; markdown-it itself
    keeps line numbers of blocks only.

    Raises
    ------
    WorkspaceError
        When an extension has no counterpart here.
    """
    parser = (
        MarkdownIt("commonmark")
        .enable(["table"])
        .use(front_matter_plugin)
        .use(myst_block_plugin)
        .use(myst_role_plugin)
        .use(footnote_plugin, inline=False, move_to_end=False)
    )
    for name in extensions:
        if name not in EXTENSIONS:
            raise WorkspaceError(
                f"book/_config.yml switches on the MyST extension '{name}', which cannot be turned "
                f"into what JupyterLab shows; known are {', '.join(EXTENSIONS)}."
            )
        plugin = EXTENSIONS[name]
        if plugin is not None:
            parser.use(plugin)
    for rule_name, rule, kind in (
        ("myst_role", myst_role, "myst_role"),
        ("link", link, "link_open"),
        ("image", image, "image"),
        ("html_inline", html_inline, "html_inline"),
        ("footnote_ref", footnote_ref, "footnote_ref"),
    ):
        parser.inline.ruler.at(rule_name, _with_span(rule, kind))
    return parser


def _with_span(
    rule: Callable[[StateInline, bool], bool], kind: str
) -> Callable[[StateInline, bool], bool]:
    """Make an inline rule note where in the block's text its token stands."""

    def wrapped(state: StateInline, silent: bool) -> bool:
        start, known = state.pos, len(state.tokens)
        found = rule(state, silent)
        if found and not silent:
            token = next(token for token in state.tokens[known:] if token.type == kind)
            span = {"span": (start, state.pos)}
            if kind == "link_open":
                span["text"] = (start + 1, state.md.helpers.parseLinkLabel(state, start, True))
            token.meta = {**token.meta, **span}
        return found

    return wrapped


@dataclass(frozen=True)
class Directive:
    """A directive as it stands in the source: ``{name} argument``, options, body."""

    name: str
    argument: str
    options: dict[str, Any] = field(repr=False)
    body: str = field(repr=False)
    line: int
    """The line of its opening fence in the file, from 1."""
    body_line: int
    """The line of the first line of its body."""

    @property
    def classes(self) -> list[str]:
        """The words of its ``:class:`` option."""
        return str(self.options.get("class") or "").split()

    @property
    def label(self) -> str | None:
        """The name that references use: the option ``:name:`` or ``:label:``, or the figure's."""
        name = self.options.get("name") or self.options.get("label")
        if self.name == "code-cell":
            name = ((self.options.get("mystnb") or {}).get("figure") or {}).get("name")
        return str(name) if name else None


def read_directive(token: Token, first_line: int) -> Directive | None:
    """Read a fence as a directive.

    Parameters
    ----------
    token : Token
        A token of type ``fence`` or ``colon_fence``.
    first_line : int
        The line in the file, from 1, of the first line of the text that was parsed.

    Returns
    -------
    Directive or None
        None for an ordinary block of code.

    Raises
    ------
    yaml.YAMLError
        When the options are no YAML.
    """
    info = token.info.strip()
    if not info.startswith("{") or "}" not in info:
        return None
    name, argument = info[1:].split("}", 1)
    assert token.map is not None
    line = first_line + token.map[0]
    lines = token.content.split("\n")
    if lines and lines[-1] == "":
        lines.pop()
    option_lines: list[str] = []
    taken = 0
    if lines and lines[0].strip() == "---":
        end = next((i for i, text in enumerate(lines[1:], 1) if text.strip() == "---"), len(lines))
        option_lines, taken = lines[1:end], end + 1
    else:
        # A directive within this one may follow at once: its colons are no option.
        while taken < len(lines) and re.match(r"\s*:(?!::)", lines[taken]):
            option_lines.append(lines[taken].lstrip()[1:])
            taken += 1
    # The base loader leaves every value as it was written: "no", "007", "1e3".
    options = yaml.load("\n".join(option_lines), Loader=yaml.BaseLoader) or {}
    if not isinstance(options, dict):
        raise yaml.YAMLError(f"expected 'option: value' lines, found {options!r}")
    while taken < len(lines) and not lines[taken].strip():
        taken += 1
    return Directive(
        name=name.strip(),
        argument=argument.strip(),
        options=options,
        body="\n".join(lines[taken:]),
        line=line,
        body_line=line + 1 + taken,
    )


def top_blocks(tokens: list[Token]) -> Iterator[tuple[Token, list[Token]]]:
    """Yield every block token in order with the tokens inside it, containers flattened.

    Lists and blockquotes are gone through, so that a directive in a list item is found; a
    definition list or a footnote comes as one block with what is inside it, because it is rewritten
    as a whole. The text of a table's cell is marked with ``meta["cell"]``.
    """
    whole = {"dl_open": "dl_close", "footnote_reference_open": "footnote_reference_close"}
    index = 0
    while index < len(tokens):
        token = tokens[index]
        if token.type in whole:
            end = _closing(tokens, index, whole[token.type])
            yield token, tokens[index + 1 : end]
            index = end
        else:
            if token.type in ("th_open", "td_open"):
                cell = tokens[index + 1]
                cell.meta = {**cell.meta, "cell": True}
            yield token, []
        index += 1


def _closing(tokens: list[Token], start: int, kind: str) -> int:
    level = tokens[start].level
    return next(
        i
        for i in range(start + 1, len(tokens))
        if tokens[i].type == kind and tokens[i].level == level
    )
