"""What is special to the lab data: its draws, and its oracles held against other programs."""

from collections import Counter

import numpy as np
import pytest
from sklearn import impute, preprocessing

from dlcourse.checks import judge
from dlcourse.checks.exercises import load
from dlcourse.checks.judging import generator
from dlcourse.data import preprocessing as ours
from tests.labs.alternatives.data import ALTERNATIVES
from tests.labs.test_notebooks import solved, typed_in

SEEDS = range(10)
EXERCISES = {exercise.name: exercise for exercise in load("data")}


def cases_of(name, seeds=SEEDS):
    for seed in seeds:
        yield from EXERCISES[name].draw(generator(EXERCISES[name], seed))


def values(name, case):
    return tuple(target.value for target in EXERCISES[name].oracle(case))


# What is drawn


@pytest.mark.parametrize("name", ["fill_gaps", "standardize"])
def test_draws_of_two_tables_cover_what_goes_wrong(name):
    tables = [(case.arguments["train"], case.arguments["test"]) for case in cases_of(name, [0])]
    assert {str(train.dtype) for train, _ in tables} == {"float32", "float64"}
    assert any(len(test) == 1 for _, test in tables)
    assert any(train.shape[1] == 1 for train, _ in tables)
    assert any(train.shape[0] == train.shape[1] > 1 for train, _ in tables)
    assert any(train.shape[0] != train.shape[1] for train, _ in tables)
    assert any(not train.flags.c_contiguous for train, _ in tables)
    assert any(not train.flags.writeable for train, _ in tables)


def test_tables_hold_faults_of_every_kind_and_some_hold_none():
    for seed in SEEDS:
        found = [values("find_faults", case) for case in cases_of("find_faults", [seed])]
        together = [v for v in found if all(mask.any() for mask in v)]
        assert len(together) >= 4
        assert any(not any(mask.any() for mask in v) for v in found)


def test_some_values_lie_exactly_on_the_limits():
    for case in cases_of("find_faults"):
        if case.about == "values exactly on the limits":
            first, third = np.percentile(case.arguments["x"], [25, 75])
            reach = 1.5 * (third - first)
            assert case.arguments["x"].min() == first - reach
            assert case.arguments["x"].max() == third + reach
            break
    else:
        pytest.fail("no such case is drawn")


def test_the_test_part_holds_classes_that_the_training_part_lacks():
    lacking = 0
    for case in cases_of("split_and_oversample"):
        y, order, size = case.arguments.values()
        lacking += not set(y[order[:size]].tolist()) <= set(y[order[size:]].tolist())
    assert lacking >= len(SEEDS)


# The oracles, held against other programs


def test_faults_agree_with_the_library():
    for case in cases_of("find_faults"):
        x = np.array(case.arguments["x"], dtype=np.float64)
        missing, outlier, repeated = values("find_faults", case)
        assert np.array_equal(missing, np.isnan(x))
        assert np.array_equal(repeated, ours.duplicate_rows(x))
        present = ~np.isnan(x).all(axis=0)
        bounds = ours.InterquartileBounds().fit(x[:, present])
        assert np.array_equal(outlier[:, present], bounds.outside(x[:, present]))
        assert not outlier[:, ~present].any()


def test_filled_gaps_agree_with_scikit_learn():
    for case in cases_of("fill_gaps"):
        train, test = case.in_float64("train", "test")
        imputer = impute.SimpleImputer(strategy="median").fit(train)
        wanted = imputer.transform(train), imputer.transform(test)
        for found, other in zip(values("fill_gaps", case), wanted, strict=True):
            assert found == pytest.approx(other, rel=1e-14)


def test_standardized_tables_agree_with_scikit_learn():
    for case in cases_of("standardize"):
        train, test = case.in_float64("train", "test")
        scaler = preprocessing.StandardScaler().fit(train)
        wanted = scaler.transform(train), scaler.transform(test)
        for found, other in zip(values("standardize", case), wanted, strict=True):
            assert found == pytest.approx(other, rel=1e-7, abs=1e-7)


def test_encoded_categories_agree_with_scikit_learn():
    for case in cases_of("one_hot"):
        codes, classes = case.arguments.values()
        encoder = preprocessing.OneHotEncoder(
            categories=[np.arange(classes)], handle_unknown="ignore", sparse_output=False
        )
        wanted = encoder.fit(np.arange(classes)[:, None]).transform(codes[:, None])
        assert np.array_equal(values("one_hot", case)[0], wanted)


