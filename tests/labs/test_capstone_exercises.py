"""What is special to the lab capstone: its draws, its oracles, and what is judged by its merits."""

import itertools
import re

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix, f1_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler

from dlcourse.checks import judge
from dlcourse.checks.exercises import load
from dlcourse.checks.judging import generator
from tests.labs.test_notebooks import solved, typed_in

SEEDS = range(10)
EXERCISES = {exercise.name: exercise for exercise in load("capstone")}


def cases_of(name, seeds=SEEDS):
    for seed in seeds:
        yield from EXERCISES[name].draw(generator(EXERCISES[name], seed))


def values(name, case):
    return [target.value for target in EXERCISES[name].oracle(case)]


# stratified_split


def test_the_parts_of_a_split_are_disjoint_and_keep_each_classs_share():
    for case in cases_of("stratified_split"):
        labels, order, holdout = case.arguments.values()
        train, validation, test = values("stratified_split", case)
        assert sorted([*train, *validation, *test]) == sorted(order)
        for k in np.unique(labels):
            share = np.sum(labels == k) // holdout
            assert np.sum(labels[test] == k) == np.sum(labels[validation] == k) == share
        for part in (train, validation, test):
            places = [list(order).index(example) for example in part]
            assert places == sorted(places)


def test_a_plain_cut_is_never_a_stratified_one_in_the_main_cases():
    for case in cases_of("stratified_split"):
        _, order, holdout = case.arguments.values()
        if not case.part:
            plain = order[: len(order) // holdout]
            assert sorted(plain) != sorted(values("stratified_split", case)[2])


# evaluate


def test_the_oracle_of_evaluate_agrees_with_scikit_learn_and_the_score_test():
    for case in cases_of("evaluate"):
        labels, predictions, classes = case.arguments.values()
        table, accuracy, f1, low, high = values("evaluate", case)
        wanted = confusion_matrix(labels, predictions, labels=np.arange(classes))
        assert np.array_equal(table, wanted)
        assert f1 == pytest.approx(f1_score(labels, predictions, average="macro", zero_division=0))
        n, p = len(labels), float(np.mean(labels == predictions))
        assert accuracy == pytest.approx(p)
        assert -1e-12 <= low <= p <= high <= 1 + 1e-12
        for end in (low, high):
            # The score test just accepts either end: both sides are 0 where all is right or wrong.
            distance = abs(p - end)
            assert distance == pytest.approx(1.96 * np.sqrt(end * abs(1 - end) / n), abs=1e-7)


def test_some_class_is_absent_from_labels_from_predictions_and_from_both():
    absent = set()
    for case in cases_of("evaluate", [0]):
        labels, predictions, classes = case.arguments.values()
        for k in range(classes):
            absent.add((k in labels, k in predictions))
    assert absent == set(itertools.product((False, True), repeat=2))


# choose_network


def test_the_choice_is_within_the_budget_and_never_what_a_short_cut_finds():
    ordinary = 0
    for case in cases_of("choose_network"):
        widths, inputs, classes, most, train, validate, test = case.arguments.values()
        width, accuracy, tested = values("choose_network", case)
        size = sum(
            part.size for part in (np.empty((inputs + 1, width)), np.empty((width + 1, classes)))
        )
        assert size <= most
        assert accuracy == validate(train(int(width)))
        assert tested == test(train(int(width)))
        better = [one for one in widths if validate(train(one)) > accuracy]
        assert all((inputs + 1) * one + (one + 1) * classes > most for one in better)
        ordinary += not case.part and int(width) not in (widths[0], widths[-1], max(widths))
    assert ordinary >= 2 * len(SEEDS)


# train_and_predict


def test_the_baseline_is_the_nearest_of_the_class_means_by_scikit_learn():
    for case in cases_of("train_and_predict", range(4)):
        x, y, asked, classes, *_ = case.arguments.values()
        scaler = StandardScaler().fit(x)
        means = np.stack([scaler.transform(x)[y == k].mean(axis=0) for k in range(classes)])
        model = KNeighborsClassifier(1).fit(means, np.arange(classes))
        found = model.predict(scaler.transform(asked)) == case.hidden["y_test"]
        assert case.hidden["baseline"] == pytest.approx(found.mean())


def test_rows_to_learn_from_and_hidden_ones_are_different_rows():
    for case in cases_of("train_and_predict", range(4)):
        x, _, asked, *_ = case.arguments.values()
        known = {row.tobytes() for row in x}
        assert not any(row.tobytes() in known for row in asked)


def test_every_draw_has_other_rows_other_class_numbers_and_its_own_budget():
    draws = [list(cases_of("train_and_predict", [seed])) for seed in range(6)]
    for one, other in itertools.pairwise(draws):
        assert not np.array_equal(one[1].hidden["y_test"], other[1].hidden["y_test"])
    assert len({cases[1].arguments["most_parameters"] for cases in draws}) > 3
    for cases in draws:
        wine, mixed, in_order = cases
        assert np.all(np.diff(wine.arguments["y_train"]) >= 0)
        assert np.all(np.diff(in_order.arguments["y_train"]) >= 0)
        assert np.any(np.diff(mixed.arguments["y_train"]) < 0)
        spread = wine.arguments["x_train"].std(axis=0)
        assert spread.max() > 1000 * spread.min()


def right(*arguments):
    return solved("capstone")["train_and_predict"](*arguments)


def verdict_of(function, seed=0):
    return judge(EXERCISES["train_and_predict"], function, seed)


def earned(verdict):
    return {part.name for part in verdict.parts if part.earned}


def test_a_random_guess_earns_its_form_and_nothing_for_learning():
    def guess(x_train, y_train, x_test, classes, most_parameters, seed):
        return np.random.default_rng(seed).integers(0, classes, len(x_test)), 1

    assert earned(verdict_of(guess)) <= {"form"}


def test_a_weak_network_earns_the_first_steps_only():
    """A linear model that is stopped early learns, and does not beat the baseline clearly."""

    def early(x_train, y_train, x_test, classes, most_parameters, seed):
        mean, spread = x_train.mean(axis=0), x_train.std(axis=0) + 1e-9
        x, target = (x_train - mean) / spread, np.eye(classes)[y_train]
        w = 0.01 * x.T @ (target - target.mean(axis=0)) / len(x)
        return ((x_test - mean) / spread @ w).argmax(axis=1), w.size

    parts = earned(verdict_of(early))
    assert "learns" in parts
    assert "network" not in parts


def test_a_function_that_draws_without_the_seed_is_told_so():
    calls = itertools.count()

    def unseeded(x_train, y_train, x_test, classes, most_parameters, seed):
        predictions, count = right(x_train, y_train, x_test, classes, most_parameters, seed)
        predictions[0] = next(calls) // 2 % classes
        return predictions, count

    verdict = verdict_of(unseeded)
    assert "np.random.default_rng(seed)" in verdict.message
    assert "care" not in earned(verdict)


@pytest.mark.parametrize(
    ("mends", "told"),
    [
        (lambda x, y: (x, y), "standardize"),
        (lambda x, y: (x[np.argsort(y, kind="stable")], np.sort(y)), None),
    ],
    ids=["columns as they come", "the right answer with rows sorted"],
)
def test_what_is_suspected_is_found_by_training_again(mends, told):
    """A function that nobody has seen before: no known mistake returns the same predictions."""

    def strange(x_train, y_train, x_test, classes, most_parameters, seed):
        x, y = mends(x_train, y_train)
        if told is None:
            return right(x, y, x_test, classes, most_parameters, seed)
        rng, w = np.random.default_rng(seed), np.zeros((x.shape[1], classes))
        for _ in range(60):
            for rows in np.array_split(rng.permutation(len(x)), 5):
                p = np.exp(np.clip(x[rows] @ w, -30, 30))
                p /= p.sum(axis=1, keepdims=True)
                p[np.arange(len(rows)), y[rows]] -= 1
                w -= 0.013 * x[rows].T @ p / len(rows) * 3
        return (x_test @ w).argmax(axis=1), w.size

    verdict = verdict_of(strange)
    if told is None:
        assert verdict.passed
    else:
        assert verdict.mistake is None
        assert "With standardized columns your function does well" in verdict.message
        assert "units" not in earned(verdict)


def test_a_function_that_needs_mixed_rows_is_told_to_shuffle():
    def in_sequence(x_train, y_train, x_test, classes, most_parameters, seed):
        mean, spread = x_train.mean(axis=0), x_train.std(axis=0)
        spread[spread == 0] = 1
        x, w = (x_train - mean) / spread, np.zeros((x_train.shape[1], classes))
        for row, label in zip(x, y_train, strict=True):
            p = np.exp(row @ w - (row @ w).max())
            p /= p.sum()
            p[label] -= 1
            w -= 0.2 * np.outer(row, p)
        return ((x_test - mean) / spread @ w).argmax(axis=1), w.size

    verdict = verdict_of(in_sequence)
    assert "sorted" not in earned(verdict)
    assert "Shuffle in every epoch" in verdict.message


def test_a_training_without_an_end_loses_the_points_for_time_alone():
    speed = EXERCISES["train_and_predict"].speed

    def slow(*arguments):
        if len(arguments[2]) == 100:  # where time is taken; elsewhere the test need not wait
            for _ in range(150):
                speed.reference(*arguments)
        return right(*arguments)

    verdict = verdict_of(slow)
    assert re.search(r"times as long as a hundred steps .* at most 100 times", verdict.message)
    assert verdict.points == verdict.max_points - 0.5


def test_what_is_quoted_as_an_example_is_what_the_solution_gives():
    labels, order = np.array([1, 0, 0, 1, 0, 1, 0]), np.array([2, 1, 0, 3, 5, 6, 4])
    tables = {4: (0.75, 0.8125), 8: (0.875, 0.75), 9: (0.9375, 0.875)}
    examples = {
        "stratified_split": (labels, order, 3),
        "standardize": (np.array([[1.0, 5.0], [3.0, 5.0]]), np.array([[4.0, 2.0]])),
        "evaluate": (np.array([0, 0, 1, 1]), np.array([0, 0, 0, 1]), 2),
        "choose_network": (
            [9, 4, 8],
            2,
            3,
            51,
            lambda width: np.array([width]),
            lambda parameters: tables[int(parameters[0])][0],
            lambda parameters: tables[int(parameters[0])][1],
        ),
    }
    for name, arguments in examples.items():
        found = solved("capstone")[name](*arguments)
        wanted = typed_in(EXERCISES[name])(*arguments)
        for one, other in zip(found, wanted, strict=True):
            assert np.asarray(one) == pytest.approx(np.asarray(other), rel=1e-12), name
