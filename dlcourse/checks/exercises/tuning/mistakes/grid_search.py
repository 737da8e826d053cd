"""Mistakes in ``grid_search(objective, axes)``, the more specific ones first."""

import itertools

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


def combinations(axes):
    """List every combination, the last setting running fastest."""
    return np.array(list(itertools.product(*axes)))


def measured(objective, points):
    """Train at each point; what has diverged is infinitely bad."""
    values = np.array([float(objective(point)) for point in points])
    return np.where(np.isnan(values), np.inf, values)


def judged(objective, points):
    """Give back what a search over these points gives back."""
    values = measured(objective, points)
    return points, values, points[np.argmin(values)]


@known_mistake(
    MISTAKES,
    "Your first setting runs fastest. Let the last one do so, as the innermost of nested loops: "
    "np.meshgrid needs indexing='ij', and itertools.product does it by itself.",
)
def first_setting_runs_fastest(objective, axes):
    return judged(objective, combinations(axes[::-1])[:, ::-1])


@known_mistake(
    MISTAKES,
    "You go through all settings at once, with zip: first values together, second values together. "
    "A grid has every combination, {n} points here.",
)
def settings_zipped(objective, axes):
    longest = max(map(len, axes))
    points = np.array([[axis[min(i, len(axis) - 1)] for axis in axes] for i in range(longest)])
    return judged(objective, points)


@known_mistake(
    MISTAKES,
    "You change one setting at a time and leave the others at their first value. Settings depend "
    "on each other: a grid has every combination, {n} points here.",
)
def one_setting_at_a_time(objective, axes):
    points = []
    for k, axis in enumerate(axes):
        for value in axis:
            point = [other[0] for other in axes]
            point[k] = value
            points.append(point)
    return judged(objective, np.array(points))


@known_mistake(
    MISTAKES,
    "You leave out the last value of each setting: range(len(axis) - 1) stops too early.",
)
def last_values_left_out(objective, axes):
    return judged(objective, combinations([axis[:-1] if len(axis) > 1 else axis for axis in axes]))


@known_mistake(
    MISTAKES,
    "You space the values evenly between the first and the last one. The caller chooses the "
    "values, often not evenly: use those of the axis.",
)
def values_spaced_evenly(objective, axes):
    even = [np.linspace(axis[0], axis[-1], len(axis)) for axis in axes]
    return judged(objective, combinations(even))


@known_mistake(
    MISTAKES,
    "Your points hold the numbers 0, 1, 2, … of the values and not the values: axis[i] in place "
    "of i.",
)
def positions_in_place_of_values(objective, axes):
    return judged(objective, combinations([np.arange(len(axis), dtype=float) for axis in axes]))


@known_mistake(
    MISTAKES,
    "Your points are the transpose of the right ones: one row is one point, one column one "
    "setting.",
)
def points_transposed(objective, axes):
    points, values, best = judged(objective, combinations(axes))
    return points.T, values, best


@known_mistake(
    MISTAKES,
    "You look for the largest loss. The best training is the one with the smallest: argmin.",
)
def largest_loss_taken(objective, axes):
    points, values, _ = judged(objective, combinations(axes))
    return points, values, points[np.argmax(values)]


@known_mistake(
    MISTAKES,
    "A training that has diverged wins: its loss is nan, and np.argmin takes the first nan for the "
    "smallest number. Put down inf in its place.",
)
def nan_wins(objective, axes):
    points = combinations(axes)
    values = np.array([objective(point) for point in points])
    return points, values, points[np.argmin(values)]


@known_mistake(
    MISTAKES,
    "You leave nan in the values, if it does not win any more. Whoever sorts them or takes their "
    "minimum falls into the same trap: put down inf.",
)
def nan_left_in_the_values(objective, axes):
    points = combinations(axes)
    values = np.array([objective(point) for point in points])
    return points, values, points[np.nanargmin(values)]


@known_mistake(
    MISTAKES,
    "You count a training that has diverged as 0, as np.nan_to_num does: the worst becomes the "
    "best. Put down inf.",
)
def diverged_counts_as_zero(objective, axes):
    points = combinations(axes)
    values = np.nan_to_num(np.array([objective(point) for point in points]))
    return points, values, points[np.argmin(values)]


@known_mistake(
    MISTAKES,
    "You leave out the trainings that have diverged. They were tried and belong to the record: "
    "{n} points, with the loss inf where it was nan.",
)
def diverged_left_out(objective, axes):
    points = combinations(axes)
    values = np.array([objective(point) for point in points])
    points, values = points[~np.isnan(values)], values[~np.isnan(values)]
    return points, values, points[np.argmin(values)]


@known_mistake(
    MISTAKES,
    "Of two points that are as good you take the last, as <= does. Keep the first: <.",
)
def last_of_equals_taken(objective, axes):
    points, values, _ = judged(objective, combinations(axes))
    return points, values, points[len(values) - 1 - np.argmin(values[::-1])]


@known_mistake(
    MISTAKES,
    "Your search begins with 0 as the best loss, and no loss is below it, so the first point "
    "stays. Begin with inf.",
)
def best_begins_at_zero(objective, axes):
    points, values, _ = judged(objective, combinations(axes))
    best, least = points[0], 0.0
    for point, value in zip(points, values, strict=True):
        if value < least:
            best, least = point, value
    return points, values, best


@known_mistake(
    MISTAKES,
    "You return the last point that was tried as the best one.",
)
def last_point_returned(objective, axes):
    points, values, _ = judged(objective, combinations(axes))
    return points, values, points[-1]


@known_mistake(
    MISTAKES,
    "You return the number of the best point. The caller wants the settings: points[number].",
)
def number_of_the_best_returned(objective, axes):
    points, values, _ = judged(objective, combinations(axes))
    return points, values, int(np.argmin(values))


@known_mistake(
    MISTAKES,
    "You return the smallest loss as the best. The caller wants the settings that led to it.",
)
def smallest_loss_returned(objective, axes):
    points, values, _ = judged(objective, combinations(axes))
    return points, values, float(values.min())


@known_mistake(
    MISTAKES,
    "Your values hold the best loss so far. Each point gets its own loss.",
)
def best_so_far_as_values(objective, axes):
    points, values, best = judged(objective, combinations(axes))
    return points, np.minimum.accumulate(values), best


@known_mistake(
    MISTAKES,
    "You sort the points by their loss. Leave them in the order of the grid: the caller wants to "
    "draw it.",
)
def sorted_by_loss(objective, axes):
    points, values, best = judged(objective, combinations(axes))
    order = np.argsort(values, kind="stable")
    return points[order], values[order], best


@known_mistake(
    MISTAKES,
    "Your results come in another order. Return points, values, best: the caller unpacks them by "
    "position.",
)
def best_returned_first(objective, axes):
    points, values, best = judged(objective, combinations(axes))
    return best, points, values


@known_mistake(
    MISTAKES,
    "You train again to find the best point. The losses are known: look for the smallest among "
    "them.",
)
def trained_twice(objective, axes):
    points = combinations(axes)
    best = min(points, key=lambda point: np.nan_to_num(objective(point), nan=np.inf))
    return points, measured(objective, points), best
