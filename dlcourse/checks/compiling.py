"""Numba's errors about a learner's kernel, in a sentence: which value had which type, what to do.

Numba is not imported here: its errors are known by their names and read as text, so that they can
be explained where they happened in another process.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

#: The errors that Numba's compiler raises.
KINDS = frozenset({
    "TypingError", "LoweringError", "UnsupportedError", "UnsupportedBytecodeError",
    "UnsupportedParforsError", "NumbaTypeError", "NumbaValueError", "NumbaAttributeError",
    "NumbaIndexError", "NumbaNotImplementedError", "RequireLiteralValue", "CompilerError",
    "ConstantInferenceError", "VerificationError", "RedefinedError", "NotDefinedError",
})  # fmt: skip

_OPERATORS = {
    "add": "+", "iadd": "+=", "sub": "-", "isub": "-=", "mul": "*", "imul": "*=",
    "truediv": "/", "itruediv": "/=", "floordiv": "//", "mod": "%", "pow": "**", "ipow": "**=",
    "matmul": "@", "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "ne": "!=",
}  # fmt: skip
_PLACE = re.compile(r'^\s*File "([^"]*)", line (\d+):', re.MULTILINE)


@dataclass(frozen=True)
class Explained:
    """What Numba's error says, and where in the learner's code it came up."""

    sentence: str
    file: str | None = None
    number: int | None = None
    line: str | None = None


def explain(text: str) -> Explained:
    """
    Put the text of an error of Numba's compiler into a sentence.

    Parameters
    ----------
    text
        The whole text; what is not recognized is shortened to its first line that says something.
    """
    file, number, line = _place(text)
    return Explained(_sentence(text), file, number, line)


def _place(text: str) -> tuple[str | None, int | None, str | None]:
    """Find the place that Numba quotes last, which is the learner's: inner ones come first."""
    found = list(_PLACE.finditer(text))
    if not found:
        return None, None, None
    file, number = found[-1][1], int(found[-1][2])
    quoted: list[str] = []
    for line in text[found[-1].end() :].split("\n")[1:]:
        if line.strip() == "^":
            break
        if line.strip():
            quoted.append(line.strip())
        elif quoted:
            break
    missing = not quoted or quoted[-1].startswith(("<source missing", "<source elided"))
    return file, number, None if missing else quoted[-1]


def _sentence(text: str) -> str:
    for pattern, say in _RULES:
        if found := re.search(pattern, text, re.MULTILINE):
            return say(*found.groups())
    return f"Numba says: {_first_that_says_something(text)}"


def _first_that_says_something(text: str) -> str:
    for line in text.split("\n"):
        if line.strip() and not line.startswith("Failed in nopython mode pipeline"):
            return line.strip()[:160]
    return "nothing more."


# --- types in words -------------------------------------------------------------------------


def in_words(kind: str) -> str:
    """Write one of Numba's types as a learner would say it."""
    kind = re.sub(r"<iv=[^>]*>", "", kind.strip())
    if found := re.match(r"(?:readonly )?(?:Array|array)\((\w+), (\d+)d, \w+", kind):
        return f"an array of {found[1]} with {_axes(int(found[2]))}"
    if found := re.match(r"Literal\[(\w+)\]\((.*)\)$", kind):
        return f'the text "{found[2]}"' if found[1] == "str" else f"the number {found[2]}"
    if found := re.match(r"(?:reflected )?(?:L|l)ist(?:Type)?[\[(](.*)[\])]$", kind):
        return "an empty list" if found[1] == "undefined" else f"a list of {_plural(found[1])}"
    if re.match(r"(Uni|Named)?Tuple\(|Tuple\(", kind):
        return "a tuple"
    if kind.startswith("DictType"):
        return "a dictionary"
    if kind.startswith(("Function(", "type(CPUDispatcher", "Module(")):
        return "a function" if not kind.startswith("Module(") else "a module"
    plain = {"none": "None", "unicode_type": "a text", "bool": "True or False",
             "pyobject": "a Python object that it does not know"}  # fmt: skip
    if kind in plain:
        return plain[kind]
    if kind.startswith(("int", "uint")):
        return f"a whole number ({kind})"
    if kind.startswith("float"):
        return f"a number with a point ({kind})"
    return kind


def _axes(count: int) -> str:
    return "no axis" if count == 0 else "one axis" if count == 1 else f"{count} axes"


def _plural(kind: str) -> str:
    return kind if re.fullmatch(r"\w+", kind) else "values"


def _split(arguments: str) -> list[str]:
    """Split the arguments of a signature at its own commas only."""
    parts, depth = [""], 0
    for character in arguments:
        depth += (character in "([<") - (character in ")]>")
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts if part.strip()]


# --- what Numba says, and what to do about it -------------------------------------------------


