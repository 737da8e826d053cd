from dataclasses import replace

import numpy as np
import pytest

from dlcourse.checks import Exercise, LearnerError, Output, Part, Property, judge
from dlcourse.checks.exercise import Aspect, Case, Target
from tests.checks.toy import SCALE, draw, oracle, right


def earned(verdict):
    return {part.name: part.earned for part in verdict.parts}


def test_a_right_solution_gets_everything():
    verdict = judge(SCALE, right)
    assert verdict.passed
    assert (verdict.points, verdict.max_points) == (5, 5)
    assert (verdict.message, verdict.mistake, verdict.aspect) == ("", None, None)
    assert verdict.failed == 0
    # Three cases of: runs, count, five aspects of two outputs, untouched; two tries of a property.
    assert verdict.checks == 3 * 13 + 2
    assert verdict.headline == "scale: 5 of 5 points"


@pytest.mark.parametrize("seed", [0, 1, [3, 4], 2**127])
def test_the_same_seed_gives_the_same_verdict(seed):
    def wrong(x, factor):
        return x, 0.0

    assert judge(SCALE, wrong, seed) == judge(SCALE, wrong, seed)


def test_another_seed_gives_other_numbers():
    def wrong(x, factor):
        return x * 0, 0.0

    assert len({judge(SCALE, wrong, seed).message for seed in range(5)}) > 1


@pytest.mark.parametrize(
    ("candidate", "aspect", "message"),
    [
        (None, "exists", "There is no function scale: run the cell that defines it."),
        (3, "callable", "scale is of type int, expected a function."),
        (
            lambda x: x,
            "signature",
            "Your function is scale(x), but it will be called as scale(x, factor).",
        ),
    ],
)
def test_what_cannot_be_called_gets_nothing(candidate, aspect, message):
    verdict = judge(SCALE, candidate)
    assert (verdict.points, verdict.aspect, verdict.message) == (0, aspect, message)
    assert verdict.max_points == 5
    assert not verdict.passed


def test_a_stub_is_called_once_and_gets_one_sentence():
    calls = []

    def stub(x, factor):
        calls.append(1)
        raise NotImplementedError

    verdict = judge(SCALE, stub)
    assert verdict.message == "scale is not written yet: it still raises NotImplementedError."
    assert verdict.points == 0
    assert len(calls) == 1


def test_further_arguments_with_defaults_and_other_names_are_fine():
    assert judge(SCALE, lambda a, b, *, verbose=False: right(a, b)).passed
    assert judge(SCALE, lambda *arguments: right(*arguments)).passed


def test_a_builtin_without_a_signature_is_called():
    verdict = judge(SCALE, min)
    assert verdict.aspect == "runs"
    assert "scale stopped with" in verdict.message


def test_each_output_earns_its_own_points():
    verdict = judge(SCALE, lambda x, factor: (right(x, factor)[0], 1e6))
    assert earned(verdict) == {"y": 2, "total": 0, "odd": 0, "care": 0}
    assert verdict.points == 2
    assert verdict.aspect == "values"
    assert verdict.message.startswith("With three numbers: total is 1e+06, expected ")


def test_a_wrong_dtype_costs_the_manners_alone():
    def wide(x, factor):
        y, total = right(x, factor)
        return y.astype(np.float64), total

    verdict = judge(SCALE, wide)
    assert earned(verdict) == {"y": 2, "total": 1, "odd": 1, "care": 0}
    assert "y is float64, but x is float32: expected float32." in verdict.message
    assert verdict.aspect == "dtype"


def test_failing_on_odd_sizes_costs_those_alone():
    def fails_on_nothing(x, factor):
        assert len(x), "no numbers"
        return right(x, factor)

    verdict = judge(SCALE, fails_on_nothing)
    assert earned(verdict) == {"y": 2, "total": 1, "odd": 0, "care": 1}
    assert (
        "scale stopped with AssertionError: no numbers, in your line\n"
        '    assert len(x), "no numbers"' in verdict.message
    )


def test_changed_arguments_cost_the_manners_alone():
    def in_place(x, factor):
        result = right(x, factor)
        x += 1
        return result

    verdict = judge(SCALE, in_place)
    assert earned(verdict) == {"y": 2, "total": 1, "odd": 1, "care": 0}
    assert "your function changes its argument x, which belongs to the caller." in verdict.message


def test_a_function_that_does_nothing_earns_no_manners():
    verdict = judge(SCALE, lambda x, factor: (np.zeros_like(x), 0.0))
    assert verdict.points == 0


def test_a_property_that_does_not_hold_is_told():
    known = {}

    def remembers(x, factor):
        return known.setdefault((len(x), x.dtype), right(x, factor))

    verdict = judge(SCALE, remembers)
    assert verdict.aspect == "property"
    assert verdict.message == "Twice x does not give twice y. (Seen with three numbers.)"
    assert earned(verdict)["care"] == 0
    assert earned(verdict)["y"] == 2


def test_a_function_that_fails_only_while_a_property_is_tried():
    calls = []

    def breaks(x, factor):
        calls.append(1)
        if len(calls) == 4:
            raise RuntimeError("tired")
        return right(x, factor) if len(calls) != 5 else None

    verdict = judge(SCALE, breaks)
    assert "scale stopped with RuntimeError: tired" in verdict.message
    assert verdict.aspect == "property"
    assert verdict.failed == 2


