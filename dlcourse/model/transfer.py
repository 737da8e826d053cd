"""Transfer: what one model has learnt as the start of another."""

import numpy as np

from dlcourse import validation
from dlcourse.devices import copy
from dlcourse.layers import Layer, copy_of
from dlcourse.model.sequential import Sequential


def with_new_head(
    model: Sequential,
    *head: Layer,
    keep: int | str,
    rng: np.random.Generator | int,
    rate: float = 0.0,
) -> Sequential:
    """Return a new model: the first layers of ``model`` with what they have learnt, then ``head``.

    Parameters
    ----------
    model
        The model to take from; it stays as it is and shares nothing with the new one.
    *head
        New layers for the new task, with first values of their own.
    keep
        How many layers to take from the beginning, or the name of the last one to take.
    rng
        A ``numpy.random.Generator``, or a seed, for the head's first values.
    rate
        The learning rate of what was taken, as a share of the optimizer's: 0 freezes it (only
        the head learns), 0.1 fine-tunes it gently, 1 trains everything alike. For other rates
        layer by layer, use ``parameters.set_rate`` on the new model.

    Returns
    -------
    Sequential
        It remembers what the layers taken remember (running statistics of BatchNorm, say), and is
        where ``model`` is.

    Notes
    -----
    Freezing stops learning by gradients; BatchNorm's statistics still follow the data in training
    mode. Yosinski, Clune, Bengio and Lipson, "How transferable are features in deep neural
    networks?", 2014.
    """
    number = _number_kept(model, keep)
    rate = validation.number("rate", rate, least=0)
    if not head:
        raise ValueError("head is empty: expected at least one new layer")
    kept = [copy_of(layer) for layer in model.layers[:number]]
    new = Sequential(*kept, *head, input_shape=model.input_shape, rng=rng, dtype=model.dtype)
    for old, copied in zip(model.layers, kept, strict=False):
        source = model.parameters.of_layer(old.name)
        for name, part in new.parameters.of_layer(copied.name).items():
            copy(source[name].value, part.value)
        for name, array in copied.state.items():
            copy(old.state[name], array)
        if source:
            new.parameters.set_rate(copied.name, rate)
    return new.to(model.device)


def _number_kept(model: Sequential, keep: int | str) -> int:
    names = [layer.name for layer in model.layers]
    if isinstance(keep, str):
        if keep not in names:
            raise ValueError(f"keep is {keep!r}: expected one of {', '.join(names)}")
        return names.index(keep) + 1
    number = validation.count("keep", keep)
    if number > len(names):
        raise ValueError(f"keep is {number}: expected at most {len(names)}, the layers there are")
    return number