def test_a_balanced_training_part_has_what_is_promised_and_as_many_as_the_library_makes():
    for case in cases_of("split_and_oversample"):
        y, order, size = case.arguments.values()
        train, test = values("split_and_oversample", case)
        rest = order[size:]
        assert np.array_equal(test, order[:size])
        assert np.array_equal(train[: len(rest)], rest)
        assert not set(train.tolist()) & set(test.tolist())
        assert set(train.tolist()) == set(rest.tolist())
        counts = Counter(y[train].tolist())
        assert len(set(counts.values())) == 1
        assert len(train) == len(ours.oversample(y[rest].astype(int), 0))
        for label in counts:  # in turns: no example is shown two times more than another
            shown = Counter(train[y[train] == label].tolist()).values()
            assert max(shown) - min(shown) <= 1


def test_augmented_images_agree_with_scipy():
    from scipy.ndimage import shift

    for case in cases_of("augment"):
        images, flips, shifts = case.arguments.values()
        images = images.astype(np.float64)
        wanted = [
            shift(image[:, ::-1] if flip else image, by, order=0, cval=0.0)
            for image, flip, by in zip(images, flips, shifts, strict=True)
        ]
        assert np.array_equal(values("augment", case)[0], np.array(wanted))


# What the brief of the lab asks for: leaks are found by the properties, too


@pytest.mark.parametrize("name", ["fill_gaps", "standardize"])
def test_a_leak_that_needs_many_test_rows_is_found(name):
    """Right as long as the test table looks as the check has drawn it, wrong for a single row."""
    right = ALTERNATIVES[name][0]

    def leaks_from_single_rows(train, test):
        result = right(train, test)
        sizes = {case.arguments["test"].shape for case in cases_of(name, [0])}
        if test.shape not in sizes:
            return result[0], result[1] + 1
        return result

    verdict = judge(EXERCISES[name], leaks_from_single_rows, 0)
    assert not verdict.passed
    assert verdict.aspect == "property"
    assert "come one by one" in " ".join(verdict.message.split())


def test_the_leaks_that_matter_most_are_known():
    names = {mistake.name for exercise in load("data") for mistake in exercise.mistakes}
    assert {"fitted on all the data", "oversampled before the split"} <= names


# The examples of the notebook


def examples():
    nan = np.nan
    return {
        "fill_gaps": (
            np.array([[1.0, 5.0], [nan, 7.0], [9.0, nan], [4.0, 6.0]]),
            np.array([[nan, 0.0]]),
        ),
        "standardize": (np.array([[2.0, 7.0], [6.0, 7.0]]), np.array([[8.0, 4.0]])),
        "one_hot": (np.array([2, 0, -1]), 3),
        "split_and_oversample": (np.array([0, 0, 0, 1, 0, 1]), np.array([3, 1, 0, 5, 2, 4]), 2),
        "augment": (
            np.array([[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]),
            np.array([True]),
            np.array([[1, 1]]),
        ),
    }


@pytest.mark.parametrize("name", list(examples()))
def test_the_examples_that_can_be_tried_by_hand_are_right(name):
    """The answer that a learner might type in is the answer that the solution gives."""
    found = solved("data")[name](*examples()[name])
    wanted = typed_in(EXERCISES[name])(*examples()[name])
    if not isinstance(wanted, tuple):
        found, wanted = (found,), (wanted,)
    for one, other in zip(found, wanted, strict=True):
        assert np.array_equal(one, other)


def test_the_faults_that_can_be_found_by_hand_are_right():
    x = np.array([[-9.0], [0], [1], [2], [3], [4], [12], [np.nan]])
    missing, outlier, repeated = solved("data")["find_faults"](x)
    assert np.flatnonzero(missing) == [7]
    assert np.array_equal(x[outlier], [-9, 12])
    assert not repeated.any()
    rows = np.array([[1.0, 2], [np.nan, 2], [np.nan, 3], [0, 3], [np.nan, 3]])
    assert np.flatnonzero(solved("data")["find_faults"](rows)[2]) == [4]
