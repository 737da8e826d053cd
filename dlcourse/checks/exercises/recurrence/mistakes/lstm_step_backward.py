"""Mistakes in ``lstm_step_backward(dh, dc, x, h, c, w_x, w_h, b)``, the more specific first."""

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake
from dlcourse.checks.exercises.recurrence.mistakes.gating import activations, finished

MISTAKES: list[Mistake] = []


class Pieces:
    """The right pieces of a step's gradients; a mistake changes one and takes the rest."""

    def __init__(self, dh, dc, x, h, c, w_x, w_h, b):
        self.x, self.h, self.c, self.w_x, self.w_h = x, h, c, w_x, w_h
        self.i, self.f, self.g, self.o = activations(x, h, w_x, w_h, b)
        _, self.new = finished((self.i, self.f, self.g, self.o), c)
        self.t = np.tanh(self.new)
        self.dcell = dc + dh * self.o * (1 - self.t**2)
        self.use(dh)

    def use(self, dh):
        """Compute the gradients of the four sums from that of the cell."""
        self.di = self.dcell * self.g * self.i * (1 - self.i)
        self.df = self.dcell * self.c * self.f * (1 - self.f)
        self.dg = self.dcell * self.i * (1 - self.g**2)
        self.do = dh * self.t * self.o * (1 - self.o)
        self.dc_before = self.dcell * self.f

    @property
    def ds(self):
        """The four blocks side by side."""
        return np.concatenate([self.di, self.df, self.dg, self.do], axis=1)

    def results(self, ds=None):
        """Give all six gradients."""
        ds = self.ds if ds is None else ds
        return (
            ds @ self.w_x.T,
            ds @ self.w_h.T,
            self.dc_before,
            self.x.T @ ds,
            self.h.T @ ds,
            ds.sum(axis=0),
        )


@known_mistake(
    MISTAKES,
    "This looks like the answer of the worked example typed in. The function has to compute the "
    "gradients from whatever it is given.",
)
def answer_of_the_example_typed_in(dh, dc, x, h, c, w_x, w_h, b):
    one = np.array([[0.5]])
    zero = np.zeros((1, 4))
    return 0 * one, 0 * one, one, zero, zero, np.array([0.0, 0.5, 0.5, 0.0])


@known_mistake(
    MISTAKES,
    "The gradient that comes along the cell, dc, is missing: add it to what comes from h.",
)
def cell_s_own_gradient_left_out(dh, dc, x, h, c, w_x, w_h, b):
    return Pieces(dh, 0 * dc, x, h, c, w_x, w_h, b).results()


@known_mistake(
    MISTAKES,
    "Nothing comes from h into your cell: h = o tanh(c), so the cell also gets "
    "dh * o * (1 - tanh(c)**2).",
)
def nothing_from_the_state_into_the_cell(dh, dc, x, h, c, w_x, w_h, b):
    pieces = Pieces(dh, dc, x, h, c, w_x, w_h, b)
    pieces.dcell = dc
    pieces.use(dh)
    return pieces.results()


@known_mistake(
    MISTAKES,
    "The slope of the tanh on the cell's way out is missing: dh * o * (1 - tanh(c)**2).",
)
def slope_on_the_way_out_left_out(dh, dc, x, h, c, w_x, w_h, b):
    pieces = Pieces(dh, dc, x, h, c, w_x, w_h, b)
    pieces.dcell = dc + dh * pieces.o
    pieces.use(dh)
    return pieces.results()


@known_mistake(
    MISTAKES,
    "Your slope of the tanh on the cell's way out is 1 - c**2. tanh has still to be taken: "
    "1 - np.tanh(c)**2.",
)
def slope_of_the_cell_itself(dh, dc, x, h, c, w_x, w_h, b):
    pieces = Pieces(dh, dc, x, h, c, w_x, w_h, b)
    pieces.dcell = dc + dh * pieces.o * (1 - pieces.new**2)
    pieces.use(dh)
    return pieces.results()


