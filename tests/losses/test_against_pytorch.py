from pathlib import Path

import numpy as np
import pytest

from dlcourse import devices
from dlcourse.losses import (
    BinaryCrossEntropy,
    Hinge,
    Huber,
    MeanAbsoluteError,
    MeanSquaredError,
    MultiClassHinge,
    SoftmaxCrossEntropy,
    SquaredHinge,
)
from tests.support import DEVICES_AND_TYPES

TABLES = np.load(Path(__file__).parents[1] / "reference" / "losses.npz")
CLASS_WEIGHT = TABLES["class_weight"].tolist()

#: Name of the case, the loss, the names of target and weights.
CASES = [
    ("cross entropy", SoftmaxCrossEntropy(), "labels", None),
    ("cross entropy, smoothing", SoftmaxCrossEntropy(0.1), "labels", None),
    ("cross entropy, sample weights", SoftmaxCrossEntropy(), "labels", "weight"),
    ("cross entropy, class weights", SoftmaxCrossEntropy(0, CLASS_WEIGHT), "labels", None),
    (
        "cross entropy, class weights, smoothing",
        SoftmaxCrossEntropy(0.1, CLASS_WEIGHT),
        "labels",
        None,
    ),
    ("cross entropy, probabilities", SoftmaxCrossEntropy(), "shares", None),
    ("cross entropy, probabilities, smoothing", SoftmaxCrossEntropy(0.2), "shares", None),
    (
        "cross entropy, class weights, probabilities",
        SoftmaxCrossEntropy(0, CLASS_WEIGHT),
        "shares",
        None,
    ),
    (
        "cross entropy, class weights, probabilities, smoothing",
        SoftmaxCrossEntropy(0.1, CLASS_WEIGHT),
        "shares",
        None,
    ),
    ("cross entropy, sequences", SoftmaxCrossEntropy(), "step_labels", None),
    ("cross entropy, masked sequences", SoftmaxCrossEntropy(), "step_labels", "step_weight"),
    ("multi-class hinge", MultiClassHinge(), "labels", None),
    ("multi-class hinge, margin 2", MultiClassHinge(2), "labels", None),
    ("squared error", MeanSquaredError(), "values", None),
    ("squared error, sample weights", MeanSquaredError(), "values", "weight"),
    ("absolute error", MeanAbsoluteError(), "values", None),
    ("absolute error, sample weights", MeanAbsoluteError(), "values", "weight"),
    ("huber", Huber(0.7), "values", None),
    ("huber, sample weights", Huber(0.7), "values", "weight"),
    ("binary", BinaryCrossEntropy(), "bits", None),
    ("binary, sample weights", BinaryCrossEntropy(), "bits", "weight"),
    ("binary, positive weight", BinaryCrossEntropy(3), "bits", None),
    ("hinge", Hinge(), "signs", None),
    ("hinge, sample weights", Hinge(), "signs", "weight"),
    ("squared hinge", SquaredHinge(), "signs", None),
]


def test_every_case_of_the_tables_is_used():
    assert {name.removesuffix("/y") for name in TABLES.files if name.endswith("/y")} == {
        case[0] for case in CASES
    }


@DEVICES_AND_TYPES
@pytest.mark.parametrize(
    ("name", "loss", "target", "weight"), CASES, ids=[case[0] for case in CASES]
)
def test_value_and_gradient_are_pytorchs(name, loss, target, weight, device, dtype):
    """The tables are float64; in float32 a few roundings remain of logits up to 1e4."""
    y = devices.device(device).put(TABLES[f"{name}/y"].astype(dtype))
    weights = None if weight is None else TABLES[weight]
    value = loss.forward(y, TABLES[target], weights)
    rtol = 2e-6 if dtype == np.float32 else 1e-12
    assert type(value) is float or device == "cuda"
    assert float(value) == pytest.approx(float(TABLES[f"{name}/value"]), rel=rtol)
    dy = devices.to_host(loss.backward())
    assert dy.dtype == dtype
    np.testing.assert_allclose(dy, TABLES[f"{name}/dy"], rtol, rtol / 10)
