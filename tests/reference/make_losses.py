"""Write losses.npz: values and gradients of the losses as PyTorch computes them, in float64.

pip install torch==2.13.0
python tests/reference/make_losses.py
"""

from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

rng = np.random.default_rng(0)
N, CLASSES, STEPS = 9, 5, 4
LABELS = rng.integers(0, CLASSES, N)
STEP_LABELS = rng.integers(0, CLASSES, (N, STEPS))
SHARES = rng.dirichlet(np.ones(CLASSES), N)
CLASS_WEIGHT = np.array([0.5, 2.0, 1.0, 3.0, 0.25])
VALUES = rng.normal(0, 2, (N, 3))
BITS = rng.integers(0, 2, (N, 3)).astype(float)
SIGNS = 2 * BITS - 1
WEIGHT = rng.uniform(0, 2, N)
STEP_WEIGHT = (np.arange(STEPS) < rng.integers(1, STEPS + 1, N)[:, None]).astype(float)


def cross_entropy(target, weight=None, **options):
    """Return a function of y (n, …, classes); PyTorch wants the classes on the second axis."""

    def value(y):
        first = y.movedim(-1, 1)
        wanted = target.movedim(-1, 1) if target.dtype.is_floating_point else target
        if weight is None:
            return functional.cross_entropy(first, wanted, **options)
        each = functional.cross_entropy(first, wanted, reduction="none", **options)
        return (each * weight).sum() / weight.sum()

    return value


def elementwise(function, target, weight=None):
    def value(y):
        each = function(y, target)
        if weight is None:
            return each.mean()
        return (each.mean(1) * weight).sum() / weight.sum()

    return value


def main() -> None:
    labels, step_labels = torch.tensor(LABELS), torch.tensor(STEP_LABELS)
    shares, class_weight = torch.tensor(SHARES), torch.tensor(CLASS_WEIGHT)
    values, bits, signs = torch.tensor(VALUES), torch.tensor(BITS), torch.tensor(SIGNS)
    weight, step_weight = torch.tensor(WEIGHT), torch.tensor(STEP_WEIGHT)
    mse = lambda y, t: functional.mse_loss(y, t, reduction="none")  # noqa: E731
    mae = lambda y, t: functional.l1_loss(y, t, reduction="none")  # noqa: E731
    huber = lambda y, t: functional.huber_loss(y, t, reduction="none", delta=0.7)  # noqa: E731
    bce = lambda y, t: functional.binary_cross_entropy_with_logits(y, t, reduction="none")  # noqa: E731
    bce3 = lambda y, t: functional.binary_cross_entropy_with_logits(  # noqa: E731
        y, t, reduction="none", pos_weight=torch.tensor(3.0)
    )
    hinge = lambda y, t: torch.clamp(1 - t * y, min=0)  # noqa: E731
    y2, y3 = rng.normal(0, 3, (N, CLASSES)), rng.normal(0, 3, (N, STEPS, CLASSES))
    y2[0], y2[1] = [1e4, -1e4, 0, 50, -50], 0
    outputs = rng.normal(0, 3, (N, 3))
    outputs[0] = [40, -40, 0.5]
    cases = {
        "cross entropy": (y2, cross_entropy(labels)),
        "cross entropy, smoothing": (y2, cross_entropy(labels, label_smoothing=0.1)),
        "cross entropy, sample weights": (y2, cross_entropy(labels, weight)),
        "cross entropy, probabilities": (y2, cross_entropy(shares)),
        "cross entropy, probabilities, smoothing": (
            y2,
            cross_entropy(shares, label_smoothing=0.2),
        ),
        "cross entropy, sequences": (y3, cross_entropy(step_labels)),
        "cross entropy, masked sequences": (y3, cross_entropy(step_labels, step_weight)),
        "multi-class hinge": (y2, lambda y: functional.multi_margin_loss(y, labels)),
        "multi-class hinge, margin 2": (
            y2,
            lambda y: functional.multi_margin_loss(y, labels, margin=2.0),
        ),
        "squared error": (outputs, elementwise(mse, values)),
        "squared error, sample weights": (outputs, elementwise(mse, values, weight)),
        "absolute error": (outputs, elementwise(mae, values)),
        "absolute error, sample weights": (outputs, elementwise(mae, values, weight)),
        "huber": (outputs, elementwise(huber, values)),
        "huber, sample weights": (outputs, elementwise(huber, values, weight)),
        "binary": (outputs, elementwise(bce, bits)),
        "binary, sample weights": (outputs, elementwise(bce, bits, weight)),
        "binary, positive weight": (outputs, elementwise(bce3, bits)),
        "hinge": (outputs, elementwise(hinge, signs)),
        "hinge, sample weights": (outputs, elementwise(hinge, signs, weight)),
        "squared hinge": (outputs, elementwise(lambda y, t: hinge(y, t) ** 2, signs)),
    }

    def weighted(target, **options):
        return lambda y: functional.cross_entropy(y, target, weight=class_weight, **options)

    cases |= {
        "cross entropy, class weights": (y2, weighted(labels)),
        "cross entropy, class weights, smoothing": (y2, weighted(labels, label_smoothing=0.1)),
        "cross entropy, class weights, probabilities": (y2, weighted(shares)),
        "cross entropy, class weights, probabilities, smoothing": (
            y2,
            weighted(shares, label_smoothing=0.1),
        ),
    }
    tables = {
        "labels": LABELS,
        "step_labels": STEP_LABELS,
        "shares": SHARES,
        "class_weight": CLASS_WEIGHT,
        "values": VALUES,
        "bits": BITS,
        "signs": SIGNS,
        "weight": WEIGHT,
        "step_weight": STEP_WEIGHT,
    }
    for name, (y, function) in cases.items():
        leaf = torch.tensor(y, requires_grad=True)
        value = function(leaf)
        value.backward()
        tables[f"{name}/y"], tables[f"{name}/dy"] = y, leaf.grad.numpy()
        tables[f"{name}/value"] = value.detach().numpy()
    np.savez_compressed(Path(__file__).with_name("losses.npz"), **tables)


if __name__ == "__main__":
    main()