def _no_implementation(name: str, arguments: str) -> str:
    kinds = _split(arguments)
    words = [in_words(kind.split("=")[-1] if re.match(r"\w+=", kind) else kind) for kind in kinds]
    if name == "getitem" and len(kinds) == 2:
        advice = (
            "An index has to be a whole number: divide with //, or convert with int(…)."
            if "float" in kinds[1] and "array" not in kinds[1]
            else "Index with whole numbers, one for each axis, or with a slice."
        )
        return f"{_capital(words[0])} is indexed with {words[1]}. {advice}"
    if name in ("setitem", "static_setitem") and len(kinds) == 3:
        return (
            f"{_capital(words[2])} is to be stored in an element of {words[0]}. Store a single "
            f"number in a single element, or give the slice that fits."
        )
    if name in _OPERATORS and len(kinds) == 2:
        return (
            f"{_capital(words[0])} {_OPERATORS[name]} {words[1]}: Numba has no such operation. "
            f"Turn one of the two into the type of the other, or take the element you mean."
        )
    if name in ("zeros", "empty", "ones", "full") and "ist" in arguments:
        return (
            f"The shape of np.{name}(…) is {words[0]}. Give a tuple, in round brackets: "
            f"np.{name}((rows, columns))."
        )
    given = " and ".join(words) or "nothing"
    return (
        f"Numba does not know {name}(…) with {given}. It knows fewer functions, and fewer options "
        f"of them, than NumPy: write it as a loop."
    )


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _cannot_unify(first: str, second: str, name: str) -> str:
    return (
        f"The variable {name.split('.')[0]} is {in_words(first)} in one place and "
        f"{in_words(second)} in another. A variable keeps one type: begin with a value of the "
        f"right type, or use two names."
    )


def _untyped_global(name: str, kind: str) -> str:
    if kind == "function":
        return (
            f"Your function calls {name}, which is an ordinary Python function. Put @njit above "
            f"{name} as well."
        )
    return (
        f"Your function uses {name} from outside, of the type {kind}, which Numba does not know. "
        f"Hand it in as an argument, as a number or an array."
    )


def _unknown_attribute(name: str, kind: str) -> str:
    return (
        f"Numba does not know .{name} of {in_words(kind)}. Compute it with a loop, or with a "
        f"function that Numba knows."
    )


_RULES = (
    (
        r"Cannot unify (.+) and (.+) for '([\w.$]+)'",
        _cannot_unify,
    ),
    (
        r"Untyped global name '(\w+)':.*(?:<class '([\w.]+)'>|$)",
        lambda name, kind: _untyped_global(name, kind or "function"),
    ),
    (r"Unknown attribute '(\w+)' of type (.+)$", _unknown_attribute),
    (
        r"unsupported NumPy function '([\w.]+)'",
        lambda name: (
            f"Numba does not know {name.replace('numpy', 'np')}(…). Write it as a loop, which is "
            f"as fast once it is compiled."
        ),
    ),
    (
        r"NameError: (?:global )?name '(\w+)' is not defined",
        lambda name: f"There is nothing of the name {name}: is it misspelt, or defined later?",
    ),
    (
        r"type of variable '(\w+)', have imprecise type: list\(undefined\)",
        lambda name: (
            f"The list {name} is empty, and nothing says what will be in it. Use an array made "
            f"with np.empty or np.zeros."
        ),
    ),
    (
        r"'@' arguments must all have the same dtype()",
        lambda _: "The two sides of @ have different dtypes: convert one with .astype(…).",
    ),
    (
        r"No implementation of function Function\(<(?:\w+[ -])*(?:function|class|intrinsic|"
        r"ufunc) '?([\w.]+)'?.*>\) found for signature:\s*>>> [\w.<>]+\((.*)\)\s*$",
        lambda name, arguments: _no_implementation(name.split(".")[-1], arguments),
    ),
    (
        r"non-precise type pyobject()|Cannot determine Numba type of <class '([\w.]+)'>",
        lambda _, kind: (
            f"One of the arguments is of a type that Numba does not know{_of(kind)}. Give it "
            f"numbers, arrays and tuples of these."
        ),
    ),
    (
        r"The '(.+)' construct is not supported",
        lambda what: f"Numba cannot compile {what}. Leave it out of the compiled function.",
    ),
    (
        r"Use of unsupported opcode \((\w+)\)",
        lambda what: (
            f"Numba cannot compile one of Python's constructs here ({what}): classes, try with "
            f"names, with-blocks and generators in calls belong outside."
        ),
    ),
    (
        r"[Vv]ariable '?([\w.]+)'? (?:is )?referenced before assignment",
        lambda name: f"{name} may be used before anything was assigned to it.",
    ),
)


def _of(kind: str | None) -> str:
    return f" ({kind})" if kind else ""
