"""Ensembles: against scikit-learn's on the same data, and what makes them what they are."""

import math

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import make_friedman1, make_moons
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    GradientBoostingRegressor,
    StackingClassifier,
)
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from dlcourse.data import load_digits
from dlcourse.ensembles import (
    AdaBoost,
    Bagging,
    CyclicCosine,
    GradientBoosting,
    Snapshots,
    Stacking,
)
from dlcourse.estimators import Classifier, Regressor
from dlcourse.layers import Dense, ReLU
from dlcourse.losses import SoftmaxCrossEntropy
from dlcourse.model import Sequential
from dlcourse.optimizers import SGD
from dlcourse.training import fit

DIGITS = load_digits()
X, Y = DIGITS.train.x[:300], DIGITS.train.y[:300]
NEW, TRUTH = DIGITS.test.x, DIGITS.test.y
STUMP = DecisionTreeClassifier(max_depth=3)


def scores(make, seeds=range(3)):
    return np.array([make(seed).fit(X, Y).score(NEW, TRUTH) for seed in seeds])


@pytest.mark.parametrize(
    ("ours", "theirs", "alone"),
    [
        (
            lambda seed: Bagging(DecisionTreeClassifier(), 20, random_state=seed),
            lambda seed: BaggingClassifier(DecisionTreeClassifier(), 20, random_state=seed),
            DecisionTreeClassifier(random_state=0),
        ),
        (
            lambda seed: AdaBoost(STUMP, 30, random_state=seed),
            lambda seed: AdaBoostClassifier(STUMP, n_estimators=30, random_state=seed),
            STUMP,
        ),
        (
            lambda seed: Stacking([GaussianNB(), KNeighborsClassifier(3)], random_state=seed),
            lambda seed: StackingClassifier(
                [("a", GaussianNB()), ("b", KNeighborsClassifier(3))],
                LogisticRegression(max_iter=1000),
            ),
            GaussianNB(),
        ),
    ],
    ids=["bagging", "AdaBoost", "stacking"],
)
def test_as_good_as_scikit_learns_and_better_than_one(ours, theirs, alone):
    mine, other = scores(ours), scores(theirs)
    # The samples differ: the means agree within four standard errors, or two points.
    doubt = 4 * math.hypot(mine.std(), other.std()) / math.sqrt(len(mine)) + 0.02
    assert abs(mine.mean() - other.mean()) < doubt
    assert mine.mean() > clone(alone).fit(X, Y).score(NEW, TRUTH) + 0.03


def test_adaboost_does_what_scikit_learns_does_round_by_round():
    tree = DecisionTreeClassifier(max_depth=3, splitter="best")
    ours = AdaBoost(tree, 6).fit(X, Y)
    weights, total = np.full(len(X), 1 / len(X)), np.zeros((len(NEW), 10))
    for vote, member in zip(ours.votes_, ours.members_, strict=True):
        wrong = member.predict(X) != Y
        error = weights[wrong].sum()
        assert vote == pytest.approx(math.log((1 - error) / error) + math.log(9))
        weights = weights * np.where(wrong, np.exp(vote), 1)
        weights /= weights.sum()
        # By the new weights the last member is as good as guessing among ten.
        assert weights[wrong].sum() == pytest.approx(0.9)
        total[np.arange(len(NEW)), member.predict(NEW)] += vote
    np.testing.assert_array_equal(ours.predict(NEW), total.argmax(axis=1))


def test_gradient_boosting_is_scikit_learns_on_the_same_trees():
    x, y = make_friedman1(200, noise=0.5, random_state=1)
    theirs = GradientBoostingRegressor(n_estimators=15, learning_rate=0.3, max_depth=2)
    theirs.fit(x, y)
    ours = GradientBoosting(DecisionTreeRegressor(max_depth=2), 15, 0.3).fit(x, y)
    np.testing.assert_allclose(ours.predict(x), theirs.predict(x), rtol=1e-6)
    stages = ours.stages(x)
    errors = ((stages - y) ** 2).mean(axis=1)
    assert stages.shape == (16, 200)
    assert errors[0] == pytest.approx(y.var())
    assert (np.diff(errors) < 0).all()


