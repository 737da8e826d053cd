"""Mistakes in ``check_gradient(f, x, dy, dx)``, the more specific ones first."""

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


def numerical(f, x, dy, step=1e-5):
    """Give the gradient of sum(dy * f(x)) by central differences."""
    x = np.array(x, dtype=np.float64)
    gradient = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        ahead, behind = x.copy(), x.copy()
        ahead[index] += step
        behind[index] -= step
        gradient[index] = np.sum(dy * (f(ahead) - f(behind))) / (2 * step)
    return gradient


def agree(numeric, dx, tolerance=1e-4):
    """Compare two gradients by the largest difference relative to the largest entry."""
    if dx.shape != numeric.shape or not np.isfinite(dx).all():
        return False
    largest = max(np.abs(numeric).max(), np.abs(dx).max())
    return bool(np.abs(numeric - dx).max() <= tolerance * largest)


@known_mistake(
    MISTAKES,
    "You always return True. A checker that accepts everything finds nothing.",
)
def always_true(f, x, dy, dx):
    return True


@known_mistake(
    MISTAKES,
    "You always return False. A checker that refuses everything is as useless as one that accepts "
    "everything.",
)
def always_false(f, x, dy, dx):
    return False


@known_mistake(
    MISTAKES,
    "Your verdict is the wrong way round: True means that dx is right.",
)
def verdict_turned_around(f, x, dy, dx):
    return not agree(numerical(f, x, dy), dx)


@known_mistake(
    MISTAKES,
    "You return the error, a number. Compare it with a tolerance and return True or False.",
)
def error_returned(f, x, dy, dx):
    numeric = numerical(f, x, dy)
    if dx.shape != numeric.shape:
        return 1.0
    largest = max(np.abs(numeric).max(), np.abs(dx).max(), 1e-300)
    return float(np.abs(numeric - dx).max() / largest)


@known_mistake(
    MISTAKES,
    "You return one verdict per entry. The gradient is right when all of its entries are: one "
    "True or False, by np.all or the largest error.",
)
def verdict_for_each_entry(f, x, dy, dx):
    numeric = numerical(f, x, dy)
    return np.isclose(numeric, dx, rtol=1e-4)


@known_mistake(
    MISTAKES,
    "You differentiate sum(f(x)) and leave dy out, as if it were all ones. Then bugs go unseen: "
    "the outputs of a softmax always sum to 1, so its gradient seems to be zero. Differentiate "
    "sum(dy * f(x)).",
)
def upstream_left_out(f, x, dy, dx):
    return agree(numerical(f, x, np.ones_like(dy)), dx)


@known_mistake(
    MISTAKES,
    "You differentiate the mean of dy * f(x). dx is the gradient of the sum: the mean makes "
    "everything smaller by the number of entries.",
)
def mean_for_sum(f, x, dy, dx):
    return agree(numerical(f, x, dy / dy.size), dx)


@known_mistake(
    MISTAKES,
    "You divide by the step h. From x − h to x + h it is two steps: divide by 2h.",
)
def divided_by_one_step(f, x, dy, dx):
    return agree(2 * numerical(f, x, dy), dx)


@known_mistake(
    MISTAKES,
    "You compare the absolute difference with a fixed number. Gradients may be of size 1e-7 or "
    "1e7: divide the difference by the size of the gradients first.",
)
def absolute_error(f, x, dy, dx):
    numeric = numerical(f, x, dy)
    return dx.shape == numeric.shape and bool(np.abs(numeric - dx).max() < 1e-4)


@known_mistake(
    MISTAKES,
    "You compare the difference with its sign: where dx is too small, the difference is negative "
    "and always below the tolerance. Take the absolute value first.",
)
def difference_with_its_sign(f, x, dy, dx):
    numeric = numerical(f, x, dy)
    if dx.shape != numeric.shape or not np.isfinite(dx).all():
        return False
    largest = max(np.abs(numeric).max(), np.abs(dx).max())
    return bool((dx - numeric).max() <= 1e-4 * largest)


@known_mistake(
    MISTAKES,
    "You compare the sums of the two gradients, so that errors of opposite signs cancel. Compare "
    "entry by entry.",
)
def sums_compared(f, x, dy, dx):
    numeric = numerical(f, x, dy)
    if dx.shape != numeric.shape or not np.isfinite(dx).all():
        return False
    largest = max(np.abs(numeric).max(), np.abs(dx).max())
    return bool(abs((dx - numeric).sum()) <= 1e-4 * largest)


@known_mistake(
    MISTAKES,
    "You compare sizes and lose the signs: a gradient that points the wrong way passes. Subtract "
    "first, then take the absolute value.",
)
def signs_lost(f, x, dy, dx):
    return agree(np.abs(numerical(f, x, dy)), np.abs(dx))


