"""
Right solutions of the tuning lab in other styles, each of which has to get every point.

They live beside the tests and not in the package: what learners install holds no solutions.
"""

import itertools
import math
from collections import Counter

import numpy as np

from tests.labs.alternatives import entering

ALTERNATIVES = {}
alternative = entering(ALTERNATIVES)


# grid_search


@alternative("grid_search")
def product_and_argmin(objective, axes):
    points = np.array(list(itertools.product(*axes)))
    values = np.array([objective(point) for point in points], dtype=float)
    values[np.isnan(values)] = np.inf
    return points, values, points[values.argmin()]


@alternative("grid_search")
def mesh_of_coordinates(objective, axes):
    mesh = np.meshgrid(*axes, indexing="ij")
    points = np.stack([one.ravel() for one in mesh], axis=1)
    values = np.apply_along_axis(objective, 1, points)
    values = np.where(values == values, values, np.inf)
    return points, values, points[values.argmin()]


@alternative("grid_search")
def counted_like_an_odometer(objective, axes):
    lengths = [len(axis) for axis in axes]
    points, values = [], []
    best, least = None, math.inf
    for number in range(math.prod(lengths)):
        places = np.unravel_index(number, lengths)
        point = np.array([axis[place] for axis, place in zip(axes, places, strict=True)])
        value = float(objective(point))
        value = math.inf if math.isnan(value) else value
        if best is None or value < least:
            best, least = point, value
        points.append(point)
        values.append(value)
    return np.array(points), np.array(values), best


@alternative("grid_search")
def built_up_setting_by_setting(objective, axes):
    points = [[]]
    for axis in axes:
        points = [[*point, float(value)] for point in points for value in axis]
    values = [float(objective(np.array(point))) for point in points]
    values = [np.inf if np.isnan(value) else value for value in values]
    return np.array(points), np.array(values), np.array(points[values.index(min(values))])


