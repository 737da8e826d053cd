import math

import pytest

from dlcourse.tuning import Choice, Real, Space, Whole


def test_a_grid_takes_the_middles_of_equal_strips():
    assert Real(0, 1).values(4) == [0.125, 0.375, 0.625, 0.875]
    assert [math.log10(v) for v in Real(1e-4, 1, log=True).values(2)] == pytest.approx([-3, -1])
    assert Whole(1, 3).values(3) == [1, 2, 3]
    assert Whole(1, 3).values(9) == [1, 2, 3]  # no value twice
    assert Whole(1, 1000, log=True).values(3)[1] == pytest.approx(22, abs=1)
    assert Choice("a", None).values(1) == ["a", None]


def test_a_space_keeps_its_kinds_and_builds_grids():
    space = Space(
        optimization={"rate": Real(1e-3, 1, log=True)},
        architecture={"units": Whole(4, 64), "kind": Choice("relu", "tanh")},
        data={"share": Real(0.1, 1)},
    )
    assert list(space) == ["rate", "units", "kind", "share"]
    assert space.kinds["kind"] == "architecture"
    assert len(space.grid({"rate": 3, "units": 2, "share": 1})["rate"]) == 3
    # 2 options times k values for each of three numbers: 2·2³ fits into 53, 2·3³ does not.
    assert [len(values) for values in space.grid_within(53).values()] == [2, 2, 2, 2]
    assert [len(values) for values in space.grid_within(54).values()] == [3, 3, 2, 3]


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Real(1, 1), "high is 1: expected a finite number above 1"),
        (lambda: Real(0, 1, log=True), "low is 0: expected a finite number above 0"),
        (lambda: Whole(0, 5, log=True), "low is 0: expected a whole number of at least 1"),
        (lambda: Whole(3, 3), "high is 3: expected a whole number of at least 4"),
        (lambda: Choice("a"), "expected two or more, all different"),
        (lambda: Choice(1, len), "expected numbers, texts, True, False or None"),
        (lambda: Space(), "the space is empty"),
        (lambda: Space(data=[1]), r"data is \[1\] \(list\): expected Real, Whole or Choice"),
        (lambda: Space(data={"a": 1}), r"data\['a'\] is 1 \(int\): expected Real"),
        (lambda: Space(data={"a b": Real(0, 1)}), "expected a name such as learning_rate"),
        (
            lambda: Space(data={"a": Real(0, 1)}, optimization={"a": Real(0, 1)}),
            "'a' is in optimization and in data",
        ),
        (
            lambda: Space(data={"a": Choice(1, 2), "b": Choice(1, 2)}).grid_within(3),
            "trials is 3: expected at least 4",
        ),
        (lambda: Space(data={"a": Real(0, 1)}).grid({"b": 2}), "points has no count for 'a'"),
    ],
)
def test_bad_input_gets_one_sentence(make, words):
    with pytest.raises((TypeError, ValueError), match=words):
        make()
