"""What a learner writes in words does nothing on an instructor's page."""

import re

import pytest
from nbconvert.filters import markdown2html

from dlcourse.classroom.words import harmless


def shown(text):
    """What nbgrader's pages make of the cell."""
    return markdown2html(harmless(text))


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg/onload=alert(1)>",
        "[look](javascript:alert(1))",
        "[look](java&#115;cript:alert(1))",
        "[look]: javascript:alert(1)\n\n[look]",
        "<javascript:alert(1)>",
        "![](https://elsewhere.example/counted.png)",
        "<a href=javascript:alert(1)>look</a>",
        "<style>body { display: none }</style>",
        "<pre>\n\n[look](javascript:alert(1))\n\n<script>alert(1)</script>\n\n</pre>",
        "```\n\n<script>alert(1)</script>\n\n[look](javascript:alert(1))\n```",
        "\\<script>alert(1)</script>",
        "`</code><script>alert(1)</script>`",
        "$<script>alert(1)</script>$",
        "$$\n<img src=x onerror=alert(1)>\n$$",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "<div onclick=alert(1)>look</div>",
        "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
        "<form action=/hub/logout><button>ok</button></form>",
    ],
)
def test_nothing_in_an_answer_does_anything(text):
    made = shown(text)
    assert not re.search(r"<(?!/?(a|p|div|pre|code|span|br|em|strong)\b)", made), made
    assert not re.search(r"<[^>]*\b(on\w+|src|style|srcdoc|action)\s*=", made), made
    assert not re.search(r'href="(?!https?:|mailto:)[^"]*"', made), made


def test_what_an_answer_says_is_shown():
    made = shown(
        "Because **dw** is $x^T dy$, see [this](https://nbgrader.readthedocs.io):\n\n- a < b\n- c"
    )
    for part in ("<strong>dw</strong>", "$x^T dy$", "<li>", "a &lt; b", 'href="https://nbgrader'):
        assert part in made, part
    assert shown("") == ""
