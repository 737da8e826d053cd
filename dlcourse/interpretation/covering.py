"""Explanations by covering: what becomes of the answer when a part of the input is taken away."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from dlcourse import validation
from dlcourse.interpretation.asking import asked, background
from dlcourse.model import Sequential


def occlusion(
    model: Sequential, x: Any, labels: Any, *, size: int, stride: int = 1, baseline: Any = 0.0
) -> np.ndarray:
    """Return by how much the score falls when a square patch of each image is covered.

    Parameters
    ----------
    model, labels
        As for ``input_gradients``; no gradient is used here.
    x
        Images (n, height, width, channels).
    size, stride
        The patch's side, and by how much it moves on, in pixels.
    baseline
        What covers it, as for ``integrated_gradients``.

    Returns
    -------
    numpy.ndarray
        (n, rows, columns) in the model's type, the score without less the score with the patch,
        whose upper left corner is at (row · stride, column · stride).

    Notes
    -----
    Zeiler and Fergus, "Visualizing and understanding convolutional networks", 2014, section 4.2.
    """
    x, labels = asked(model, x, labels)
    if x.ndim != 4:
        raise ValueError(f"x has shape {x.shape}: expected images (n, height, width, channels)")
    size, stride = validation.count("size", size), validation.count("stride", stride)
    height, width = x.shape[1:3]
    if size > min(height, width):
        raise ValueError(
            f"size is {size}, and the images are {height} × {width}: expected a patch that fits"
        )
    cover = np.broadcast_to(background(baseline, model, x), x.shape)
    rows, columns = (range(0, length - size + 1, stride) for length in (height, width))
    each = np.arange(len(x))
    whole = model.predict(x)[each, labels]
    fall = np.empty((len(x), len(rows), len(columns)), model.dtype)
    for i, top in enumerate(rows):
        for j, left in enumerate(columns):
            patch = (slice(None), slice(top, top + size), slice(left, left + size))
            covered = x.copy()
            covered[patch] = cover[patch]
            fall[:, i, j] = whole - model.predict(covered)[each, labels]
    return fall


def deletion_curve(
    model: Sequential,
    x: Any,
    labels: Any,
    importance: Any,
    shares: Sequence[float],
    *,
    baseline: Any = 0.0,
) -> np.ndarray:
    """Return the share of examples still recognized when their most important inputs are gone.

    A test of explanations: if ``importance`` is right, little has to go before nothing is
    recognized; a random order is what to compare with.

    Parameters
    ----------
    model, x, labels
        As for ``input_gradients``; ``labels`` are the right answers.
    importance
        A number for each input, (n, *input_shape); the highest go first (of equal ones, the first).
    shares
        Which shares of an example's inputs to take away, from 0 to 1.
    baseline
        What comes in their place, as for ``integrated_gradients``.

    Returns
    -------
    numpy.ndarray
        float64 (len(shares),).

    Notes
    -----
    Samek, Binder, Montavon, Lapuschkin and Müller, "Evaluating the visualization of what a deep
    neural network has learned", 2017, section III; pixels in place of their regions.
    """
    x, labels = asked(model, x, labels)
    array = validation.real_array("importance", importance, np.dtype(np.float64))
    if array.shape != x.shape:
        raise ValueError(f"importance has shape {array.shape}: expected {x.shape}, that of x")
    validation.finite("importance", array)
    taken = [validation.number("shares", share, least=0, most=1) for share in shares]
    cover = np.broadcast_to(background(baseline, model, x), x.shape).reshape(len(x), -1)
    order = np.argsort(-array.reshape(len(x), -1), axis=1, kind="stable")
    found = []
    for share in taken:
        left = x.reshape(len(x), -1).copy()
        first = order[:, : round(share * order.shape[1])]
        np.put_along_axis(left, first, np.take_along_axis(cover, first, axis=1), axis=1)
        found.append(np.mean(model.predict(left.reshape(x.shape)).argmax(axis=1) == labels))
    return np.array(found, np.float64)
