"""Mistakes in ``clip_gradients(dw_x, dw_h, db, limit)``, the more specific ones first."""

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


def norm_of(*arrays):
    """Give one norm over all, safe from overflow."""
    largest = max(float(np.abs(array).max()) for array in arrays) or 1.0
    total = sum(float(np.sum((array.astype(np.float64) / largest) ** 2)) for array in arrays)
    return largest * total**0.5


def scaled(arrays, factor, norm):
    """Multiply with one factor; a factor of 1 changes nothing."""
    return *((array * factor).astype(array.dtype) for array in arrays), norm


def factor_for(norm, limit):
    """Give the right factor."""
    return limit / norm if norm > limit else 1.0


@known_mistake(
    MISTAKES,
    "This looks like the answer of the worked example typed in. The function has to compute the "
    "gradients from whatever it is given.",
)
def answer_of_the_example_typed_in(dw_x, dw_h, db, limit):
    return np.array([[1.0]]), np.array([[2.0]]), np.array([2.0]), 6.0


@known_mistake(
    MISTAKES,
    "You clip each array by a norm of its own. Take one norm over all of them: otherwise the "
    "direction of the step changes.",
)
def each_by_its_own_norm(dw_x, dw_h, db, limit):
    arrays = dw_x, dw_h, db
    one = tuple((a * factor_for(norm_of(a), limit)).astype(a.dtype) for a in arrays)
    return *one, norm_of(*arrays)


@known_mistake(
    MISTAKES,
    "You hold every entry within ±limit by itself. That changes the direction; clipping by the "
    "norm multiplies all entries with one factor.",
)
def entry_by_entry(dw_x, dw_h, db, limit):
    arrays = dw_x, dw_h, db
    return *(np.clip(array, -limit, limit) for array in arrays), norm_of(*arrays)


@known_mistake(
    MISTAKES,
    "You scale to the limit also where the norm is below it: small gradients become larger. Leave "
    "them as they are: min(1, limit / norm).",
)
def small_gradients_enlarged(dw_x, dw_h, db, limit):
    norm = norm_of(dw_x, dw_h, db)
    return scaled((dw_x, dw_h, db), limit / norm if norm else 1.0, norm)


@known_mistake(
    MISTAKES,
    "You scale where the norm is below the limit, and leave it where it is above: the comparison "
    "is the wrong way round.",
)
def comparison_turned_round(dw_x, dw_h, db, limit):
    norm = norm_of(dw_x, dw_h, db)
    return scaled((dw_x, dw_h, db), limit / norm if 0 < norm < limit else 1.0, norm)


@known_mistake(
    MISTAKES,
    "You never clip: the gradients come back as they were.",
)
def never_clipped(dw_x, dw_h, db, limit):
    return scaled((dw_x, dw_h, db), 1.0, norm_of(dw_x, dw_h, db))


@known_mistake(
    MISTAKES,
    "Your factor is upside down: multiply with limit / norm.",
)
def factor_upside_down(dw_x, dw_h, db, limit):
    norm = norm_of(dw_x, dw_h, db)
    with np.errstate(over="ignore"):
        return scaled((dw_x, dw_h, db), 1 / factor_for(norm, limit), norm)


@known_mistake(
    MISTAKES,
    "You forget to multiply with the limit: 1 / norm makes every norm 1, not {limit}.",
)
def scaled_to_one(dw_x, dw_h, db, limit):
    norm = norm_of(dw_x, dw_h, db)
    return scaled((dw_x, dw_h, db), 1 / norm if norm > limit else 1.0, norm)


@known_mistake(
    MISTAKES,
    "Your norm lacks its root: it is the sum of the squares.",
)
def root_left_out(dw_x, dw_h, db, limit):
    with np.errstate(over="ignore"):
        norm = np.square(np.float64(norm_of(dw_x, dw_h, db)))
    return scaled((dw_x, dw_h, db), factor_for(norm, limit), norm)


@known_mistake(
    MISTAKES,
    "You add up the norms of the arrays. The norm over all is the root of the sum of their "
    "squares.",
)
def norms_added(dw_x, dw_h, db, limit):
    norm = norm_of(dw_x) + norm_of(dw_h) + norm_of(db)
    return scaled((dw_x, dw_h, db), factor_for(norm, limit), norm)


@known_mistake(
    MISTAKES,
    "You take the largest of the arrays' norms. The norm over all is the root of the sum of their "
    "squares.",
)
def largest_of_the_norms(dw_x, dw_h, db, limit):
    norm = max(norm_of(dw_x), norm_of(dw_h), norm_of(db))
    return scaled((dw_x, dw_h, db), factor_for(norm, limit), norm)