def test_small_networks_are_boosted_and_bagged():
    x, y = make_moons(300, noise=0.25, random_state=0)
    new, truth = make_moons(1000, noise=0.25, random_state=1)
    weak = Classifier(hidden=(), epochs=30, learning_rate=0.02)  # a line
    line = weak.fit(x, y).score(new, truth)
    assert (
        AdaBoost(Classifier(hidden=(3,), epochs=30, learning_rate=0.02), 8)
        .fit(x, y)
        .score(new, truth)
        > line + 0.02
    )
    few = Classifier(hidden=(16,), epochs=10)
    bag = Bagging(few, 5).fit(X[:150], Y[:150])
    assert bag.score(NEW, TRUTH) > np.mean([m.score(NEW, TRUTH) for m in bag.members_]) + 0.02
    assert abs(bag.out_of_bag_score_ - bag.score(NEW, TRUTH)) < 0.15

    x, y = make_friedman1(200, noise=0.5, random_state=1)
    net = Regressor(hidden=(3,), epochs=30, learning_rate=0.02)
    errors = ((GradientBoosting(net, 8, 0.5).fit(x, y).stages(x) - y) ** 2).mean(axis=1)
    assert errors[-1] < 0.6 * errors[1]


def test_names_of_classes_and_seeds_are_kept():
    names = np.array(list("abcdefghij"))[Y]
    for make in (
        lambda: Bagging(STUMP, 4, random_state=3),
        lambda: AdaBoost(STUMP, 4, random_state=3),
        lambda: Stacking([STUMP, GaussianNB()], folds=3, random_state=3),
    ):
        one, other = make().fit(X, names), make().fit(X, names)
        assert list(one.classes_) == list("abcdefghij")
        chances = one.predict_proba(NEW)
        np.testing.assert_allclose(chances.sum(axis=1), 1)
        np.testing.assert_array_equal(chances, other.predict_proba(NEW))
        assert set(one.predict(NEW)) <= set(names)
    assert not hasattr(STUMP, "tree_")


def test_snapshots_of_one_training():
    model = Sequential(Dense(24), ReLU(), Dense(10), input_shape=(64,), rng=0)
    cycle = CyclicCosine(0.3, 4 * math.ceil(len(X) / 20))
    assert cycle(0) == cycle(60) == 0.3
    assert cycle(30) == pytest.approx(0.15)
    assert cycle(59) < 0.001
    snapshots = Snapshots(every=4)
    fit(
        model, SoftmaxCrossEntropy(), SGD(model.parameters, 0.3, momentum=0.9), (X, Y), epochs=16,
        batch_size=20, rng=0, schedule=cycle, callbacks=[snapshots], progress=False,
    )  # fmt: skip
    before = model.predict(NEW).copy()
    said = snapshots.outputs(model, NEW)
    assert said.shape == (4, len(NEW), 10)
    np.testing.assert_array_equal(said[-1], before)
    np.testing.assert_array_equal(model.predict(NEW), before)
    single = (said.argmax(axis=2) == TRUTH).mean(axis=1)
    together = (snapshots.predict_proba(model, NEW).argmax(axis=1) == TRUTH).mean()
    assert together > single.mean()
    newest = snapshots.predict_proba(model, NEW, last=1)
    np.testing.assert_array_equal(newest.argmax(axis=1), before.argmax(axis=1))


@pytest.mark.parametrize(
    ("fitting", "words"),
    [
        (lambda: Bagging(3).fit(X, Y), r"estimator is 3 \(int\): expected a scikit-learn"),
        (lambda: Bagging(STUMP, 0).fit(X, Y), "members is 0"),
        (lambda: Bagging(STUMP).fit(X, np.zeros(300, int)), "y holds one class"),
        (lambda: Stacking([]).fit(X, Y), "estimators is empty"),
        (lambda: Stacking([STUMP], folds=40).fit(X, Y), "folds is 40, and a class has"),
        (lambda: GradientBoosting(STUMP, shrinkage=2).fit(X, Y), "shrinkage is 2"),
        (lambda: Snapshots(2).outputs(None, X), "there are no snapshots"),
        (lambda: CyclicCosine(0, 3), "highest is 0"),
    ],
)
def test_bad_input_gets_one_sentence(fitting, words):
    with pytest.raises((TypeError, ValueError), match=words):
        fitting()
