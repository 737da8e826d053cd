"""Names of test cases that are the same in every process that runs a part of the tests."""

import re


def shown(value: object) -> str:
    """Return the representation of a value, without the address that some end with."""
    return re.sub(r" at 0x[0-9a-f]+", "", repr(value))
