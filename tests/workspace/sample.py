"""A course of two chapters and one lab, with everything in it that a chapter may use."""

from __future__ import annotations

import base64
from pathlib import Path

import nbformat

HEADER = "---\nkernelspec:\n  display_name: Python 3\n  language: python\n  name: python3\n---\n\n"

# One grey pixel.
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="
)

CONFIG = """\
title: A small course
bibtex_bibfiles: [references.bib]
parse:
  myst_enable_extensions: [amsmath, colon_fence, deflist, dollarmath]
"""

TOC = """\
format: jb-book
root: index
parts:
  - caption: Chapters
    chapters:
      - file: 01-slope
        sections:
          - file: 02-descent
  - chapters:
      - file: words
"""

REFERENCES = """\
@article{two,
  author = {van der Berg, Anna and Müller, Jürgen}, title = {On Slopes},
  journal = {Journal of Hills}, volume = {3}, pages = {1--9}, year = {1985}, doi = {10.1000/xyz_1},
}
@book{three,
  author = {One, A. and Two, B. and Three, C.}, title = {Valleys},
  publisher = {Press}, year = {1999},
}
@misc{nobody, title = {A Standard}, organization = {The Committee}, year = {2001}}
@article{unused, author = {Never, N.}, title = {Unused}, journal = {None}, year = {2000}}
"""

SLOPE = """\
(slope)=
# 1. Slopes

A slope {cite:p}`two,three`, after {cite:t}`nobody`; see {eq}`square` and {numref}`hill`.

(the-rule)=
## The *rule*

$$
f(x) = x^2
$$ (square)

```{figure} _static/hill.png
:name: hill
:width: 300px
:alt: A "hill"
A hill of height $h$.
```

```{code-cell} ipython3
:tags: [hide-input]
x = 3.0
```

:::{note}
A slope has a sign.
:::

```{code-cell} ipython3
x**2
```

```{admonition} Why $x_1$ and not **two**?
:class: dropdown
Because of {eq}`square`.
```

The lab is {ref}`lab-slope`.

```{bibliography}
:filter: docname in docnames
```
"""

DESCENT = """\
# 2. Descent

Go down {ref}`slope`, {ref}`by the rule <the-rule>`, {eq}`square`.

```{code-cell} ipython3
y = 1
```
"""

WORDS = """\
# Words

Slope
: How steep it is.
"""

SOLUTION = """\
def slope(x):
    \"\"\"Return the slope of the square at `x`.\"\"\"
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION"""

TEST = """\
assert slope(3.0) == 6.0
### BEGIN HIDDEN TESTS
assert slope(-1.0) == -2.0
### END HIDDEN TESTS"""


def write_course(folder: Path) -> Path:
    """Write the course into a folder that does not exist yet."""
    book = folder / "book"
    (book / "_static").mkdir(parents=True)
    for name, text in {
        "_config.yml": CONFIG,
        "_toc.yml": TOC,
        "references.bib": REFERENCES,
        "index.md": "# Start\n",
        "words.md": WORDS,
        "01-slope.md": HEADER + SLOPE,
        "02-descent.md": HEADER + DESCENT,
    }.items():
        (book / name).write_text(text, encoding="utf-8")
    (book / "_static" / "hill.png").write_bytes(PICTURE)
    lab = folder / "labs" / "source" / "slope"
    lab.mkdir(parents=True)
    (lab / "heights.csv").write_text("1,2,3\n", encoding="utf-8")
    nbformat.write(lab_source(), lab / "slope.ipynb")
    return folder


def lab_source() -> nbformat.NotebookNode:
    """Make the instructor's version of the lab."""
    markdown, code = nbformat.v4.new_markdown_cell, nbformat.v4.new_code_cell
    notebook = nbformat.v4.new_notebook(
        cells=[
            markdown("# Lab: slopes\n\nWrite the slope of $x^2$."),
            code(SOLUTION, metadata=_nbgrader("slope", solution=True)),
            code(TEST, metadata=_nbgrader("test_slope", grade=True, points=3)),
        ]
    )
    notebook.metadata["kernelspec"] = {
        "display_name": "Python 3",
        "language": "python",
        "name": "python3",
    }
    return notebook


def _nbgrader(grade_id: str, **settings: object) -> dict:
    cell = {
        "grade": False,
        "grade_id": grade_id,
        "locked": bool(settings.get("grade")),
        "schema_version": 3,
        "solution": False,
        "task": False,
        **settings,
    }
    return {"nbgrader": cell}