@alternative("grid_search")
def repeated_and_tiled(objective, axes):
    n = math.prod(map(len, axes))
    points, run = np.empty((n, len(axes))), n
    for k, axis in enumerate(axes):
        run //= len(axis)
        points[:, k] = np.tile(np.repeat(axis, run), n // (run * len(axis)))
    values = np.nan_to_num([objective(p) for p in points], nan=np.inf, posinf=np.inf)
    return points, values, points[int(np.argmin(values))]


# random_points


@alternative("random_points")
def powers_where_asked(u, low, high, log):
    points = low + (high - low) * u
    points[:, log] = low[log] * (high[log] / low[log]) ** u[:, log]
    return points


@alternative("random_points")
def setting_by_setting(u, low, high, log):
    points = np.empty_like(u)
    for k in range(u.shape[1]):
        a, b = low[k], high[k]
        if log[k]:
            a, b = np.log10(a), np.log10(b)
        points[:, k] = a + (b - a) * u[:, k]
        if log[k]:
            points[:, k] = 10 ** points[:, k]
    return points


@alternative("random_points")
def entry_by_entry_in_python(u, low, high, log):
    points = []
    for row in u:
        point = []
        for number, a, b, logarithmic in zip(row, low, high, log, strict=True):
            number, a, b = float(number), float(a), float(b)
            if logarithmic:
                point.append(math.exp(math.log(a) + number * (math.log(b) - math.log(a))))
            else:
                point.append((1 - number) * a + number * b)
        points.append(point)
    return np.array(points, dtype=u.dtype)


@alternative("random_points")
def both_scales_and_a_choice(u, low, high, log):
    with np.errstate(all="ignore"):
        raised = low ** (1 - u) * high**u
    return np.where(log, raised, low * (1 - u) + high * u)


@alternative("random_points")
def logarithms_only_of_what_is_positive(u, low, high, log):
    first = np.where(log, np.log(np.where(log, low, 1)), low)
    last = np.where(log, np.log(np.where(log, high, 1)), high)
    points = first + u * (last - first)
    return np.where(log, np.exp(np.where(log, points, 0)), points)


# expected_improvement


@alternative("expected_improvement")
def point_by_point(mean, deviation, best):
    found = []
    for m, s in zip(mean, deviation, strict=True):
        gain = best - float(m)
        if s == 0:
            found.append(max(gain, 0.0))
            continue
        z = gain / float(s)
        below = (1 + math.erf(z / math.sqrt(2))) / 2
        found.append(gain * below + float(s) * math.exp(-z * z / 2) / math.sqrt(2 * math.pi))
    return np.array(found)


@alternative("expected_improvement")
def whole_arrays(mean, deviation, best):
    certain = deviation == 0
    s = np.where(certain, 1, deviation)
    z = (best - mean) / s
    below = 0.5 * (1 + np.vectorize(math.erf, otypes=[float])(z / np.sqrt(2)))
    height = np.exp(-0.5 * z**2) / np.sqrt(2 * np.pi)
    return np.where(certain, np.maximum(best - mean, 0), s * (z * below + height))


@alternative("expected_improvement")
def by_the_complement(mean, deviation, best):
    improvement = np.maximum(best - mean, 0).astype(float)
    for i in np.flatnonzero(deviation):
        z = (best - mean[i]) / deviation[i]
        improvement[i] = deviation[i] * (
            math.exp(-(z**2) / 2) / math.sqrt(math.tau) + z * math.erfc(-z / 2**0.5) / 2
        )
    return improvement


@alternative("expected_improvement")
def in_the_standard_library(mean, deviation, best):
    from statistics import NormalDist

    standard = NormalDist()
    result = np.zeros(len(mean))
    for i in range(len(mean)):
        gain, s = best - float(mean[i]), float(deviation[i])
        if s > 0:
            result[i] = gain * standard.cdf(gain / s) + s * standard.pdf(gain / s)
        elif gain > 0:
            result[i] = gain
    return result


@alternative("expected_improvement")
def a_tiny_deviation_in_place_of_none(mean, deviation, best):
    s = np.maximum(deviation.astype(np.float64), 1e-300)
    gain = best - mean.astype(np.float64)
    z = np.clip(gain / s, -40, 40)
    below = np.array([math.erfc(-one / math.sqrt(2)) / 2 for one in z])
    return gain * below + s * np.exp(-z * z / 2) / math.sqrt(2 * math.pi)


# evolve


@alternative("evolve")
def together_and_sorted(objective, parents, losses, chosen, noise, low, high):
    children = np.clip(parents[chosen] + noise, low, high)
    found = np.array([objective(child) for child in children], dtype=float)
    found[np.isnan(found)] = np.inf
    everyone, values = np.vstack([parents, children]), np.append(losses, found)
    keep = np.argsort(values, kind="stable")[: len(parents)]
    return everyone[keep], values[keep]


@alternative("evolve")
def a_list_of_pairs(objective, parents, losses, chosen, noise, low, high):
    living = [(float(loss), parent) for loss, parent in zip(losses, parents, strict=True)]
    for mother, jump in zip(chosen, noise, strict=True):
        child = np.minimum(np.maximum(parents[mother] + jump, low), high)
        loss = float(objective(child))
        if not math.isnan(loss):
            living.append((loss, child))
    living.sort(key=lambda pair: pair[0])
    living = living[: len(parents)]
    return np.array([child for _, child in living]), np.array([loss for loss, _ in living])


@alternative("evolve")
def inserted_one_by_one(objective, parents, losses, chosen, noise, low, high):
    points, values = [p.copy() for p in parents], [float(v) for v in losses]
    for j in range(len(chosen)):
        child = (parents[chosen[j]] + noise[j]).clip(low, high)
        loss = float(objective(child))
        place = 0
        while place < len(values) and values[place] <= loss:
            place += 1
        if loss == loss:
            points.insert(place, child)
            values.insert(place, loss)
    return np.array(points[: len(parents)]), np.array(values[: len(parents)])


@alternative("evolve")
def numbers_as_tie_breakers(objective, parents, losses, chosen, noise, low, high):
    children = np.empty_like(noise)
    for j, mother in enumerate(chosen):
        for i in range(noise.shape[1]):
            children[j, i] = min(max(parents[mother, i] + noise[j, i], low[i]), high[i])
    found = np.nan_to_num([objective(child) for child in children], nan=np.inf)
    everyone, values = np.concatenate([parents, children]), np.concatenate([losses, found])
    order = np.lexsort((np.arange(len(values)), values))[: len(losses)]
    return everyone[order], values[order]


@alternative("evolve")
def the_best_taken_again_and_again(objective, parents, losses, chosen, noise, low, high):
    children = np.clip(noise + parents[chosen], low, high)
    everyone = np.concatenate([parents, children])
    values = np.concatenate([losses, [float(objective(child)) for child in children]])
    left, kept = values.copy(), []
    for _ in parents:
        winner = int(np.nanargmin(left))
        kept.append(winner)
        left[winner] = np.nan
    return everyone[kept], values[kept]


# bag


@alternative("bag")
def counted_with_bincount(fit, x, y, rows, new, classes):
    answers = np.array([fit(x[sample], y[sample], new) for sample in rows])
    votes = np.array([np.bincount(answers[:, j], minlength=classes) for j in range(len(new))])
    return votes.argmax(axis=1), votes


@alternative("bag")
def one_hot_rows_added_up(fit, x, y, rows, new, classes):
    votes = np.zeros((len(new), classes), dtype=int)
    for b in range(len(rows)):
        votes += np.eye(classes, dtype=int)[fit(x[rows[b]], y[rows[b]], new)]
    return np.argmax(votes, axis=1), votes


@alternative("bag")
def counted_in_a_loop(fit, x, y, rows, new, classes):
    votes = np.zeros((len(new), classes))
    for sample in rows:
        for example, label in enumerate(fit(x[sample], y[sample], new)):
            votes[example, int(label)] += 1
    winners = [max(range(classes), key=lambda k: (row[k], -k)) for row in votes]
    return np.array(winners), votes.astype(np.int64)


@alternative("bag")
def added_at_places(fit, x, y, rows, new, classes):
    votes = np.zeros((len(new), classes), dtype=np.int32)
    for xs, ys in zip(x[rows], y[rows], strict=True):
        np.add.at(votes, (np.arange(len(new)), fit(xs, ys, new)), 1)
    return votes.argmax(1), votes


@alternative("bag")
def counters(fit, x, y, rows, new, classes):
    answers = [fit(np.take(x, r, axis=0), np.take(y, r), new) for r in rows]
    counts = [Counter(int(label) for label in column) for column in zip(*answers, strict=True)]
    votes = np.array([[count[k] for k in range(classes)] for count in counts])
    return np.array([int(np.flatnonzero(row == row.max())[0]) for row in votes]), votes


# boost_round


@alternative("boost_round")
def plain(weights, wrong, classes):
    error = max(weights[wrong].sum() / weights.sum(), 1e-6)
    if error >= 1 - 1 / classes:
        return 0.0, weights / weights.sum()
    alpha = math.log((1 - error) / error) + math.log(classes - 1)
    new = weights * np.where(wrong, math.exp(alpha), 1).astype(weights.dtype)
    return alpha, new / new.sum()


@alternative("boost_round")
def one_logarithm_of_the_odds(weights, wrong, classes):
    error = max(float(np.dot(weights, wrong)) / float(np.sum(weights)), 1e-6)
    odds = (classes - 1) * (1 - error) / error
    odds = max(odds, 1.0)
    new = weights.copy()
    new[wrong] *= odds
    new /= new.sum()
    return math.log(odds), new


@alternative("boost_round")
def float64_inside(weights, wrong, classes):
    wide = weights.astype(np.float64) / weights.astype(np.float64).sum()
    error = np.maximum(wide[wrong].sum(), 1e-6)
    alpha = np.log((1 - error) / error) + np.log(classes - 1)
    if error >= 1 - 1 / classes:
        alpha = np.float64(0)
    wide = wide * np.exp(alpha * wrong)
    return alpha, (wide / wide.sum()).astype(weights.dtype)


@alternative("boost_round")
def example_by_example(weights, wrong, classes):
    total = sum(float(weight) for weight in weights)
    missed = sum(float(weight) for weight, miss in zip(weights, wrong, strict=True) if miss)
    error = missed / total
    if error < 1e-6:
        error = 1e-6
    guess = (classes - 1) / classes
    alpha = math.log(1 / error - 1) - math.log(1 / guess - 1) if error < guess else 0.0
    grown = [
        float(weight) * (math.exp(alpha) if miss else 1.0)
        for weight, miss in zip(weights, wrong, strict=True)
    ]
    return alpha, np.array([weight / sum(grown) for weight in grown], dtype=weights.dtype)


@alternative("boost_round")
def right_ones_lowered_instead(weights, wrong, classes):
    error = max(weights[wrong].sum(dtype=float) / weights.sum(dtype=float), 1e-6)
    alpha = 0.0
    if error < 1 - 1 / classes:
        alpha = math.log((1 - error) / error * (classes - 1))
    lowered = np.where(wrong, weights, weights * weights.dtype.type(math.exp(-alpha)))
    return alpha, lowered / lowered.sum()
