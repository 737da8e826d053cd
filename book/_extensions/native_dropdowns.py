"""Publish an admonition of class ``dropdown`` as the browser's own ``<details>``.

The usual way puts a script's button into the title. The browser's own element opens with the
keyboard, is announced by screen readers, prints, and works where scripts do not run.
"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.locale import admonitionlabels
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.writers.html5 import HTML5Translator


class dropdown(nodes.General, nodes.Element):  # noqa: N801 - docutils' nodes are named so
    """A block that opens and closes."""


class dropdown_title(nodes.TextElement):  # noqa: N801
    """What is seen of a dropdown while it is closed."""


class DropdownTransform(SphinxPostTransform):
    """Turn every admonition of class ``dropdown`` into a dropdown node."""

    default_priority = 500
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        """Replace the nodes of one document."""
        for node in list(self.document.findall(nodes.Admonition)):
            assert isinstance(node, nodes.Element)
            if "dropdown" not in node["classes"]:
                continue
            children = list(node.children)
            title = dropdown_title()
            if children and isinstance(children[0], nodes.title):
                title.extend(children.pop(0).children)
            else:
                title += nodes.Text(admonitionlabels[node.tagname])
            classes = [name for name in node["classes"] if not name.startswith("admonition-")]
            if node.tagname != "admonition":
                classes.append(node.tagname)
            replacement = dropdown("", classes=classes, ids=node["ids"])
            replacement += title
            replacement.extend(children)
            node.replace_self(replacement)


def visit_dropdown(self: HTML5Translator, node: dropdown) -> None:
    """Open the details element."""
    self.body.append(self.starttag(node, "details", CLASS="admonition"))


def depart_dropdown(self: HTML5Translator, node: dropdown) -> None:
    """Close the details element."""
    self.body.append("</details>\n")


def visit_title(self: HTML5Translator, node: dropdown_title) -> None:
    """Open the summary element."""
    self.body.append(self.starttag(node, "summary", "", CLASS="admonition-title"))


def depart_title(self: HTML5Translator, node: dropdown_title) -> None:
    """Close the summary element."""
    self.body.append("</summary>\n")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the nodes and the transform with Sphinx."""
    app.add_node(dropdown, html=(visit_dropdown, depart_dropdown))
    app.add_node(dropdown_title, html=(visit_title, depart_title))
    app.add_post_transform(DropdownTransform)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