def test_a_dead_stand_in_is_not_called_again():
    calls = []

    def dies(x, factor):
        calls.append(1)
        if len(calls) == 2:
            raise LearnerError("TimeLimit", "it took longer than 10 s", fatal=True)
        return right(x, factor)

    verdict = judge(SCALE, dies)
    assert len(calls) == 2
    assert verdict.points == 0
    assert "scale stopped with TimeLimit: it took longer than 10 s" in verdict.message


@pytest.mark.parametrize(
    ("returned", "message"),
    [
        (None,
         "scale returns None, expected 2 values (y, total): is the return statement missing?"),
        (np.ones(3), "scale returns an array alone, expected 2 values (y, total)."),
        ((1,), "scale returns a tuple of 1 value, expected 2 values (y, total)."),
        ([1, 2, 3], "scale returns a list of 3 values, expected 2 values (y, total)."),
        (([1, 2], 3.0), "With three numbers: y is a list, expected a NumPy array of numbers."),
        ((np.ones(3, bool), 3.0),
         "With three numbers: y is an array of True and False, expected a NumPy array of numbers."),
        ((np.ones(4), 3.0), "With three numbers: y has shape (4,), expected (3,)."),
        ((np.ones((3, 1)), 3.0), "With three numbers: y has shape (3, 1), expected (3,)."),
    ],
)  # fmt: skip
def test_wrong_kinds_and_shapes_get_one_sentence(returned, message):
    verdict = judge(SCALE, lambda x, factor: returned)
    assert verdict.message.split("\n")[0] == message
    assert verdict.points == 0


def test_an_array_for_a_number_is_told():
    verdict = judge(SCALE, lambda x, factor: (right(x, factor)[0], x))
    assert verdict.message.startswith(
        "With three numbers: total is an array of shape (3,), expected a single number."
    )


def test_nan_is_told_with_numpys_own_warning():
    def overflowing(x, factor):
        return x / (x - x), 1.0

    verdict = judge(SCALE, overflowing)
    assert verdict.aspect == "finite"
    assert "y[0] is inf, expected " in verdict.message
    assert "(NumPy warned: divide by zero encountered in divide.)" in verdict.message


def test_small_inputs_are_quoted_so_that_they_can_be_tried():
    def wrong(x, factor):
        return x * 0, 0.0

    verdict = judge(SCALE, wrong)
    quoted = verdict.message.split("Given in float64:\n")[1]
    given = {}
    exec("\n".join(line.strip() for line in quoted.split("\n")), given)
    assert given["factor"] == 3.0
    assert len(given["x"]) == 3
    assert f"expected {3 * given['x'][0]:g}" in verdict.message


def test_verdicts_are_plain_data():
    import json

    verdict = judge(SCALE, lambda x, factor: (x, 0.0))
    assert json.loads(json.dumps(verdict.as_dict()))["parts"][0]["name"] == "y"


def test_every_check_must_count_for_a_part():
    lonely = Exercise(
        name="scale", title="", arguments=("x", "factor"), outputs=(Output("y"), Output("total")),
        parts=(Part("y", 1, "", outputs=("y",)),), draw=draw, oracle=oracle, tolerance_reason="",
    )  # fmt: skip
    with pytest.raises(ValueError, match="every such check has to count for a part"):
        judge(lonely, right)


def test_a_property_can_earn_points_of_its_own():
    def holds(call, case, outputs, rng):
        return None

    def fails(call, case, outputs, rng):
        return "No."

    def exercise(*properties):
        parts = (*SCALE.parts, Part("bonus", 2, "more", own_cases=True, needs=("y",)))
        return replace(SCALE, parts=parts, properties=properties)

    both = exercise(Property("one", fails, part="bonus"), Property("other", holds))
    verdict = judge(both, right)
    assert earned(verdict) == {"y": 2, "total": 1, "odd": 1, "care": 1, "bonus": 0}
    assert "No." in verdict.message
    verdict = judge(exercise(Property("one", holds, part="bonus"), Property("other", fails)), right)
    assert earned(verdict) == {"y": 2, "total": 1, "odd": 1, "care": 0, "bonus": 2}
    wrong = judge(exercise(Property("one", holds, part="bonus")), lambda x, factor: (x, x.sum()))
    assert earned(wrong)["bonus"] == 0
    with pytest.raises(ValueError, match="'nowhere', which is no part"):
        judge(exercise(Property("one", holds, part="nowhere")), right)


def test_the_tolerance_follows_dtype_terms_and_magnitude():
    target = Target(np.array([1.0, 0.0]), steps=5, magnitude=np.array([1.0, 100.0]))
    narrow, wide = (target.tolerance(np.dtype(dtype)) for dtype in ("float32", "float64"))
    eps = np.finfo(np.float32).eps
    assert narrow == pytest.approx([20 * eps, 2000 * eps])
    assert (wide < narrow / 1e8).all()
    whole = Target(np.array([1, 2]), steps=5)
    assert not whole.tolerance(np.dtype("float32")).any()


def test_the_coarsest_float_among_the_arguments_sets_the_precision():
    mixed = {"a": np.ones(1), "b": np.ones(1, np.float32), "k": np.ones(1, int)}
    assert Case(mixed, "").precision == np.float32
    assert Case({"k": np.ones(1, int), "n": 3}, "").precision == np.float64


def test_aspects_are_listed_in_the_order_of_the_checks():
    assert [aspect.value for aspect in Aspect][:4] == ["exists", "callable", "signature", "runs"]
