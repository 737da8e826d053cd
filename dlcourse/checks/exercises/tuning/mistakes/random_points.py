"""Mistakes in ``random_points(u, low, high, log)``, the more specific ones first."""

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


def even(u, low, high):
    """Spread the numbers evenly between the ends."""
    return low + (high - low) * u


def powers(u, low, high):
    """Spread the numbers evenly between the logarithms of the ends."""
    with np.errstate(all="ignore"):
        return low * (high / low) ** u


def right(u, low, high, log):
    """Give the points that a mistake then spoils."""
    return np.where(log, powers(u, low, high), even(u, low, high))


@known_mistake(
    MISTAKES,
    "You treat every scale as even and ignore log. Between 0.00001 and 1, nine in ten points would "
    "then lie above 0.1: such a setting needs its exponent drawn evenly.",
)
def every_scale_even(u, low, high, log):
    return even(u, low, high)


@known_mistake(
    MISTAKES,
    "You treat every scale as logarithmic. That is wrong where log is False, and impossible where "
    "an end is 0 or negative.",
)
def every_scale_logarithmic(u, low, high, log):
    return powers(u, low, high)


@known_mistake(
    MISTAKES,
    "You have exchanged the two scales: log is True where the exponent is spread evenly.",
)
def scales_exchanged(u, low, high, log):
    return right(u, low, high, ~log)


@known_mistake(
    MISTAKES,
    "You return the logarithm of the setting. Raise it again: 10 to that power if you took log10, "
    "np.exp if you took np.log.",
)
def logarithm_returned(u, low, high, log):
    with np.errstate(all="ignore"):
        return np.where(log, even(u, np.log10(low), np.log10(high)), even(u, low, high))


@known_mistake(
    MISTAKES,
    "You return the natural logarithm of the setting. Raise it again with np.exp.",
)
def natural_logarithm_returned(u, low, high, log):
    with np.errstate(all="ignore"):
        return np.where(log, even(u, np.log(low), np.log(high)), even(u, low, high))


@known_mistake(
    MISTAKES,
    "You mix two logarithms: what was made with np.log10 is undone by 10**…, not by np.exp.",
)
def exp_of_log10(u, low, high, log):
    with np.errstate(all="ignore"):
        return np.where(log, np.exp(even(u, np.log10(low), np.log10(high))), even(u, low, high))


@known_mistake(
    MISTAKES,
    "You mix two logarithms: what was made with np.log is undone by np.exp, not by 10**….",
)
def ten_to_the_natural_logarithm(u, low, high, log):
    with np.errstate(all="ignore"):
        return np.where(log, 10.0 ** even(u, np.log(low), np.log(high)), even(u, low, high)).astype(
            u.dtype
        )


@known_mistake(
    MISTAKES,
    "Your logarithmic scale begins at 1: (high / low)**u is the factor by which the setting lies "
    "above low. Multiply by low.",
)
def low_left_out_of_the_power(u, low, high, log):
    with np.errstate(all="ignore"):
        return np.where(log, (high / low) ** u, even(u, low, high))


@known_mistake(
    MISTAKES,
    "You add low and the factor (high / low)**u. On a logarithmic scale steps are factors: "
    "multiply.",
)
def low_added_to_the_power(u, low, high, log):
    with np.errstate(all="ignore"):
        return np.where(log, low + (high / low) ** u, even(u, low, high))


@known_mistake(
    MISTAKES,
    "Your logarithmic scale bends the other way: you spread an even number over powers of u. The "
    "exponent has to be spread evenly: low * (high / low)**u.",
)
def power_of_the_random_number(u, low, high, log):
    return np.where(log, even(u**10, low, high), even(u, low, high))


@known_mistake(
    MISTAKES,
    "Your even scale ends at low + high: multiply u by high - low.",
)
def low_not_subtracted(u, low, high, log):
    return np.where(log, powers(u, low, high), low + high * u)


@known_mistake(
    MISTAKES,
    "Your even scale begins at 0 and not at low: add low.",
)
def low_not_added(u, low, high, log):
    return np.where(log, powers(u, low, high), (high - low) * u)


@known_mistake(
    MISTAKES,
    "Your scales run from high to low. A u of 0 gives low.",
)
def ends_exchanged(u, low, high, log):
    return right(u, high, low, log)


@known_mistake(
    MISTAKES,
    "You round the settings to whole numbers. The caller does that where a setting is a number of "
    "layers; a rate would become 0.",
)
def rounded(u, low, high, log):
    return np.round(right(u, low, high, log))


@known_mistake(
    MISTAKES,
    "You draw random numbers of your own. The caller has done so: u holds them, so that a search "
    "can be repeated.",
)
def drawn_again(u, low, high, log):
    return right(np.random.default_rng(7).random(u.shape).astype(u.dtype), low, high, log)


@known_mistake(
    MISTAKES,
    "You use the first column of u for every setting, so all your points lie on one line, as poor "
    "as a grid's diagonal. Each setting has its own column.",
)
def one_number_for_all_settings(u, low, high, log):
    return right(np.repeat(u[:, :1], u.shape[1], axis=1), low, high, log)


@known_mistake(
    MISTAKES,
    "Your points are the transpose of the right ones: one row is one point, one column one "
    "setting.",
)
def points_transposed(u, low, high, log):
    return right(u, low, high, log).T


@known_mistake(
    MISTAKES,
    "You write the points into u itself. It belongs to the caller: make a new array.",
)
def written_into_u(u, low, high, log):
    u[...] = right(u, low, high, log)
    return u


@known_mistake(
    MISTAKES,
    "Your points are float64 although float32 came in: np.zeros(…) makes float64. Use "
    "np.empty_like(u), or compute with the arguments themselves.",
)
def made_in_float64(u, low, high, log):
    return right(u, low, high, log).astype(np.float64)
