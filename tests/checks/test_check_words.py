"""The engine's plain words."""

import numpy as np

from dlcourse.checks import Case
from dlcourse.checks.words import given


def test_small_arguments_are_given_in_full_as_lines_of_python():
    case = Case({"x": np.array([[0.123456, -2.0]], np.float32), "axis": 1}, "a case")
    assert given(case) == "Given in float32:\n    x = [[0.1235, -2]]\n    axis = 1"


def test_arguments_without_floats_are_given_without_a_dtype():
    assert given(Case({"labels": np.array([2, 0])}, "a case")) == "Given:\n    labels = [2, 0]"


def test_large_whole_numbers_are_not_rounded_to_one_another():
    case = Case({"logits": np.array([10001.0, 9999.0, np.inf, np.nan, 12345.67])}, "a case")
    assert given(case).endswith("logits = [10001, 9999, inf, nan, 1.235e+04]")


def test_large_arguments_are_given_by_their_shape():
    case = Case({"x": np.zeros((4, 5)), "y": np.zeros(3)}, "a case")
    assert given(case) == "Given x of shape (4, 5) and y of shape (3,) in float64."
