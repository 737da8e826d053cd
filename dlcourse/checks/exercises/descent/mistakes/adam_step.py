"""Mistakes in ``adam_step(w, dw, m, v, t, rate, beta1, beta2, epsilon)``, specific ones first."""

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake
from dlcourse.checks.exercises.descent.mistakes.any_step import in_any_step

MISTAKES: list[Mistake] = []


def averages(dw, m, v, beta1, beta2):
    """Put the gradient into both averages."""
    return beta1 * m + (1 - beta1) * dw, beta2 * v + (1 - beta2) * dw**2


def right(w, dw, m, v, t, rate, beta1, beta2, epsilon):
    """Make the step that a mistake then spoils."""
    m, v = averages(dw, m, v, beta1, beta2)
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return w - rate * m_hat / (np.sqrt(v_hat) + epsilon), m, v


@known_mistake(
    MISTAKES,
    "This is Adam without bias correction. m and v start at 0 and are too small at first: divide "
    "them by 1 - beta1**t and 1 - beta2**t before you use them.",
)
def no_bias_correction(w, dw, m, v, t, rate, beta1, beta2, epsilon):
    m, v = averages(dw, m, v, beta1, beta2)
    return w - rate * m / (np.sqrt(v) + epsilon), m, v


@known_mistake(
    MISTAKES,
    "You correct m but not v. Both averages start at 0, so both are too small at first: divide v "
    "by 1 - beta2**t, too.",
)
def second_average_not_corrected(w, dw, m, v, t, rate, beta1, beta2, epsilon):
    m, v = averages(dw, m, v, beta1, beta2)
    return w - rate * m / (1 - beta1**t) / (np.sqrt(v) + epsilon), m, v


@known_mistake(
    MISTAKES,
    "You correct v but not m. Both averages start at 0, so both are too small at first: divide m "
    "by 1 - beta1**t, too.",
)
def first_average_not_corrected(w, dw, m, v, t, rate, beta1, beta2, epsilon):
    m, v = averages(dw, m, v, beta1, beta2)
    return w - rate * m / (np.sqrt(v / (1 - beta2**t)) + epsilon), m, v


@known_mistake(
    MISTAKES,
    "You count the steps from 0: your powers are beta**(t - 1). Here t is 1 at the first step; "
    "with 0 the correction would divide by 1 - 1.",
)
def steps_counted_from_zero(w, dw, m, v, t, rate, beta1, beta2, epsilon):
    return right(w, dw, m, v, t - 1, rate, beta1, beta2, epsilon)


@known_mistake(
    MISTAKES,
    "You take the powers one step ahead, beta**(t + 1). t is 1 at the first step already: use it "
    "as it comes.",
)
def steps_counted_one_ahead(w, dw, m, v, t, rate, beta1, beta2, epsilon):
    return right(w, dw, m, v, t + 1, rate, beta1, beta2, epsilon)


@known_mistake(
    MISTAKES,
    "You correct by 1 - beta, without the power of t. That is right at the first step alone; "
    "later the averages need less and less: 1 - beta**t.",
)
def correction_without_the_power(w, dw, m, v, t, rate, beta1, beta2, epsilon):
    m, v = averages(dw, m, v, beta1, beta2)
    m_hat, v_hat = m / (1 - beta1), v / (1 - beta2)
    return w - rate * m_hat / (np.sqrt(v_hat) + epsilon), m, v


@known_mistake(
    MISTAKES,
    "You correct by 1 - beta * t, a product. It is a power: after t steps the zeros at the start "
    "still weigh beta**t.",
)
def correction_by_a_product(w, dw, m, v, t, rate, beta1, beta2, epsilon):
    m, v = averages(dw, m, v, beta1, beta2)
    m_hat, v_hat = m / (1 - beta1 * t), v / (1 - beta2 * t)
    return w - rate * m_hat / (np.sqrt(v_hat) + epsilon), m, v


@known_mistake(
    MISTAKES,
    "You multiply by 1 - beta**t. The averages are too small at first: divide.",
)
def multiplied_by_the_correction(w, dw, m, v, t, rate, beta1, beta2, epsilon):
    m, v = averages(dw, m, v, beta1, beta2)
    m_hat, v_hat = m * (1 - beta1**t), v * (1 - beta2**t)
    return w - rate * m_hat / (np.sqrt(v_hat) + epsilon), m, v


@known_mistake(
    MISTAKES,
    "Your w is right, but you return the corrected averages. The next step would correct them "
    "again: return m and v as they are before the correction.",
)
def corrected_averages_returned(w, dw, m, v, t, rate, beta1, beta2, epsilon):
    w, m, v = right(w, dw, m, v, t, rate, beta1, beta2, epsilon)
    return w, m / (1 - beta1**t), v / (1 - beta2**t)


@known_mistake(
    MISTAKES,
    "You have exchanged beta1 and beta2: beta1 is for the gradients' average m, beta2 for the "
    "squares' average v.",
)
def betas_exchanged(w, dw, m, v, t, rate, beta1, beta2, epsilon):
    return right(w, dw, m, v, t, rate, beta2, beta1, epsilon)


