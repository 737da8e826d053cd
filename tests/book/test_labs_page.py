"""The page of the labs: every lab that can be had, with every exercise in it."""

import re

import pytest

from dlcourse.checks import exercises
from tests.site.building import BOOK

TEXT = (BOOK / "labs.md").read_text(encoding="utf-8")


def sections():
    """Return the text of each lab by the lab's name."""
    parts = re.split(r"^\(lab-([\w-]+)\)=$", TEXT, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def test_every_lab_has_its_section():
    assert set(sections()) == set(exercises.LABS)


@pytest.mark.parametrize("lab", exercises.LABS)
def test_a_section_lists_the_exercises_in_order(lab):
    listed = re.findall(r"^\| `(\w+)` \|", sections()[lab], re.MULTILINE)
    assert listed == [exercise.name for exercise in exercises.load(lab)]
