"""Networks as scikit-learn estimators: ``fit(X, y)``, ``predict(X)``, in pipelines and searches.

For whoever knows scikit-learn and wants a small network where a forest stood. Everything else in
the library says more and hides less.
"""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

try:
    from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
    from sklearn.exceptions import DataConversionWarning
    from sklearn.utils.multiclass import check_classification_targets
    from sklearn.utils.validation import check_is_fitted, validate_data
except ImportError:
    raise ImportError(
        "dlcourse.estimators follows scikit-learn, which is not installed: pip install scikit-learn"
    ) from None

from dlcourse import validation
from dlcourse.data import Dataset
from dlcourse.data.preprocessing import StandardScaler, split_groups
from dlcourse.layers import Dense, Layer, ReLU
from dlcourse.losses import Loss, MeanSquaredError, SoftmaxCrossEntropy
from dlcourse.model import Sequential
from dlcourse.optimizers import Adam
from dlcourse.regularizers import L2
from dlcourse.training import EarlyStopping, History, fit


class _Network(BaseEstimator):
    """What the classifier and the regressor share: a dense network on standardized features.

    Subclasses say what the targets become and what the outputs mean.
    """

    model_: Sequential
    history_: History

    def __init__(
        self,
        hidden: tuple[int, ...] = (64,),
        *,
        activation: Callable[[], Layer] = ReLU,
        learning_rate: float = 1e-3,
        epochs: int = 100,
        batch_size: int = 32,
        penalty: float = 1e-4,
        patience: int | None = None,
        validation_share: float = 0.1,
        random_state: Any = 0,
    ) -> None:
        self.hidden = hidden
        self.activation = activation
        self.learning_rate = learning_rate
        self.epochs = epochs
        self.batch_size = batch_size
        self.penalty = penalty
        self.patience = patience
        self.validation_share = validation_share
        self.random_state = random_state

    def _fit(self, x: np.ndarray, y: np.ndarray, outputs: int, loss: Loss, groups: Any) -> None:
        """Train a new network on features x and targets that ``loss`` takes."""
        rng = _generator(self.random_state)
        self._scaler = StandardScaler().fit(x)
        x = self._scaler.transform(x).astype(np.float32)
        layers = [layer for units in self.hidden for layer in (Dense(units), self.activation())]
        self.model_ = Sequential(*layers, Dense(outputs), input_shape=(x.shape[1],), rng=rng)
        data, held_out, callbacks = Dataset(x, y), None, []
        if self.patience is not None:
            share = validation.number("validation_share", self.validation_share, above=0, below=1)
            kept, left = split_groups(np.arange(len(x)), (1 - share, share), rng, groups)
            data, held_out = Dataset(x[kept], y[kept]), Dataset(x[left], y[left])
            callbacks = [EarlyStopping(patience=self.patience)]
        self.history_ = fit(
            self.model_, loss, Adam(self.model_.parameters, self.learning_rate), data,
            validation=held_out, epochs=self.epochs, batch_size=self.batch_size, rng=rng,
            penalty=L2(self.penalty) if self.penalty else None, callbacks=callbacks,
            progress=False,
        )  # fmt: skip
        self.n_iter_ = self.history_.epochs

    def _outputs(self, x: Any) -> np.ndarray:
        check_is_fitted(self)
        x = validate_data(self, x, reset=False)
        return self.model_.predict(self._scaler.transform(x))


class Classifier(ClassifierMixin, _Network):
    """A dense network for classes of any names, as a scikit-learn classifier.

    Parameters
    ----------
    hidden
        Units of each hidden layer.
    activation
        The layer after each of them: ``ReLU``, ``Tanh`` and so on.
    learning_rate, epochs, batch_size
        Adam's rate; how often the data is gone through; how many examples make a step.
    penalty
        Strength of the L2 penalty on weights; 0 for none.
    patience
        Stop when the loss of held-out data has not improved for so many epochs; None: never.
    validation_share
        How much is held out, where ``patience`` is given.
    random_state
        A seed, a ``numpy.random.Generator``, or scikit-learn's other forms.

    Attributes
    ----------
    classes_
        The names of the classes, sorted.
    model_, history_, n_iter_
        The trained network, what was recorded, and the number of epochs.
    """

    def fit(self, X: Any, y: Any) -> "Classifier":  # noqa: N803  scikit-learn's name
        """Train on features X (n, features) and the names of their classes y (n,)."""
        X, y = validate_data(self, X, y)  # noqa: N806
        check_classification_targets(y)
        self.classes_, labels = np.unique(y, return_inverse=True)
        labels = labels.astype(np.int64)
        # A softmax over one class is the constant 1: there is nothing to learn, but also no error.
        outputs = max(len(self.classes_), 2)
        self._fit(X, labels, outputs, SoftmaxCrossEntropy(), labels)
        return self

    def predict_proba(self, X: Any) -> np.ndarray:  # noqa: N803
        """Return the probability of each class, (n, classes)."""
        y = self._outputs(X).astype(np.float64)
        y = y[:, : len(self.classes_)]
        y = np.exp(y - y.max(axis=1, keepdims=True))
        return y / y.sum(axis=1, keepdims=True)

    def predict(self, X: Any) -> np.ndarray:  # noqa: N803
        """Return the most probable class of each row."""
        probability = self.predict_proba(X)
        return self.classes_[probability.argmax(axis=1)]


class Regressor(RegressorMixin, _Network):
    """A dense network for numbers, as a scikit-learn regressor; parameters as ``Classifier``'s.

    Targets are standardized for training and put back for predictions.
    """

    def fit(self, X: Any, y: Any) -> "Regressor":  # noqa: N803
        """Train on features X (n, features) and targets y (n,) or (n, outputs)."""
        X, y = validate_data(self, X, y, multi_output=True, y_numeric=True)  # noqa: N806
        if y.ndim == 2 and y.shape[1] == 1:
            warnings.warn(
                "A column-vector y was passed when a 1d array was expected: it is taken as one",
                DataConversionWarning,
                stacklevel=2,
            )
            y = y[:, 0]
        self._one_output = y.ndim == 1
        y = y.reshape(len(y), -1)
        self._target_scaler = StandardScaler().fit(y)
        targets = self._target_scaler.transform(y).astype(np.float32)
        self._fit(X, targets, y.shape[1], MeanSquaredError(), None)
        return self

    def predict(self, X: Any) -> np.ndarray:  # noqa: N803
        """Return the predicted targets, in the shape they were given to ``fit``."""
        outputs = self._outputs(X)
        y = self._target_scaler.inverse(outputs)
        return y[:, 0] if self._one_output else y


def _generator(random_state: Any) -> np.random.Generator:
    """Return a Generator for any of scikit-learn's forms of ``random_state``."""
    if isinstance(random_state, np.random.RandomState):
        return np.random.default_rng(random_state.randint(2**31))
    return np.random.default_rng(random_state)