@known_mistake(
    MISTAKES,
    "You have exchanged the weights of old and new in both averages: beta belongs to the old one, "
    "and 1 - beta to the new gradient or square.",
)
def weights_exchanged(w, dw, m, v, t, rate, beta1, beta2, epsilon):
    m, v = averages(dw, m, v, 1 - beta1, 1 - beta2)
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return w - rate * m_hat / (np.sqrt(v_hat) + epsilon), m, v


@known_mistake(
    MISTAKES,
    "Your epsilon stands inside the root. Here, as in the paper and in PyTorch, it is added to the "
    "root of the corrected v.",
)
def epsilon_inside_the_root(w, dw, m, v, t, rate, beta1, beta2, epsilon):
    m, v = averages(dw, m, v, beta1, beta2)
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return w - rate * m_hat / np.sqrt(v_hat + epsilon), m, v


@known_mistake(
    MISTAKES,
    "You add epsilon before v is corrected, as Keras does. Here, as in the paper's algorithm and "
    "in PyTorch, v is corrected first, then comes the root, then epsilon.",
)
def epsilon_before_the_correction(w, dw, m, v, t, rate, beta1, beta2, epsilon):
    m, v = averages(dw, m, v, beta1, beta2)
    corrected = rate * np.sqrt(1 - beta2**t) / (1 - beta1**t)
    return w - corrected * m / (np.sqrt(v) + epsilon), m, v


@known_mistake(
    MISTAKES,
    "You leave epsilon out. A parameter whose gradients have all been 0 then gets 0 / 0, which is "
    "nan, and stays nan for ever.",
)
def epsilon_left_out(w, dw, m, v, t, rate, beta1, beta2, epsilon):
    return right(w, dw, m, v, t, rate, beta1, beta2, 0.0)


@known_mistake(
    MISTAKES,
    "You divide by the corrected v itself. It is a mean of squares: divide by its root.",
)
def root_left_out(w, dw, m, v, t, rate, beta1, beta2, epsilon):
    m, v = averages(dw, m, v, beta1, beta2)
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return w - rate * m_hat / (v_hat + epsilon), m, v


@known_mistake(
    MISTAKES,
    "Your v averages the gradients and not their squares: m does that already. Square dw in v.",
)
def gradients_not_squared(w, dw, m, v, t, rate, beta1, beta2, epsilon):
    m, v = beta1 * m + (1 - beta1) * dw, beta2 * v + (1 - beta2) * dw
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return w - rate * m_hat / (np.sqrt(v_hat) + epsilon), m, v


@known_mistake(
    MISTAKES,
    "Your v averages the squares of m and not those of the gradient. Both averages are made from "
    "dw, side by side.",
)
def squares_of_the_average(w, dw, m, v, t, rate, beta1, beta2, epsilon):
    m = beta1 * m + (1 - beta1) * dw
    v = beta2 * v + (1 - beta2) * m**2
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return w - rate * m_hat / (np.sqrt(v_hat) + epsilon), m, v


@known_mistake(
    MISTAKES,
    "You move w by the gradient over the root of v: that is RMSprop with a correction. Adam moves "
    "w by the corrected average m.",
)
def gradient_in_place_of_its_average(w, dw, m, v, t, rate, beta1, beta2, epsilon):
    m, v = averages(dw, m, v, beta1, beta2)
    return w - rate * dw / (np.sqrt(v / (1 - beta2**t)) + epsilon), m, v


@known_mistake(
    MISTAKES,
    "You move w by the old averages. Put this step's gradient into m and v first.",
)
def moved_by_the_old_averages(w, dw, m, v, t, rate, beta1, beta2, epsilon):
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    w = w - rate * m_hat / (np.sqrt(v_hat) + epsilon)
    return w, *averages(dw, m, v, beta1, beta2)


@known_mistake(
    MISTAKES,
    "Your m adds the gradient in full, as momentum does: beta1 * m + dw. Here m is an average: the "
    "gradient gets 1 - beta1.",
)
def gradient_not_weighted(w, dw, m, v, t, rate, beta1, beta2, epsilon):
    _, v = averages(dw, m, v, beta1, beta2)
    m = beta1 * m + dw
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return w - rate * m_hat / (np.sqrt(v_hat) + epsilon), m, v


@known_mistake(
    MISTAKES,
    "You use 0.9 and 0.999, whatever the caller asks for: use the arguments beta1 and beta2.",
)
def betas_typed_in(w, dw, m, v, t, rate, beta1, beta2, epsilon):
    return right(w, dw, m, v, t, rate, 0.9, 0.999, epsilon)


@known_mistake(
    MISTAKES,
    "Your m and v come in the wrong order. Return w, m, v: the caller unpacks them by position.",
)
def averages_returned_in_another_order(w, dw, m, v, t, rate, beta1, beta2, epsilon):
    w, m, v = right(w, dw, m, v, t, rate, beta1, beta2, epsilon)
    return w, v, m


MISTAKES += in_any_step(right, ["m", "v"], rate_at=5)
