"""The right step of an LSTM, forward and backward, for mistakes to spoil."""

import numpy as np


def sigmoid(s):
    """Give 1 / (1 + exp(-s)) without overflow."""
    return (1 + np.tanh(s / 2)) / 2


def activations(x, h, w_x, w_h, b, order=(0, 1, 2, 3)):
    """Give i, f, g, o; ``order`` says which block each of them takes."""
    blocks = np.split(x @ w_x + h @ w_h + b, 4, axis=1)
    i, f, g, o = (blocks[number] for number in order)
    return sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)


def finished(gates, c):
    """Give the new state and the new cell from i, f, g, o and the old cell."""
    i, f, g, o = gates
    new = f * c + i * g
    return o * np.tanh(new), new