@known_mistake(
    MISTAKES,
    "You compare directions only: a gradient that is twice too large passes. Its length has to be "
    "right as well.",
)
def directions_compared(f, x, dy, dx):
    numeric = numerical(f, x, dy)
    if dx.shape != numeric.shape or not np.isfinite(dx).all():
        return False
    lengths = np.linalg.norm(numeric) * np.linalg.norm(dx)
    return bool(lengths == 0 and not dx.any() and not numeric.any()) or bool(
        lengths > 0 and np.sum(numeric * dx) > (1 - 1e-6) * lengths
    )


@known_mistake(
    MISTAKES,
    "You accept when any entry agrees. One wrong entry makes the gradient wrong: np.all, or the "
    "largest error.",
)
def any_for_all(f, x, dy, dx):
    numeric = numerical(f, x, dy)
    return dx.shape == numeric.shape and bool(np.any(np.isclose(numeric, dx, rtol=1e-4)))


@known_mistake(
    MISTAKES,
    "You only look at the first entry. A bug may sit in any of them: go through all of x.",
)
def first_entry_only(f, x, dy, dx):
    numeric = numerical(f, x, dy)
    return dx.shape == numeric.shape and agree(numeric.ravel()[:1], dx.ravel()[:1])


@known_mistake(
    MISTAKES,
    "You only look at the first row of x. A bug may sit in any row: go through all of x.",
)
def first_row_only(f, x, dy, dx):
    numeric = numerical(f, x, dy)
    return dx.shape == numeric.shape and agree(numeric[0], dx[0])


@known_mistake(
    MISTAKES,
    "The last row of x is never looked at: a loop ends one too early. range(n) already stops "
    "before n.",
)
def last_row_skipped(f, x, dy, dx):
    numeric = numerical(f, x, dy)
    if dx.shape != numeric.shape:
        return False
    numeric[-1] = dx[-1]
    return agree(numeric, dx)


@known_mistake(
    MISTAKES,
    "You average the errors, so a bug in one entry is diluted by all the right ones. Look at the "
    "largest error.",
)
def errors_averaged(f, x, dy, dx):
    numeric = numerical(f, x, dy)
    if dx.shape != numeric.shape or not np.isfinite(dx).all():
        return False
    errors = np.abs(numeric - dx)
    return bool(errors.mean() <= 0.05 * max(np.abs(numeric).max(), np.abs(dx).max()))


@known_mistake(
    MISTAKES,
    "Your tolerance is so wide that a gradient off by 5 percent passes. Central differences agree "
    "to about 1e-7 with a right gradient; a tolerance of 1e-4 leaves room enough.",
)
def tolerance_too_wide(f, x, dy, dx):
    return agree(numerical(f, x, dy), dx, tolerance=0.1)


@known_mistake(
    MISTAKES,
    "Your tolerance is too narrow: a right gradient that was computed in float32 is off by about "
    "1e-7, and rounding and the step leave their own error. A tolerance of 1e-4 tells a bug from "
    "both.",
)
def tolerance_too_narrow(f, x, dy, dx):
    return agree(numerical(f, x, dy), dx, tolerance=1e-8)


@known_mistake(
    MISTAKES,
    "No right gradient passes, unless it is zero. Either your step is so small that f(x + h) and "
    "f(x − h) agree in nearly all of their 16 digits and the difference is rounding: take h "
    "between 1e-6 and 1e-4. Or you test for equality, which no numerical gradient reaches: allow "
    "a relative error of 1e-4.",
)
def step_too_small(f, x, dy, dx):
    return agree(numerical(f, x, dy, step=1e-15), dx)


@known_mistake(
    MISTAKES,
    "Your step is so large that the function bends between x − h and x + h, and a right gradient "
    "of a curved function is refused. Take h between 1e-6 and 1e-4.",
)
def step_too_large(f, x, dy, dx):
    return agree(numerical(f, x, dy, step=0.1), dx)


@known_mistake(
    MISTAKES,
    "You step to one side only, (f(x + h) − f(x)) / h, with an h for which its error, about h, is "
    "above your tolerance. Central differences, (f(x + h) − f(x − h)) / 2h, have an error of "
    "about h².",
)
def one_sided_with_a_large_step(f, x, dy, dx):
    step = 1e-3
    x = np.array(x, dtype=np.float64)
    numeric = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        ahead = x.copy()
        ahead[index] += step
        numeric[index] = np.sum(dy * (f(ahead) - f(x))) / step
    return agree(numeric, dx)


@known_mistake(
    MISTAKES,
    "You move all entries of x at once. That gives one number for the whole of x, or, entry by "
    "entry, is right only for functions like tanh where each output depends on one input. Move "
    "one entry at a time.",
)
def all_entries_moved_at_once(f, x, dy, dx):
    step = 1e-5
    x = np.array(x, dtype=np.float64)
    difference = dy * (f(x + step) - f(x - step)) / (2 * step)
    if difference.shape != x.shape:
        difference = np.broadcast_to(difference.sum() / x.size, x.shape)
    return agree(difference, dx)


