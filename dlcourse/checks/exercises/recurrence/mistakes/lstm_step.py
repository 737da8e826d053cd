"""Mistakes in ``lstm_step(x, h, c, w_x, w_h, b)``, the more specific ones first."""

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake
from dlcourse.checks.exercises.recurrence.mistakes.gating import activations, finished, sigmoid

MISTAKES: list[Mistake] = []


def ordered(order):
    """Make the step that takes the blocks in another order."""

    def step(x, h, c, w_x, w_h, b):
        return finished(activations(x, h, w_x, w_h, b, order), c)

    return step


def right(x, h, c, w_x, w_h, b):
    """Give what a mistake then spoils."""
    return finished(activations(x, h, w_x, w_h, b), c)


@known_mistake(
    MISTAKES,
    "This looks like the answer of the worked example typed in. The function has to compute h and "
    "c from whatever it is given.",
)
def answer_of_the_example_typed_in(x, h, c, w_x, w_h, b):
    return np.tanh(np.array([[1.0]])) / 2, np.array([[1.0]])


@known_mistake(
    MISTAKES,
    "You take the blocks in the order i, f, o, g. Here it is i, f, g, o, as in PyTorch: the third "
    "block is the candidate g, the fourth the output gate.",
)
def candidate_last(x, h, c, w_x, w_h, b):
    return ordered((0, 1, 3, 2))(x, h, c, w_x, w_h, b)


@known_mistake(
    MISTAKES,
    "You exchange the input gate and the forget gate: the blocks are i, f, g, o.",
)
def input_and_forget_exchanged(x, h, c, w_x, w_h, b):
    return ordered((1, 0, 2, 3))(x, h, c, w_x, w_h, b)


@known_mistake(
    MISTAKES,
    "You take the blocks in the order i, g, f, o, as old versions of TensorFlow do. Here it is "
    "i, f, g, o.",
)
def forget_third(x, h, c, w_x, w_h, b):
    return ordered((0, 2, 1, 3))(x, h, c, w_x, w_h, b)


@known_mistake(
    MISTAKES,
    "You take the blocks in the order f, i, o, g, as many drawings do. Here it is i, f, g, o.",
)
def order_of_the_drawings(x, h, c, w_x, w_h, b):
    return ordered((1, 0, 3, 2))(x, h, c, w_x, w_h, b)


@known_mistake(
    MISTAKES,
    "You take the blocks in the order i, o, f, g, as ONNX does. Here it is i, f, g, o.",
)
def order_of_onnx(x, h, c, w_x, w_h, b):
    return ordered((0, 2, 3, 1))(x, h, c, w_x, w_h, b)


@known_mistake(
    MISTAKES,
    "The candidate g goes through a sigmoid in your step, like the gates. It goes through tanh: it "
    "may be negative.",
)
def sigmoid_for_the_candidate(x, h, c, w_x, w_h, b):
    i, f, _, o = activations(x, h, w_x, w_h, b)
    s = np.split(x @ w_x + h @ w_h + b, 4, axis=1)
    return finished((i, f, sigmoid(s[2]), o), c)


@known_mistake(
    MISTAKES,
    "Your gates go through tanh. A gate lets through a share between 0 and 1: that is a sigmoid. "
    "Only the candidate g goes through tanh.",
)
def tanh_for_the_gates(x, h, c, w_x, w_h, b):
    return finished(np.split(np.tanh(x @ w_x + h @ w_h + b), 4, axis=1), c)


@known_mistake(
    MISTAKES,
    "The candidate goes in as a plain sum: g = tanh of its block.",
)
def candidate_without_tanh(x, h, c, w_x, w_h, b):
    i, f, _, o = activations(x, h, w_x, w_h, b)
    return finished((i, f, np.split(x @ w_x + h @ w_h + b, 4, axis=1)[2], o), c)


@known_mistake(
    MISTAKES,
    "Your h is o * c. The cell goes through tanh on its way out: o * tanh(c).",
)
def cell_without_tanh_on_its_way_out(x, h, c, w_x, w_h, b):
    i, f, g, o = activations(x, h, w_x, w_h, b)
    new = f * c + i * g
    return o * new, new


@known_mistake(
    MISTAKES,
    "Your h comes from the old cell. First the new cell, then h from it.",
)
def state_from_the_old_cell(x, h, c, w_x, w_h, b):
    *_, o = activations(x, h, w_x, w_h, b)
    return o * np.tanh(c), right(x, h, c, w_x, w_h, b)[1]


