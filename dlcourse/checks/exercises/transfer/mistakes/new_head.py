"""Mistakes in ``new_head(w, b, sources, fresh)``, the more specific ones first."""

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


def right(w, b, sources, fresh):
    """Make the head that a mistake then spoils."""
    known = sources >= 0
    return np.where(known, w[:, sources], fresh), np.where(known, b[sources], b.dtype.type(0))


@known_mistake(
    MISTAKES,
    "You index with -1, which in Python is the last one: a class without a source gets the weights "
    "of the last old class. It gets its fresh column.",
)
def minus_one_taken_for_the_last(w, b, sources, fresh):
    return w[:, sources], b[sources]


@known_mistake(
    MISTAKES,
    "Your weights are right. The bias of a class without a source is that of the last old class, "
    "b[-1]; it is 0.",
)
def bias_of_the_last_class(w, b, sources, fresh):
    return right(w, b, sources, fresh)[0], b[sources]


@known_mistake(
    MISTAKES,
    "You begin everything afresh. Classes that the old head knew keep their weights: that is what "
    "is transferred.",
)
def everything_fresh(w, b, sources, fresh):
    return fresh.copy(), np.zeros(len(sources), dtype=b.dtype)


@known_mistake(
    MISTAKES,
    "Your weights are right, but all biases are 0. Old classes keep their bias.",
)
def all_biases_zero(w, b, sources, fresh):
    return right(w, b, sources, fresh)[0], np.zeros(len(sources), dtype=b.dtype)


@known_mistake(
    MISTAKES,
    "You have it the wrong way round: old classes get fresh weights, and classes without a source "
    "old ones.",
)
def old_and_fresh_exchanged(w, b, sources, fresh):
    known = sources >= 0
    return np.where(known, fresh, w[:, sources]), np.where(known, b.dtype.type(0), b[sources])


@known_mistake(
    MISTAKES,
    "You keep the old columns where they were. sources[j] says which old class the new class j is: "
    "its column is w[:, sources[j]].",
)
def columns_left_where_they_were(w, b, sources, fresh):
    known, places = sources >= 0, np.arange(len(sources)) % w.shape[1]
    return np.where(known, w[:, places], fresh), np.where(known, b[places], b.dtype.type(0))


@known_mistake(
    MISTAKES,
    "You give classes without a source the weights 0. If there are several they stay alike for a "
    "while, and nothing comes back through them: use their fresh columns.",
)
def zeros_for_new_classes(w, b, sources, fresh):
    return np.where(sources >= 0, w[:, sources], w.dtype.type(0)), right(w, b, sources, fresh)[1]


@known_mistake(
    MISTAKES,
    "You give classes without a source the mean of the old weights. They get their fresh columns.",
)
def means_for_new_classes(w, b, sources, fresh):
    known = sources >= 0
    weights = np.where(known, w[:, sources], w.mean(axis=1, keepdims=True))
    return weights, right(w, b, sources, fresh)[1]


@known_mistake(
    MISTAKES,
    "You give classes without a source the mean of the old biases. Their bias is 0.",
)
def mean_bias_for_new_classes(w, b, sources, fresh):
    return right(w, b, sources, fresh)[0], np.where(sources >= 0, b[sources], b.mean())


@known_mistake(
    MISTAKES,
    "You take fresh columns one after the other. Class j gets fresh[:, j]; the columns of old "
    "classes are left unused.",
)
def fresh_columns_in_turn(w, b, sources, fresh):
    weights, biases = right(w, b, sources, fresh)
    unknown = sources < 0
    weights[:, unknown] = fresh[:, : int(unknown.sum())]
    return weights, biases


@known_mistake(
    MISTAKES,
    "You put all old classes first and the others behind them. Class j stays at place j.",
)
def old_ones_first(w, b, sources, fresh):
    weights, biases = right(w, b, sources, fresh)
    order = np.argsort(sources < 0, kind="stable")
    return weights[:, order], biases[order]


@known_mistake(
    MISTAKES,
    "You sort the old classes. They come as sources says, in its order.",
)
def sources_sorted(w, b, sources, fresh):
    again = sources.copy()
    again[sources >= 0] = np.sort(sources[sources >= 0])
    return right(w, b, again, fresh)


@known_mistake(
    MISTAKES,
    "You take class 0 for a class without a source: sources > 0 in place of >= 0.",
)
def class_zero_taken_for_none(w, b, sources, fresh):
    known = sources > 0
    return np.where(known, w[:, sources], fresh), np.where(known, b[sources], b.dtype.type(0))


@known_mistake(
    MISTAKES,
    "You keep all old columns and append fresh ones. The new head has a column for each new class, "
    "{new} here, and none for the others.",
)
def old_head_with_columns_appended(w, b, sources, fresh):
    unknown = sources < 0
    zeros = np.zeros(int(unknown.sum()), dtype=b.dtype)
    return np.hstack([w, fresh[:, unknown]]), np.append(b, zeros)


@known_mistake(
    MISTAKES,
    "Your weights are the transpose of the right ones: one row for each input, one column for each "
    "class.",
)
def weights_transposed(w, b, sources, fresh):
    weights, biases = right(w, b, sources, fresh)
    return weights.T, biases


@known_mistake(
    MISTAKES,
    "Your new head is float64 although float32 came in: np.zeros(…) makes float64. Use "
    "np.zeros_like, or give dtype=w.dtype.",
)
def made_in_float64(w, b, sources, fresh):
    return tuple(array.astype(np.float64) for array in right(w, b, sources, fresh))


@known_mistake(
    MISTAKES,
    "You write the old columns into the caller's fresh weights. Copy them first: fresh.copy().",
)
def written_into_fresh(w, b, sources, fresh):
    weights, biases = right(w, b, sources, fresh)
    fresh[...] = weights
    return fresh, biases
