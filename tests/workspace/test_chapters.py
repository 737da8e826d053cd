"""The proof that chapters run without a network must see a failing cell, a warning, a network."""

import nbformat
import pytest

from tests.workspace import chapters

REACH_OUT = """\
import socket
try:
    # An address that is for examples alone: with a network the answer is silence, not this error.
    socket.create_connection(("192.0.2.1", 80), timeout=2)
except OSError as error:
    assert error.errno == 101, error  # network is unreachable
else:
    raise AssertionError("a host answered")
"""


@pytest.fixture
def write(tmp_path):
    """Write a notebook of one cell."""

    def write_notebook(source):
        file = tmp_path / "one.ipynb"
        nbformat.write(
            nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)]), str(file)
        )
        return file

    return write_notebook


def test_a_chapter_reaches_no_network(write):
    done = chapters.run(write(REACH_OUT))
    assert not done.fault
    assert done.seconds > 0


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("1 / 0", "ZeroDivisionError"),
        ("import warnings\nwarnings.warn('mind the gap')", "mind the gap"),
        ("import os\nos._exit(3)", "Kernel died"),
    ],
)
def test_what_goes_wrong_is_told(write, source, said):
    done = chapters.run(write(source))
    assert said in done.fault
    assert said in str(done)


OFFER = """\
Words. Run in a new cell:

    from ipywidgets import interact

    interact(picture, step=(0, 3));

</div>

More words."""


def test_what_is_offered_is_run_and_judged(tmp_path):
    assert chapters.offered(OFFER).splitlines()[-1] == "interact(picture, step=(0, 3));"
    assert not chapters.offered("Words.\n\n    code")
    file = tmp_path / "one.ipynb"
    text = nbformat.v4.new_markdown_cell(OFFER)
    for divisor, fault in ((5, ""), (1, "ZeroDivisionError")):
        code = nbformat.v4.new_code_cell(f"def picture(step):\n    print(1 / (step - {divisor}))")
        nbformat.write(nbformat.v4.new_notebook(cells=[code, text]), str(file))
        found = chapters.run(file).fault
        assert fault in found
        assert bool(found) == bool(fault)


def test_an_unknown_chapter_is_refused(capsys):
    with pytest.raises(SystemExit):
        chapters.main(["99-nothing"])
    assert "99-nothing: expected 01-training" in capsys.readouterr().err
