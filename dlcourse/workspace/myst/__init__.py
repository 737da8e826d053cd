"""From the book's MyST Markdown to the plain Markdown that JupyterLab shows.

The book is written once, in MyST, because the static site needs directives, numbered equations,
citations and cross-references. JupyterLab knows none of them: it would show their source. This
package reads a page with the parser family that the site is built with (markdown-it), finds where
each of these stands, and writes in its place what JupyterLab shows well. Everything else in the
page is left as it was written, byte for byte.

``syntax``      the parser; directives and their options
``edits``       replacing pieces of a text, found by line or by place in a line
``book``        the pages, and every label that a reference may name
``citations``   ``references.bib``
``roles``       what stands inside a line: references, citations, links
``directives``  what stands on its own: admonitions, figures, equations
``convert``     puts these together
"""

from dlcourse.workspace.myst.book import Book, Page
from dlcourse.workspace.myst.convert import convert

__all__ = ["Book", "Page", "convert"]
