"""scikit-learn: ``MLPClassifier``, which is dense layers with ReLUs and Adam, nothing else."""

from functools import singledispatch
from typing import Any

import numpy as np
from sklearn.neural_network import MLPClassifier

from tests.benchmarks.networks import Dense, Network
from tests.benchmarks.workloads import Epoch, Prediction, Training


@singledispatch
def prepare(workload: Any) -> Any:
    return None


@prepare.register
def _(workload: Training) -> Any:
    if not workload.network.is_mlp:
        return None
    x, labels = workload.network.data()
    classifier = _classifier(workload.network, x, labels)

    def step() -> float:
        return classifier.partial_fit(x, labels).loss_

    return step


@prepare.register
def _(workload: Prediction) -> Any:
    """Predict probabilities: it hands out no logits, and its softmax costs little beside them."""
    if not workload.network.is_mlp:
        return None
    x, labels = workload.network.data()
    classifier = _classifier(workload.network, x, labels)
    return lambda: classifier.predict_proba(x)


@prepare.register
def _(workload: Epoch) -> Any:
    x, labels = workload.data()
    classifier, rng = _classifier(workload.network, x, labels), np.random.default_rng(2)

    def run() -> float:
        order = rng.permutation(len(x))
        return classifier.partial_fit(x[order], labels[order]).loss_

    return run


def _classifier(network: Network, x: np.ndarray, labels: np.ndarray) -> MLPClassifier:
    """Return a classifier that is the network, with its first weights, before the first step."""
    units = [layer.units for layer in network.layers if isinstance(layer, Dense)]
    classifier = MLPClassifier(
        tuple(units[:-1]), alpha=0, batch_size=network.batch, shuffle=False, random_state=0
    )
    # The first call makes the arrays; then they are filled, and Adam's memory is made anew.
    classifier.partial_fit(
        x[: network.batch], labels[: network.batch], classes=np.arange(units[-1])
    )
    weights = [each for each in network.weights() if each]
    for w, b, own in zip(classifier.coefs_, classifier.intercepts_, weights, strict=True):
        w[...], b[...] = own["w"], own["b"]
    del classifier._optimizer
    return classifier
