"""What a cell prints is shown as it was printed, in however many pieces it came."""

import importlib.util

import nbformat
from myst_nb.core.utils import coalesce_streams

from tests.site.building import BOOK

FILE = BOOK / "_extensions" / "whole_streams.py"
SPEC = importlib.util.spec_from_file_location("whole_streams", FILE)
whole_streams = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(whole_streams)


def pieces():
    texts = ("loss 2.3", "16, right 10 %\n", "   indented\n\nlast\n")
    outputs = [nbformat.v4.new_output("stream", name="stdout", text=text) for text in texts]
    picture = nbformat.v4.new_output("display_data", data={"text/plain": "a picture"})
    return [*outputs[:2], picture, outputs[2]]


def test_a_line_that_came_in_two_pieces_stays_one():
    shown, picture = whole_streams.merge(pieces())
    assert shown.text == "loss 2.316, right 10 %\n   indented\n\nlast\n"
    assert picture.data["text/plain"] == "a picture"
    assert coalesce_streams(pieces())[0].text.startswith("loss 2.3\n16"), "no longer needed"


def test_the_outputs_themselves_stay_as_they_are():
    given = pieces()
    whole_streams.merge(given)
    assert [output.get("text") for output in given] == [one.get("text") for one in pieces()]