@known_mistake(
    MISTAKES,
    "Your cell forgets nothing: the forget gate is missing in f * c.",
)
def nothing_forgotten(x, h, c, w_x, w_h, b):
    i, f, g, o = activations(x, h, w_x, w_h, b)
    return finished((i, np.ones_like(f), g, o), c)


@known_mistake(
    MISTAKES,
    "The input gate is missing: the candidate goes into the cell as a whole. It is i * g.",
)
def input_gate_left_out(x, h, c, w_x, w_h, b):
    i, f, g, o = activations(x, h, w_x, w_h, b)
    return finished((np.ones_like(i), f, g, o), c)


@known_mistake(
    MISTAKES,
    "The output gate is missing: h is o * tanh(c).",
)
def output_gate_left_out(x, h, c, w_x, w_h, b):
    i, f, g, o = activations(x, h, w_x, w_h, b)
    return finished((i, f, g, np.ones_like(o)), c)


@known_mistake(
    MISTAKES,
    "You use 1 - f for the input gate, as a GRU does in its way. An LSTM's input gate has a block "
    "of its own.",
)
def input_gate_from_the_forget_gate(x, h, c, w_x, w_h, b):
    _, f, g, o = activations(x, h, w_x, w_h, b)
    return finished((1 - f, f, g, o), c)


@known_mistake(
    MISTAKES,
    "A forget gate of 1 means keep. You multiply the cell with 1 - f.",
)
def forget_gate_turned_round(x, h, c, w_x, w_h, b):
    i, f, g, o = activations(x, h, w_x, w_h, b)
    return finished((i, 1 - f, g, o), c)


@known_mistake(
    MISTAKES,
    "You add 1 to the forget gate's sum. That is a way to choose the first bias, and belongs "
    "into b.",
)
def one_added_to_the_forget_gate(x, h, c, w_x, w_h, b):
    more = b.copy()
    more[h.shape[1] : 2 * h.shape[1]] += 1
    return right(x, h, c, w_x, w_h, more)


@known_mistake(
    MISTAKES,
    "The state h has no part in your gates: add h @ w_h.",
)
def state_left_out(x, h, c, w_x, w_h, b):
    return right(x, 0 * h, c, w_x, w_h, b)


@known_mistake(
    MISTAKES,
    "The cell c goes into your gates in place of the state: it is h @ w_h.",
)
def cell_into_the_gates(x, h, c, w_x, w_h, b):
    return right(x, c, c, w_x, w_h, b)


@known_mistake(
    MISTAKES,
    "The biases are missing in your sums: x @ w_x + h @ w_h + b.",
)
def biases_left_out(x, h, c, w_x, w_h, b):
    return right(x, h, c, w_x, w_h, 0 * b)


@known_mistake(
    MISTAKES,
    "You deal the columns out in turn, every fourth to a gate. The blocks lie side by side, each "
    "{units} wide: columns 0 to units - 1 are i.",
)
def columns_dealt_out_in_turn(x, h, c, w_x, w_h, b):
    s = x @ w_x + h @ w_h + b
    i, f, g, o = (s[:, gate::4] for gate in range(4))
    return finished((sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)), c)


@known_mistake(
    MISTAKES,
    "You return the cell before the state: return h, c in this order.",
)
def returned_in_the_wrong_order(x, h, c, w_x, w_h, b):
    return right(x, h, c, w_x, w_h, b)[::-1]


@known_mistake(
    MISTAKES,
    "The cell that you return has gone through tanh. That is for h only; the cell itself goes on "
    "as it is.",
)
def cell_returned_after_tanh(x, h, c, w_x, w_h, b):
    new_h, new_c = right(x, h, c, w_x, w_h, b)
    return new_h, np.tanh(new_c)


@known_mistake(
    MISTAKES,
    "You change the caller's c, as c *= f does. Make a new array.",
)
def cell_changed_in_place(x, h, c, w_x, w_h, b):
    new_h, new_c = right(x, h, c, w_x, w_h, b)
    c[...] = new_c
    return new_h, c


@known_mistake(
    MISTAKES,
    "Your results are float64 although float32 came in. np.zeros(shape) makes float64: say "
    "dtype=x.dtype.",
)
def made_in_float64(x, h, c, w_x, w_h, b):
    return tuple(one.astype(np.float64) for one in right(x, h, c, w_x, w_h, b))