@known_mistake(
    MISTAKES,
    "Your slope of the tanh is taken at the cell before the step. It is the new cell that went "
    "out.",
)
def slope_at_the_old_cell(dh, dc, x, h, c, w_x, w_h, b):
    pieces = Pieces(dh, dc, x, h, c, w_x, w_h, b)
    pieces.dcell = dc + dh * pieces.o * (1 - np.tanh(c) ** 2)
    pieces.use(dh)
    return pieces.results()


@known_mistake(
    MISTAKES,
    "The output gate is missing in what the cell gets from h: dh * o * (1 - tanh(c)**2).",
)
def output_gate_left_out(dh, dc, x, h, c, w_x, w_h, b):
    pieces = Pieces(dh, dc, x, h, c, w_x, w_h, b)
    pieces.dcell = dc + dh * (1 - pieces.t**2)
    pieces.use(dh)
    return pieces.results()


@known_mistake(
    MISTAKES,
    "Your dc_before has not gone through the forget gate: the cell came in as f * c, so its "
    "gradient is f times the new cell's.",
)
def forget_gate_left_out(dh, dc, x, h, c, w_x, w_h, b):
    pieces = Pieces(dh, dc, x, h, c, w_x, w_h, b)
    pieces.dc_before = pieces.dcell
    return pieces.results()


@known_mistake(
    MISTAKES,
    "Your dc_before hands back dc alone, times f. The new cell's whole gradient goes back, with "
    "what came from h.",
)
def only_dc_handed_back(dh, dc, x, h, c, w_x, w_h, b):
    pieces = Pieces(dh, dc, x, h, c, w_x, w_h, b)
    pieces.dc_before = dc * pieces.f
    return pieces.results()


@known_mistake(
    MISTAKES,
    "The slopes of the gates are missing: a sigmoid's is i (1 - i), and so for f and o.",
)
def slopes_of_the_gates_left_out(dh, dc, x, h, c, w_x, w_h, b):
    p = Pieces(dh, dc, x, h, c, w_x, w_h, b)
    p.di, p.df, p.do = p.dcell * p.g, p.dcell * c, dh * p.t
    return p.results()


@known_mistake(
    MISTAKES,
    "The slope of the candidate's tanh is missing: 1 - g**2.",
)
def slope_of_the_candidate_left_out(dh, dc, x, h, c, w_x, w_h, b):
    p = Pieces(dh, dc, x, h, c, w_x, w_h, b)
    p.dg = p.dcell * p.i
    return p.results()


@known_mistake(
    MISTAKES,
    "You give the candidate a sigmoid's slope, g (1 - g). It went through tanh: 1 - g**2.",
)
def slope_of_a_sigmoid_for_the_candidate(dh, dc, x, h, c, w_x, w_h, b):
    p = Pieces(dh, dc, x, h, c, w_x, w_h, b)
    p.dg = p.dcell * p.i * p.g * (1 - p.g)
    return p.results()


@known_mistake(
    MISTAKES,
    "You give the gates tanh's slope, 1 - i**2. They went through a sigmoid: i (1 - i).",
)
def slope_of_tanh_for_the_gates(dh, dc, x, h, c, w_x, w_h, b):
    p = Pieces(dh, dc, x, h, c, w_x, w_h, b)
    p.di, p.df = p.dcell * p.g * (1 - p.i**2), p.dcell * c * (1 - p.f**2)
    p.do = dh * p.t * (1 - p.o**2)
    return p.results()


@known_mistake(
    MISTAKES,
    "Your forget gate is multiplied with the new cell. It was the cell before the step that went "
    "through it: f * c.",
)
def forget_gate_with_the_new_cell(dh, dc, x, h, c, w_x, w_h, b):
    p = Pieces(dh, dc, x, h, c, w_x, w_h, b)
    p.df = p.dcell * p.new * p.f * (1 - p.f)
    return p.results()


@known_mistake(
    MISTAKES,
    "You exchange i and g: the input gate's gradient is multiplied with the candidate, and the "
    "candidate's with the input gate.",
)
def input_gate_and_candidate_exchanged(dh, dc, x, h, c, w_x, w_h, b):
    p = Pieces(dh, dc, x, h, c, w_x, w_h, b)
    p.di, p.dg = p.dcell * p.i * p.i * (1 - p.i), p.dcell * p.g * (1 - p.g**2)
    return p.results()


