"""Explanations by the gradient for the input: which values would change the score, and how much."""

from typing import Any

import numpy as np

from dlcourse import validation
from dlcourse.devices import copy, copy_of, to_host
from dlcourse.interpretation.asking import AT_A_TIME, asked, background
from dlcourse.model import Sequential


def input_gradients(model: Sequential, x: Any, labels: Any) -> np.ndarray:
    """Return ∂y[label]/∂x for each example: backpropagation, one step further than training goes.

    Parameters
    ----------
    model
        Gives one row of scores an example, (n, classes): logits, not probabilities, which hardly
        change where the model is sure. It is run in evaluation mode and stays as it is.
    x
        Inputs (n, *input_shape).
    labels
        Which score of each example, (n,).

    Returns
    -------
    numpy.ndarray
        Of the shape of ``x``, in the model's type.

    Raises
    ------
    TypeError, ValueError
        An argument is wrong, or the model's inputs are whole numbers.
    """
    x, labels = asked(model, x, labels)
    kept = copy_of(model.parameters.gradients)
    dx = np.empty(x.shape, model.dtype)
    for start in range(0, len(x), AT_A_TIME):
        part = slice(start, start + AT_A_TIME)
        model.forward(x[part], training=False)
        dy = np.zeros((len(x[part]), *model.output_shape), model.dtype)
        dy[np.arange(len(dy)), labels[part]] = 1
        dx[part] = to_host(model.backward(dy, input_gradient=True))
    copy(kept, model.parameters.gradients)
    return dx


def saliency(model: Sequential, x: Any, labels: Any) -> np.ndarray:
    """Return |∂y[label]/∂x|, of the shape of ``x``: how much the score would react to each input.

    Arguments and errors as ``input_gradients``. Of several channels, take the largest:
    ``saliency(…).max(axis=-1)``. It says what a *small* change would do; an input that matters
    greatly may have no slope left.

    Notes
    -----
    Simonyan, Vedaldi and Zisserman, "Deep inside convolutional networks", 2014, section 3.
    """
    return np.abs(input_gradients(model, x, labels))


def integrated_gradients(
    model: Sequential, x: Any, labels: Any, *, baseline: Any = 0.0, steps: int = 64
) -> np.ndarray:
    """Return each input's share in the score's rise from a baseline to ``x``.

    (x - x₀) · ∫₀¹ ∂y[label]/∂x at x₀ + t (x - x₀) dt, the integral as the mean of the gradients in
    the middles of ``steps`` equal parts of the way.

    Parameters
    ----------
    model, x, labels
        As for ``input_gradients``.
    baseline
        x₀, an input in which nothing is to be seen: a number, or an array of the shape of one
        input or of ``x``. The answer depends on it: what is like the baseline (black on black)
        gets nothing.
    steps
        The sum over an example's inputs is y[label] at x less that at x₀, the nearer the more
        steps.

    Returns
    -------
    numpy.ndarray
        Of the shape of ``x``, in the model's type; negative where an input lowers the score.

    Notes
    -----
    Sundararajan, Taly and Yan, "Axiomatic attribution for deep networks", 2017, sections 3 and 5.
    """
    x, labels = asked(model, x, labels)
    start = background(baseline, model, x)
    steps = validation.count("steps", steps)
    way = x - start
    total = np.zeros(x.shape, np.float64)
    for step in range(steps):
        total += input_gradients(
            model, start + way * model.dtype.type((step + 0.5) / steps), labels
        )
    return (way * (total / steps)).astype(model.dtype)
