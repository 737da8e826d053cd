"""Mistakes in ``scatter_add(dy, tokens, rows)``, the more specific ones first."""

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


def right(dy, tokens, rows):
    """Give what a mistake then spoils."""
    dw = np.zeros((rows, dy.shape[1]), dtype=dy.dtype)
    np.add.at(dw, tokens, dy)
    return dw


@known_mistake(
    MISTAKES,
    "This looks like the answer of the worked example typed in. The function has to add up "
    "whatever it is given.",
)
def answer_of_the_example_typed_in(dy, tokens, rows):
    return np.array([[2.0], [5.0]], dtype=dy.dtype)


@known_mistake(
    MISTAKES,
    "Where a token comes up again, only its last gradient is left: = replaces, and "
    "dw[tokens] += dy reads each row once, before anything was added. Add one after the other.",
)
def last_one_only(dy, tokens, rows):
    dw = np.zeros((rows, dy.shape[1]), dtype=dy.dtype)
    dw[tokens] = dy
    return dw


@known_mistake(
    MISTAKES,
    "Where a token comes up again, only its first gradient counts in your result. Add all of them.",
)
def first_one_only(dy, tokens, rows):
    return last_one_only(dy[::-1], tokens[::-1], rows)


@known_mistake(
    MISTAKES,
    "You average where a token comes up again. Gradients of what is used several times are added.",
)
def averaged(dy, tokens, rows):
    counts = np.maximum(np.bincount(tokens, minlength=rows), 1)[:, np.newaxis]
    return (right(dy, tokens, rows) / counts).astype(dy.dtype)


@known_mistake(
    MISTAKES,
    "You divide by the number of tokens, {n}. The mean over the batch belongs to the loss and is "
    "in dy already.",
)
def divided_by_the_number_of_tokens(dy, tokens, rows):
    return right(dy, tokens, rows) / dy.dtype.type(len(tokens))


@known_mistake(
    MISTAKES,
    "You count how often each token comes up. Add its gradients dy[k].",
)
def tokens_counted(dy, tokens, rows):
    return right(np.ones_like(dy), tokens, rows)


@known_mistake(
    MISTAKES,
    "You go the other way: dw[k] += dy[tokens[k]] looks up, as the forward pass does. Backwards it "
    "is dw[tokens[k]] += dy[k].",
)
def looked_up_in_place_of_added(dy, tokens, rows):
    dw = np.zeros((rows, dy.shape[1]), dtype=dy.dtype)
    for k in range(min(rows, len(tokens))):
        dw[k] = dy[tokens[k] % len(dy)]
    return dw


@known_mistake(
    MISTAKES,
    "You do not look at the tokens: row k of dw gets dy[k].",
)
def tokens_not_looked_at(dy, tokens, rows):
    dw = np.zeros((rows, dy.shape[1]), dtype=dy.dtype)
    shorter = min(rows, len(dy))
    dw[:shorter] = dy[:shorter]
    return dw


@known_mistake(
    MISTAKES,
    "You leave token 0 out, as if it were padding. Here every token counts.",
)
def token_zero_left_out(dy, tokens, rows):
    dw = right(dy, tokens, rows)
    dw[0] = 0
    return dw


@known_mistake(
    MISTAKES,
    "Your rows are shifted by one: token 0 belongs to row 0.",
)
def rows_shifted(dy, tokens, rows):
    return np.roll(right(dy, tokens, rows), 1, axis=0)


@known_mistake(
    MISTAKES,
    "The last token is missing: range(n) already stops before n.",
)
def last_token_left_out(dy, tokens, rows):
    return right(dy[:-1], tokens[:-1], rows)


@known_mistake(
    MISTAKES,
    "The first token is missing in your sums: range begins at 0, not at 1.",
)
def first_token_left_out(dy, tokens, rows):
    return right(dy[1:], tokens[1:], rows)


@known_mistake(
    MISTAKES,
    "You take the largest gradient of each token. They are added.",
)
def largest_taken(dy, tokens, rows):
    dw = np.full((rows, dy.shape[1]), -np.inf, dtype=dy.dtype)
    np.maximum.at(dw, tokens, dy)
    dw[np.isinf(dw)] = 0
    return dw


@known_mistake(
    MISTAKES,
    "Every unit gets the sum over all {units} units. Each unit is added by itself.",
)
def units_added_together(dy, tokens, rows):
    total = right(dy, tokens, rows).sum(axis=1, keepdims=True)
    return np.repeat(total, dy.shape[1], axis=1)


@known_mistake(
    MISTAKES,
    "The minus of gradient descent belongs to the optimizer: dw is the gradient itself.",
)
def sign_flipped(dy, tokens, rows):
    return -right(dy, tokens, rows)


@known_mistake(
    MISTAKES,
    "Your dw has as many rows as the largest token asks for. It has {rows}, also for tokens that "
    "do not come up.",
)
def as_many_rows_as_the_largest_token(dy, tokens, rows):
    return right(dy, tokens, int(tokens.max()) + 1)


@known_mistake(
    MISTAKES,
    "Your dw is turned over its diagonal: a row for each token, a column for each unit.",
)
def transposed(dy, tokens, rows):
    return right(dy, tokens, rows).T.copy()


@known_mistake(
    MISTAKES,
    "You add into the caller's dy. Make an array of your own with np.zeros.",
)
def added_into_dy(dy, tokens, rows):
    dw = right(dy, tokens, rows)
    dy += 1
    return dw


@known_mistake(
    MISTAKES,
    "Your dw is float64 although float32 came in. np.zeros(shape) makes float64: say "
    "dtype=dy.dtype.",
)
def made_in_float64(dy, tokens, rows):
    return right(dy, tokens, rows).astype(np.float64)


@known_mistake(
    MISTAKES,
    "Your loops run in Python. Keep @njit above the function; if it is there, look for work that "
    "is done again and again inside the innermost loop.",
)
def left_to_python(dy, tokens, rows):
    dw = np.zeros((rows, dy.shape[1]), dtype=dy.dtype)
    for unit in range(dy.shape[1]):
        for k in range(len(tokens)):
            dw[tokens[k], unit] += dy[k, unit]
    return dw
