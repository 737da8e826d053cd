"""English prose for character models, from Python's own reference."""

from typing import NamedTuple

import numpy as np


class Text(NamedTuple):
    """A text as numbers.

    Attributes
    ----------
    characters
        int64 (n,): for each character its place in the alphabet.
    alphabet
        The characters that occur, sorted; ``"".join(alphabet[i] for i in characters)`` is the text.
    """

    characters: np.ndarray
    alphabet: str


def load_topics() -> Text:
    """Return the help topics of the Python language, about 465,000 characters of English prose.

    The text, and with it the alphabet, differs a little from one version of Python to the next.

    Notes
    -----
    ``pydoc_data.topics``, made from the Python Language Reference; part of Python's standard
    library (Python Software Foundation License Version 2).
    """
    from pydoc_data.topics import topics  # 700 kB of source that few programs want

    text = "\n".join(topics[name] for name in sorted(topics))
    alphabet = "".join(sorted(set(text)))
    place = {character: number for number, character in enumerate(alphabet)}
    return Text(np.array([place[character] for character in text], np.int64), alphabet)
