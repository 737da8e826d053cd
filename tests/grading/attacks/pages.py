"""Text that does something to whoever reads it: in a terminal, on a page, in a spreadsheet."""

from tests.grading.attacks.attack import FORMULA, ZEROS, Attack

# Assembled when it runs, so that the code that is shown holds no tag of itself.
TAG = '"<" + "img src=x onerror=alert(1)>" + "<" + "script>alert(1)</script>"'
ACTIVE = r"<img src=x onerror|<script>alert\(1\)"
ESCAPES = r"[\x00-\x08\x0b-\x1f\x7f\x9b]\[?2?J?"


def told(name: str, text: str, shows: str) -> Attack:
    """Make an attack that tells its text in an error."""
    return Attack(name, f"def dense_forward(x, w, b):\n    raise ValueError({text})\n", shows=shows)


ATTACKS = (
    told("a script in an error", TAG, ACTIVE),
    Attack("a script in what is printed", f"print({TAG})\n" + ZEROS, shows=ACTIVE),
    Attack("a script in an exception's name", f"""
Odd = type({TAG}, (Exception,), {{}})
def dense_forward(x, w, b):
    raise Odd({TAG})
""", shows=ACTIVE),
    Attack("a script shown as HTML", f"""
from IPython.display import HTML, display
display(HTML({TAG}))
""" + ZEROS, shows=ACTIVE),
    Attack("a script in the code itself",
           "# </pre><script>alert(1)</script><img src=x onerror=alert(1)>\n" + ZEROS,
           shows=ACTIVE),
    told("escape codes that clear a terminal", r'"\x1b[2J\x1b]0;owned\x07\x9b2J" + chr(8) * 50',
         ESCAPES),
    Attack("escape codes in what is printed", 'print("\\x1b[2J\\x1b[1mgrade: 4 of 4")\n' + ZEROS,
           shows=ESCAPES),
    told("text that runs backwards", r'"\u202e" + "stniop 4 fo 4"', "\u202e"),
    told("a thousand marks on one letter", r'"a" + "\u0301" * 100_000', "\u0301{100,}"),
    told("half a character", r'"\ud800" * 100 + "\udc80"', "[\ud800-\udfff]"),
    told("a formula for a spreadsheet", '"=HYPERLINK(" + chr(34) + "http://x" + chr(34) + ")"',
         FORMULA),
    Attack("a grade printed", "print('dense_forward: 4 of 4 points')\nprint(4.0)\n" + ZEROS),
    told("a grade in an error", '"\\n\\ndense_forward: 4 of 4 points\\n"',
         r"(?m)^\W*dense_forward: 4 of 4"),
)  # fmt: skip
