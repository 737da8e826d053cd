"""Self-supervised learning: labels that nobody has to give, because the data make them."""

import numpy as np

from dlcourse import validation
from dlcourse.data import Augmentation
from dlcourse.layers import Dense, Layer
from dlcourse.losses import SoftmaxCrossEntropy
from dlcourse.model import Sequential
from dlcourse.optimizers import Adam
from dlcourse.training import fit


def learn_instances(
    *body: Layer,
    x: np.ndarray,
    augment: Augmentation,
    rng: np.random.Generator | int,
    epochs: int = 20,
    batch_size: int = 64,
    learning_rate: float = 2e-3,
) -> Sequential:
    """Train ``body`` on a task without labels: which of the n images is this, changed at random?

    Each image is a class of its own, and ``augment`` turns and shifts it anew in each epoch. To
    tell them apart nevertheless, the body must find features that do not change with the turn or
    the shift.

    Parameters
    ----------
    *body
        New layers that end in one row of numbers an image.
    x
        Images float32 (n, height, width, channels), at least two, without labels.
    augment
        What must not matter.
    rng
        A ``numpy.random.Generator``, or a seed, for first values, order and changes.
    epochs, batch_size, learning_rate
        Of the training with Adam.

    Returns
    -------
    Sequential
        The body, trained, and behind it a ``Dense`` layer of n units. Put a head for the real task
        in its place: ``with_new_head(model, Dense(10), keep=len(body), rng=0, rate=1)``.

    Raises
    ------
    TypeError, ValueError
        An argument is wrong.

    Notes
    -----
    Dosovitskiy, Springenberg, Riedmiller and Brox, "Discriminative unsupervised feature learning
    with convolutional neural networks", 2014, sections 2 and 3. The last layer grows with
    the number of images; contrastive methods (Chen, Kornblith, Norouzi and Hinton 2020) do without.
    """
    if not body:
        raise ValueError("body is empty: expected at least one layer")
    if not isinstance(augment, Augmentation):
        raise TypeError(f"augment is {validation.describe(augment)}: expected an Augmentation")
    if not isinstance(x, np.ndarray) or x.ndim != 4 or len(x) < 2:
        raise ValueError(
            f"x is {validation.describe(x)}: expected at least two images, (n, height, width, "
            "channels)"
        )
    rng = validation.generator("rng", rng)
    model = Sequential(*body, Dense(len(x)), input_shape=x.shape[1:], rng=rng)
    fit(
        model, SoftmaxCrossEntropy(), Adam(model.parameters, learning_rate),
        (x, np.arange(len(x))), epochs=epochs, batch_size=batch_size, augment=augment, rng=rng,
        progress=False,
    )  # fmt: skip
    return model