@known_mistake(
    MISTAKES,
    "Your norm is the largest entry. Asked is the Euclidean norm: the root of the sum of all "
    "squares.",
)
def largest_entry(dw_x, dw_h, db, limit):
    norm = max(float(np.abs(array).max()) for array in (dw_x, dw_h, db))
    return scaled((dw_x, dw_h, db), factor_for(norm, limit), norm)


@known_mistake(
    MISTAKES,
    "Your norm is the sum of the entries' sizes. Asked is the Euclidean norm: the root of the sum "
    "of all squares.",
)
def sizes_added(dw_x, dw_h, db, limit):
    norm = sum(float(np.abs(array).astype(np.float64).sum()) for array in (dw_x, dw_h, db))
    return scaled((dw_x, dw_h, db), factor_for(norm, limit), norm)


@known_mistake(
    MISTAKES,
    "You take the root of the mean of the squares. A norm is the root of their sum, however many "
    "there are.",
)
def root_of_the_mean(dw_x, dw_h, db, limit):
    count = dw_x.size + dw_h.size + db.size
    norm = norm_of(dw_x, dw_h, db) / count**0.5
    return scaled((dw_x, dw_h, db), factor_for(norm, limit), norm)


@known_mistake(
    MISTAKES,
    "The biases have no part in your norm. db is a gradient as well: one norm over all three.",
)
def biases_left_out_of_the_norm(dw_x, dw_h, db, limit):
    norm = norm_of(dw_x, dw_h)
    return scaled((dw_x, dw_h, db), factor_for(norm, limit), norm)


@known_mistake(
    MISTAKES,
    "You leave db as it was. All three arrays are multiplied with the factor.",
)
def biases_not_clipped(dw_x, dw_h, db, limit):
    norm = norm_of(dw_x, dw_h, db)
    one, two, _, _ = scaled((dw_x, dw_h, db), factor_for(norm, limit), norm)
    return one, two, db, norm


@known_mistake(
    MISTAKES,
    "You return the norm after clipping. Asked is the norm before: it tells whether the gradients "
    "explode.",
)
def norm_after_clipping(dw_x, dw_h, db, limit):
    norm = norm_of(dw_x, dw_h, db)
    return scaled((dw_x, dw_h, db), factor_for(norm, limit), min(norm, limit))


@known_mistake(
    MISTAKES,
    "Where gradients have exploded their squares overflow: the norm becomes infinite, the factor "
    "0, and the step is lost. Divide by the largest entry before you square, and multiply the root "
    "with it again.",
)
def squares_overflow(dw_x, dw_h, db, limit):
    with np.errstate(over="ignore"):
        squares = [np.sum(np.square(array)) for array in (dw_x, dw_h, db)]
        norm = np.sqrt(sum(squares))
    return scaled((dw_x, dw_h, db), factor_for(norm, limit), norm)


@known_mistake(
    MISTAKES,
    "You divide by the largest entry before you square, to be safe from overflow. Where all "
    "gradients are 0 that is 0 / 0: return them as they are.",
)
def zero_divided_by_zero(dw_x, dw_h, db, limit):
    arrays = dw_x, dw_h, db
    with np.errstate(invalid="ignore"):
        largest = np.float64(max(np.abs(array).max() for array in arrays))
        norm = largest * np.sqrt(sum(np.sum((a.astype(np.float64) / largest) ** 2) for a in arrays))
    return scaled(arrays, 1.0 if norm <= limit else limit / norm, norm)


@known_mistake(
    MISTAKES,
    "You return the three gradients without the norm. The function returns four values.",
)
def norm_not_returned(dw_x, dw_h, db, limit):
    norm = norm_of(dw_x, dw_h, db)
    return scaled((dw_x, dw_h, db), factor_for(norm, limit), norm)[:3]


@known_mistake(
    MISTAKES,
    "You scale the caller's arrays, as dw_x *= … does. Multiply into new ones.",
)
def clipped_in_place(dw_x, dw_h, db, limit):
    norm = norm_of(dw_x, dw_h, db)
    for array in (dw_x, dw_h, db):
        array[...] = array * factor_for(norm, limit)
    return dw_x, dw_h, db, norm


@known_mistake(
    MISTAKES,
    "Your gradients are float64 although float32 came in: a factor that is an array or a scalar of "
    "NumPy in float64 does that. Make it a Python number, float(limit / norm).",
)
def made_in_float64(dw_x, dw_h, db, limit):
    norm = norm_of(dw_x, dw_h, db)
    factor = np.float64(factor_for(norm, limit))
    return *(array * factor for array in (dw_x, dw_h, db)), norm
