import numpy as np
import pytest
from sklearn.datasets import load_iris, make_regression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from dlcourse.estimators import Classifier, Regressor
from dlcourse.layers import Tanh


@parametrize_with_checks([Classifier(epochs=60, learning_rate=0.01), Regressor(epochs=60)])
@pytest.mark.filterwarnings("ignore")  # scikit-learn's checks provoke warnings of its own
def test_scikit_learns_checks(estimator, check):
    check(estimator)


def test_iris_with_names_for_classes():
    iris = load_iris()
    names = iris.target_names[iris.target]
    network = Classifier((16,), learning_rate=0.01, epochs=60)
    assert cross_val_score(network, iris.data, names, cv=3).mean() > 0.93
    network.fit(iris.data, names)
    probability = network.predict_proba(iris.data[:5])
    assert probability.shape == (5, 3)
    np.testing.assert_allclose(probability.sum(axis=1), 1)
    assert network.predict(iris.data[:5]).tolist() == ["setosa"] * 5


def test_regression_in_two_outputs():
    x, y = make_regression(300, 5, n_targets=2, noise=1.0, random_state=0)
    network = Regressor((32,), learning_rate=0.01, epochs=80).fit(x, y)
    assert network.predict(x).shape == (300, 2)
    assert network.score(x, y) > 0.98


def test_early_stopping_holds_data_out():
    iris = load_iris()
    network = Classifier((16,), learning_rate=0.05, epochs=500, patience=5, activation=Tanh)
    network.fit(iris.data, iris.target)
    assert network.n_iter_ < 500
    assert "validation_loss" in network.history_


def test_in_a_pipeline_and_a_search():
    iris = load_iris()
    pipeline = make_pipeline(MinMaxScaler(), Classifier(epochs=20))
    search = GridSearchCV(pipeline, {"classifier__learning_rate": [1e-5, 0.02]}, cv=3)
    search.fit(iris.data, iris.target)
    assert search.best_params_ == {"classifier__learning_rate": 0.02}


def test_the_same_state_gives_the_same_network():
    x, y = make_regression(50, 3, random_state=0)
    first, again, other = (
        Regressor(epochs=3, random_state=seed).fit(x, y).predict(x) for seed in (1, 1, 2)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