@known_mistake(
    MISTAKES,
    "Your output gate's gradient uses the cell itself: h = o tanh(c), so it is dh * tanh(c).",
)
def output_gate_with_the_cell_itself(dh, dc, x, h, c, w_x, w_h, b):
    p = Pieces(dh, dc, x, h, c, w_x, w_h, b)
    p.do = dh * p.new * p.o * (1 - p.o)
    return p.results()


@known_mistake(
    MISTAKES,
    "Your output gate learns nothing: its block is 0. It gets dh * tanh(c) * o (1 - o).",
)
def output_gate_learns_nothing(dh, dc, x, h, c, w_x, w_h, b):
    p = Pieces(dh, dc, x, h, c, w_x, w_h, b)
    p.do = 0 * p.do
    return p.results()


@known_mistake(
    MISTAKES,
    "You put the blocks side by side in the order i, f, o, g. It is i, f, g, o, as in the weights.",
)
def blocks_in_another_order(dh, dc, x, h, c, w_x, w_h, b):
    p = Pieces(dh, dc, x, h, c, w_x, w_h, b)
    return p.results(np.concatenate([p.di, p.df, p.do, p.dg], axis=1))


@known_mistake(
    MISTAKES,
    "You exchange the gradients of the input gate and the forget gate: the blocks are i, f, g, o.",
)
def first_two_blocks_exchanged(dh, dc, x, h, c, w_x, w_h, b):
    p = Pieces(dh, dc, x, h, c, w_x, w_h, b)
    return p.results(np.concatenate([p.df, p.di, p.dg, p.do], axis=1))


@known_mistake(
    MISTAKES,
    "Your dw_h uses the state after the step. The state before it was multiplied with w_h: the "
    "argument h.",
)
def new_state_in_dw_h(dh, dc, x, h, c, w_x, w_h, b):
    p = Pieces(dh, dc, x, h, c, w_x, w_h, b)
    dx, dh_before, dc_before, dw_x, _, db = p.results()
    return dx, dh_before, dc_before, dw_x, (p.o * p.t).T @ p.ds, db


@known_mistake(
    MISTAKES,
    "You divide the weights' gradients by the number of examples, {n}. The mean over the batch "
    "belongs to the loss and is in dh and dc already.",
)
def averaged_over_the_examples(dh, dc, x, h, c, w_x, w_h, b):
    dx, dh_before, dc_before, *rest = Pieces(dh, dc, x, h, c, w_x, w_h, b).results()
    return dx, dh_before, dc_before, *(one / len(x) for one in rest)


@known_mistake(
    MISTAKES,
    "You add dh to dh_before. The state before the step reaches the new one through the gates "
    "only.",
)
def upstream_added_to_dh_before(dh, dc, x, h, c, w_x, w_h, b):
    dx, dh_before, *rest = Pieces(dh, dc, x, h, c, w_x, w_h, b).results()
    return dx, dh_before + dh, *rest


@known_mistake(
    MISTAKES,
    "Your db is not summed over the examples. A bias is added in all {n} of them.",
)
def biases_not_summed(dh, dc, x, h, c, w_x, w_h, b):
    p = Pieces(dh, dc, x, h, c, w_x, w_h, b)
    return *p.results()[:5], p.ds


@known_mistake(
    MISTAKES,
    "You add into the caller's dc, as dc += … does. Make a new array.",
)
def upstream_changed_in_place(dh, dc, x, h, c, w_x, w_h, b):
    p = Pieces(dh, dc, x, h, c, w_x, w_h, b)
    dc[...] = p.dcell
    return p.results()


@known_mistake(
    MISTAKES,
    "Your gradients are float64 although float32 came in. np.zeros(shape) makes float64: use "
    "np.empty_like(…), or dtype=x.dtype.",
)
def made_in_float64(dh, dc, x, h, c, w_x, w_h, b):
    results = Pieces(dh, dc, x, h, c, w_x, w_h, b).results()
    return tuple(one.astype(np.float64) for one in results)
