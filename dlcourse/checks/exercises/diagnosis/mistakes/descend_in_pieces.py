"""Mistakes in ``descend_in_pieces(w, x, y, pieces, rate, steps)``, the more specific ones first."""

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


def cut(x, y, pieces):
    """Cut the batch into pieces, the first ones longer by one where it does not come out even."""
    return list(zip(np.array_split(x, pieces), np.array_split(y, pieces), strict=True))


def summed(w, x, y):
    """Sum the gradients of single examples."""
    return 2 * (x.T @ (x @ w - y))


@known_mistake(
    MISTAKES,
    "The program is as broken as before: the gradients of all steps before are still in total. Set "
    "it to zeros at the start of every step.",
)
def total_never_set_back(w, x, y, pieces, rate, steps):
    total = np.zeros_like(w)
    for _ in range(steps):
        for xs, ys in cut(x, y, pieces):
            total = total + summed(w, xs, ys) / len(x)
        w = w - rate * total
    return w


@known_mistake(
    MISTAKES,
    "You set total back for each piece, so only the last piece counts. Set it back once a step, "
    "before the pieces.",
)
def total_set_back_for_each_piece(w, x, y, pieces, rate, steps):
    for _ in range(steps):
        for xs, ys in cut(x, y, pieces):
            total = summed(w, xs, ys) / len(x)
        w = w - rate * total
    return w


@known_mistake(
    MISTAKES,
    "You step after each piece. Then these are small batches of their own; all gradients of a step "
    "are to be taken at the same w.",
)
def a_step_for_each_piece(w, x, y, pieces, rate, steps):
    for _ in range(steps):
        for xs, ys in cut(x, y, pieces):
            w = w - rate * summed(w, xs, ys) / len(x)
    return w


@known_mistake(
    MISTAKES,
    "You step after each piece, with the total so far, so that the first piece counts {pieces} "
    "times. Step once, after the last piece.",
)
def stepping_while_adding_up(w, x, y, pieces, rate, steps):
    for _ in range(steps):
        total = np.zeros_like(w)
        for xs, ys in cut(x, y, pieces):
            total = total + summed(w, xs, ys) / len(x)
            w = w - rate * total
    return w


@known_mistake(
    MISTAKES,
    "You average the means of the pieces. Pieces are not all of the same size: add up sums, and "
    "divide by the number of all examples, {n}.",
)
def mean_of_the_means(w, x, y, pieces, rate, steps):
    for _ in range(steps):
        w = w - rate * sum(summed(w, xs, ys) / len(xs) for xs, ys in cut(x, y, pieces)) / pieces
    return w


@known_mistake(
    MISTAKES,
    "You add up the means of the pieces and do not divide: the step is about {pieces} times too "
    "long.",
)
def sum_of_the_means(w, x, y, pieces, rate, steps):
    for _ in range(steps):
        w = w - rate * sum(summed(w, xs, ys) / len(xs) for xs, ys in cut(x, y, pieces))
    return w


@known_mistake(
    MISTAKES,
    "You add up the gradients of all examples and do not divide by their number, {n}.",
)
def never_divided(w, x, y, pieces, rate, steps):
    for _ in range(steps):
        w = w - rate * summed(w, x, y)
    return w


@known_mistake(
    MISTAKES,
    "You divide twice: by the number of all examples and by the number of pieces.",
)
def divided_twice(w, x, y, pieces, rate, steps):
    for _ in range(steps):
        w = w - rate * summed(w, x, y) / len(x) / pieces
    return w


@known_mistake(
    MISTAKES,
    "You divide the sum of all gradients by the number of pieces. Divide by the number of "
    "examples, {n}.",
)
def divided_by_the_pieces(w, x, y, pieces, rate, steps):
    for _ in range(steps):
        w = w - rate * summed(w, x, y) / pieces
    return w


@known_mistake(
    MISTAKES,
    "You drop the examples that do not fill a piece: n // pieces cuts the rest off. Every example "
    "counts; np.array_split makes uneven pieces.",
)
def rest_dropped(w, x, y, pieces, rate, steps):
    size = len(x) // pieces
    x, y = x[: size * pieces], y[: size * pieces]
    for _ in range(steps):
        w = w - rate * summed(w, x, y) / len(x)
    return w


@known_mistake(
    MISTAKES,
    "You look at one piece in each step, in turn. All pieces belong to each step.",
)
def one_piece_a_step(w, x, y, pieces, rate, steps):
    parts = cut(x, y, pieces)
    for number in range(steps):
        xs, ys = parts[number % pieces]
        w = w - rate * summed(w, xs, ys) / len(xs)
    return w


@known_mistake(
    MISTAKES,
    "You use a smaller rate in place of an empty total. The swings become slower, and never end.",
)
def smaller_rate(w, x, y, pieces, rate, steps):
    return total_never_set_back(w, x, y, pieces, rate / 10, steps)


@known_mistake(
    MISTAKES,
    "You halve the old total in place of emptying it. That is momentum; asked for is plain "
    "descent: zeros.",
)
def total_halved(w, x, y, pieces, rate, steps):
    total = np.zeros_like(w)
    for _ in range(steps):
        total = total / 2 + summed(w, x, y) / len(x)
        w = w - rate * total
    return w


@known_mistake(
    MISTAKES,
    "Your gradient is half of the right one: the derivative of the square brings a factor 2.",
)
def factor_two_left_out(w, x, y, pieces, rate, steps):
    for _ in range(steps):
        w = w - rate * summed(w, x, y) / 2 / len(x)
    return w


@known_mistake(
    MISTAKES,
    "You go uphill: subtract rate times the mean gradient.",
)
def uphill(w, x, y, pieces, rate, steps):
    for _ in range(steps):
        w = w + rate * summed(w, x, y) / len(x)
    return w


def mended(w, x, y, pieces, rate, steps):
    """Descend as asked for."""
    for _ in range(steps):
        w = w - rate * sum(summed(w, xs, ys) for xs, ys in cut(x, y, pieces)) / len(x)
    return w


@known_mistake(
    MISTAKES,
    "You take one step alone, and {steps} were asked for. Perhaps the return is inside the loop.",
)
def one_step_alone(w, x, y, pieces, rate, steps):
    return mended(w, x, y, pieces, rate, min(steps, 1))


@known_mistake(
    MISTAKES,
    "You move the caller's w, as w -= … does. Make a new array: w = w - ….",
)
def moved_in_place(w, x, y, pieces, rate, steps):
    w[...] = mended(w, x, y, pieces, rate, steps)
    return w


@known_mistake(
    MISTAKES,
    "Your w is float64 although float32 came in: np.zeros(len(w)) makes float64. Use "
    "np.zeros_like(w).",
)
def made_in_float64(w, x, y, pieces, rate, steps):
    return mended(w, x, y, pieces, rate, steps).astype(np.float64)