@known_mistake(
    MISTAKES,
    "You move entries of x.flatten(), or of a ravel() that had to copy: f then gets an x that "
    "never moves, and every difference is 0. Loop over np.ndindex(x.shape) and index x itself.",
)
def copy_moved(f, x, dy, dx):
    x = np.array(x, dtype=np.float64)
    return agree(np.zeros_like(x), dx)


@known_mistake(
    MISTAKES,
    "An x in Fortran order gets a wrong verdict: ravel() or reshape(-1) then gives a copy, and "
    "moving an entry of the copy does not move x. Loop over np.ndindex(x.shape) and index x "
    "itself.",
)
def copy_of_fortran_order_moved(f, x, dy, dx):
    if dx.shape != x.shape:
        return False
    x = x.astype(np.float64)
    flat = x.ravel()
    numeric = np.zeros(x.size)
    for i in range(x.size):
        old = flat[i]
        flat[i] = old + 1e-5
        above = np.sum(dy * f(x))
        flat[i] = old - 1e-5
        numeric[i] = (above - np.sum(dy * f(x))) / 2e-5
        flat[i] = old
    return agree(numeric.reshape(x.shape), dx)


@known_mistake(
    MISTAKES,
    "You move x in the dtype it has. In float32 a step of 1e-5 drowns in rounding; turn x into "
    "float64 first: np.array(x, dtype=np.float64).",
)
def moved_in_float32(f, x, dy, dx):
    if dx.shape != x.shape:
        return False
    numeric = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        ahead, behind = x.copy(), x.copy()
        ahead[index] += x.dtype.type(1e-5)
        behind[index] -= x.dtype.type(1e-5)
        numeric[index] = np.sum(dy * (f(ahead) - f(behind))) / 2e-5
    return agree(numeric, dx)


@known_mistake(
    MISTAKES,
    "A gradient with NaN passes. Every comparison with NaN is False, so `not error > tolerance` "
    "accepts it: ask `error <= tolerance`, or np.isfinite.",
)
def nan_accepted(f, x, dy, dx):
    numeric = numerical(f, x, dy)
    if dx.shape != numeric.shape:
        return False
    largest = max(np.abs(numeric).max(), np.nanmax(np.abs(dx)))
    return not np.abs(numeric - dx).max() > 1e-4 * largest


@known_mistake(
    MISTAKES,
    "Where the gradient is 0 your relative error is 0/0, which is NaN, and a right gradient with "
    "zeros is refused. Divide by the largest entry of both gradients, or multiply the tolerance by "
    "it: error <= tolerance * size.",
)
def zero_divided_by_zero(f, x, dy, dx):
    numeric = numerical(f, x, dy)
    if dx.shape != numeric.shape:
        return False
    error = np.abs(numeric - dx) / (np.abs(numeric) + np.abs(dx))
    return bool(error.max() <= 1e-4)


@known_mistake(
    MISTAKES,
    "A gradient that is zero everywhere, and rightly so, is refused: the largest entry is 0, and "
    "0/0 is NaN; or 0 < 0 is False. Ask for error <= tolerance * size.",
)
def all_zeros_refused(f, x, dy, dx):
    numeric = numerical(f, x, dy)
    if dx.shape != numeric.shape:
        return False
    largest = max(np.abs(numeric).max(), np.abs(dx).max())
    return bool(np.abs(numeric - dx).max() < 1e-4 * largest)


@known_mistake(
    MISTAKES,
    "A gradient of the wrong shape passes or stops you, because NumPy stretches it to fit. Compare "
    "dx.shape with x.shape first.",
)
def wrong_shape_accepted(f, x, dy, dx):
    numeric = numerical(f, x, dy)
    largest = max(np.abs(numeric).max(), np.abs(dx).max())
    wrong = np.abs(numeric[: len(dx)] - dx)
    return bool(wrong.max() <= 1e-4 * largest)


@known_mistake(
    MISTAKES,
    "You move an entry of x and do not put it back, so the next entries are tried at another "
    "point, and the caller's x is spoiled. Work on a copy, or restore the old value.",
)
def x_not_put_back(f, x, dy, dx):
    if dx.shape != x.shape:
        return False
    numeric = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        below = np.sum(dy * f(x))
        x[index] += 1e-6
        numeric[index] = (np.sum(dy * f(x)) - below) / 1e-6
    return agree(numeric, dx)


@known_mistake(
    MISTAKES,
    "You put x back by subtracting what you had added. Adding and subtracting rounds, so x is not "
    "quite what it was. Keep the old value and write it back, or work on a copy.",
)
def x_put_back_by_subtracting(f, x, dy, dx):
    if dx.shape != x.shape:
        return False
    numeric = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        x[index] += 1e-5
        above = np.sum(dy * f(x))
        x[index] -= 2e-5
        numeric[index] = (above - np.sum(dy * f(x))) / 2e-5
        x[index] += 1e-5
    return agree(numeric, dx)
