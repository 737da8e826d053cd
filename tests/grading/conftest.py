import pytest

from dlcourse.grading import sandbox
from tests.grading.small import write_notebook


@pytest.fixture(scope="session")
def sandboxed():
    """A machine on which the sandbox works; without one, nothing about it can be tested."""
    if reason := sandbox.why_not():
        pytest.skip(reason)


@pytest.fixture
def hand_in(tmp_path):
    """Write a learner's notebook of the small lab: ``hand_in(student, {exercise: code})``."""
    submissions = tmp_path / "submitted"
    submissions.mkdir()

    def write(student, answers, **options):
        return write_notebook(submissions / student / "small" / "small.ipynb", answers, **options)

    write.folder = submissions
    return write
