"""Losses over classes: softmax cross-entropy and the multi-class hinge."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from dlcourse import devices, validation
from dlcourse.buffers import Shape
from dlcourse.kernels import kernels_for
from dlcourse.losses.base import Loss

#: How far a row of probabilities may be from summing to 1, for rounding's sake.
SUM_TOLERANCE = 1e-3


class ClassLoss(Loss):
    """A loss of one number for each class, on the last axis of y, (n, …, classes)."""

    classification = True

    def decisions(self, output_shape: Shape) -> int:
        return int(np.prod(output_shape[:-1]))

    def count_correct(self, y: np.ndarray, target: np.ndarray) -> int:
        target = self._labels(y, target)
        rows = y.reshape(-1, y.shape[-1])
        if target.shape == y.shape:  # probabilities: the likeliest class is the right one
            return kernels_for(y).count_same_largest(rows, target.reshape(-1, y.shape[-1]))
        return kernels_for(y).count_correct(rows, target.reshape(-1))

    def check_target(self, target: Any, output_shape: Shape, rows: int, dtype: Any,
                     name: str = "target") -> np.ndarray:  # fmt: skip
        if not output_shape or output_shape[-1] < 2:
            raise ValueError(
                f"{self!r} got outputs of shape {output_shape}: expected (classes,) with at least "
                "two classes, one number each"
            )
        return validation.labels(name, target, (rows, *output_shape[:-1]), output_shape[-1])

    def _labels(self, y: np.ndarray, target: np.ndarray) -> np.ndarray:
        """Return checked targets; the usual ones, right already, by one pass in a kernel."""
        ready = (
            type(target) is np.ndarray
            and target.dtype == np.int64
            and target.shape == y.shape[:-1]
            and target.flags.carray
            and y.ndim > 1
            and y.shape[-1] > 1
            and kernels_for(target).first_label_outside(target.reshape(-1), y.shape[-1]) < 0
        )
        if not ready:
            target = self.check_target(target, y.shape[1:], len(y), y.dtype)
        return self._beside(y, "target", target)

    def _row_weights(self, weight: np.ndarray | None, y: np.ndarray) -> tuple[np.ndarray, float]:
        """Return one weight for each row of classes, and their sum."""
        shape = y.shape[:-1]
        if weight is None:
            ones = self._constant("one", y, shape, 1).reshape(-1)
            return ones, float(ones.size)
        weight, mass = validation.sample_weights("weight", weight, shape, y.dtype)
        by_place = np.broadcast_to(
            weight.reshape(weight.shape + (1,) * (len(shape) - weight.ndim)), shape
        )
        rows = self.buffers.get("weight", shape, y.dtype)
        devices.copy(by_place, rows)
        return rows.reshape(-1), mass * (rows.size // weight.size)


class SoftmaxCrossEntropy(ClassLoss):
    """Mean of -log softmax(y)[label] over the batch; dy = (softmax(y) - onehot) / n.

    Takes logits (the outputs before any softmax) and targets of either kind: whole-number labels,
    or a probability for each class. The value never overflows, because a row's largest logit is
    subtracted first. Bridle 1990.

    Parameters
    ----------
    label_smoothing
        ε. The target becomes (1 - ε) · target + ε / classes, which keeps the logits from growing
        without end (Szegedy et al. 2016, §7).
    class_weight
        One number above 0 for each class, by which its terms are multiplied.

    Notes
    -----
    Shapes: y (n, classes) or (n, …, classes), as sequences have; labels (n,) or (n, …), or
    probabilities of the shape of y.

    As in PyTorch's ``CrossEntropyLoss``, class weights make the mean over labels a weighted one,
    Σ w[label] · loss / Σ w[label]; with probabilities they multiply each class's term and the mean
    stays one over examples.
    """

    def __init__(
        self, label_smoothing: float = 0.0, class_weight: Sequence[float] | None = None
    ) -> None:
        super().__init__()
        self.label_smoothing = validation.number(
            "label_smoothing", label_smoothing, least=0, most=1
        )
        self.class_weight = None
        self._weights_by_class = np.ones(1)
        if class_weight is not None:
            weights = validation.real_array("class_weight", class_weight, np.dtype(np.float64))
            if weights.ndim != 1 or len(weights) < 2:
                raise ValueError(
                    f"class_weight has shape {weights.shape}: expected (classes,), one for each"
                )
            self.class_weight = tuple(
                validation.number(f"class_weight[{c}]", float(weight), above=0)
                for c, weight in enumerate(weights)
            )
            self._weights_by_class = weights

    @property
    def options(self) -> dict[str, Any]:
        options: dict[str, Any] = {}
        if self.label_smoothing:
            options["label_smoothing"] = self.label_smoothing
        if self.class_weight is not None:
            options["class_weight"] = self.class_weight
        return options

    def check_target(self, target: Any, output_shape: Shape, rows: int, dtype: Any,
                     name: str = "target") -> np.ndarray:  # fmt: skip
        self._check_class_weights(output_shape)
        if np.shape(target) != (rows, *output_shape) or len(output_shape) == 0:
            return super().check_target(target, output_shape, rows, dtype, name)
        array = validation.real_array(name, target, np.dtype(dtype))
        table = array.reshape(-1, output_shape[-1])
        if validation.on_gpu(array):  # looked at before it was copied there
            return array
        bad = kernels_for(array).first_row_not_probabilities(table, SUM_TOLERANCE)
        if bad >= 0:
            raise ValueError(
                f"{name} has a row of smallest value {table[bad].min():g} and sum "
                f"{table[bad].sum():g}: expected probabilities, which sum to 1"
            )
        return array

    def forward(self, y: np.ndarray, target: np.ndarray, weight: np.ndarray | None = None) -> float:
        y = self._begin(y)
        target = self._labels(y, target)
        kernels, dy = kernels_for(y), self.backward()
        rows = (-1, y.shape[-1])
        y2, dy2 = y.reshape(rows), dy.reshape(rows)
        if target.shape == y.shape:
            row_weight, mass = self._row_weights(weight, y)
            value = kernels.softmax_cross_entropy_of_probabilities(
                y2, target.reshape(rows), self._class_weights(y), row_weight, mass,
                self.label_smoothing, dy2,
            )  # fmt: skip
        elif weight is None and self.class_weight is None and not self.label_smoothing:
            value = kernels.softmax_cross_entropy(y2, target.reshape(-1), dy2)
        else:
            row_weight, _ = self._row_weights(weight, y)
            value = kernels.weighted_softmax_cross_entropy(
                y2, target.reshape(-1), self._class_weights(y), row_weight,
                self.label_smoothing, dy2,
            )  # fmt: skip
        return devices.number(value)

    def _check_class_weights(self, output_shape: Shape) -> None:
        if self.class_weight is not None and output_shape[-1:] != (len(self.class_weight),):
            raise ValueError(
                f"{self!r} has {len(self.class_weight)} class weights and got outputs of shape "
                f"{output_shape}: expected as many as classes"
            )

    def _class_weights(self, y: np.ndarray) -> np.ndarray:
        self._check_class_weights(y.shape[1:])
        return self._constant("class_weight", y, (y.shape[-1],), self._weights_by_class)


class MultiClassHinge(ClassLoss):
    """Mean of Σ_{c ≠ label} max(0, margin - y[label] + y[c]) / classes: every rival counts.

    The form of Weston and Watkins (1999), divided by the number of classes: PyTorch's
    ``MultiMarginLoss``. In the form of Crammer and Singer (2001) only the strongest rival counts.
    dy is 1 / (n · classes) for each rival within the margin, and minus their sum at the label; 0 at
    the kinks.

    Parameters
    ----------
    margin
        By how much the label's score should lead.

    Notes
    -----
    Shapes: y (n, classes) or (n, …, classes), labels (n,) or (n, …).
    """

    def __init__(self, margin: float = 1.0) -> None:
        super().__init__()
        self.margin = validation.number("margin", margin, above=0)

    @property
    def options(self) -> dict[str, Any]:
        return {"margin": self.margin}

    def forward(self, y: np.ndarray, target: np.ndarray, weight: np.ndarray | None = None) -> float:
        y = self._begin(y)
        target, dy = self._labels(y, target), self.backward()
        row_weight, mass = self._row_weights(weight, y)
        rows = (-1, y.shape[-1])
        value = kernels_for(y).multi_class_hinge(
            y.reshape(rows), target.reshape(-1), row_weight, mass, self.margin, dy.reshape(rows)
        )
        return devices.number(value)
