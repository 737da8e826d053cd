"""
Right solutions of the warm-up lab in other styles, each of which has to get every point.

They live beside the tests and not in the package: what learners install holds no solutions.
"""

import functools

import numpy as np

from tests.labs.alternatives import entering

ALTERNATIVES = {}
alternative = entering(ALTERNATIVES)


# centred


@alternative("centred")
def minus_the_means(x):
    return x - np.mean(x, axis=0)


@alternative("centred")
def column_by_column(x):
    y = np.empty_like(x)
    for column in range(x.shape[1]):
        y[:, column] = x[:, column] - x[:, column].mean()
    return y


@alternative("centred")
def loops_and_a_running_sum(x):
    y = np.zeros(x.shape, dtype=x.dtype)
    rows, columns = x.shape
    for j in range(columns):
        total = 0.0
        for k in range(rows):
            total += float(x[k, j])
        for k in range(rows):
            y[k, j] = float(x[k, j]) - total / rows
    return y


@alternative("centred")
def in_place_on_a_copy(x):
    y = x.copy()
    y -= y.sum(axis=0, keepdims=True) / y.shape[0]
    return y


@alternative("centred")
def transposed_and_back(x):
    columns = x.T
    return (columns - columns.mean(axis=1)[:, np.newaxis]).T


@alternative("centred")
def a_product_with_ones(x):
    means = np.ones(len(x), dtype=x.dtype) @ x / x.dtype.type(len(x))
    return np.subtract(x, means)


# squared_distances


@alternative("squared_distances")
def new_axis_and_sum(x, y):
    return ((x[:, None, :] - y[None, :, :]) ** 2).sum(axis=-1)


@alternative("squared_distances")
def two_loops(x, y):
    d = np.zeros((len(x), len(y)), dtype=x.dtype)
    for n in range(len(x)):
        for m in range(len(y)):
            difference = x[n] - y[m]
            d[n, m] = difference @ difference
    return d


@alternative("squared_distances")
def three_loops(x, y):
    d = np.zeros((x.shape[0], y.shape[0]), x.dtype)
    for n in range(x.shape[0]):
        for m in range(y.shape[0]):
            for i in range(x.shape[1]):
                d[n, m] += (x[n, i] - y[m, i]) ** 2
    return d


@alternative("squared_distances")
def written_out(x, y):
    return (x**2).sum(axis=1, keepdims=True) - 2 * x @ y.T + (y**2).sum(axis=1)


@alternative("squared_distances")
def einsum_over_the_differences(x, y):
    difference = np.subtract(x[:, np.newaxis], y)
    return np.einsum("nmi,nmi->nm", difference, difference)


@alternative("squared_distances")
def a_row_at_a_time(x, y):
    return np.array([np.square(row - y).sum(axis=1) for row in x])


@alternative("squared_distances")
def norms_squared(x, y):
    return np.linalg.norm(x[:, np.newaxis] - y, axis=2) ** 2


# share_right


@alternative("share_right")
def mean_of_the_comparison(scores, labels):
    return np.mean(np.argmax(scores, axis=1) == labels)


@alternative("share_right")
def a_loop_that_counts(scores, labels):
    right = 0
    for row, label in zip(scores, labels, strict=True):
        if row.argmax() == label:
            right += 1
    return right / len(labels)


@alternative("share_right")
def a_loop_that_searches(scores, labels):
    right = 0
    for n in range(scores.shape[0]):
        best = 0
        for c in range(1, scores.shape[1]):
            if scores[n, c] > scores[n, best]:
                best = c
        right += int(best == labels[n])
    return float(right) / scores.shape[0]


@alternative("share_right")
def label_score_against_the_highest(scores, labels):
    own = scores[np.arange(len(scores)), labels]
    return float(np.count_nonzero(own == scores.max(axis=1))) / len(scores)


@alternative("share_right")
def the_last_of_the_sorted(scores, labels):
    return (np.argsort(scores, axis=1)[:, -1] == labels).sum() / labels.size


@alternative("share_right")
def shares_added_up(scores, labels):
    share = 0.0
    for hit in np.equal(scores.argmax(-1), labels):
        share += hit / len(labels)
    return share


# line_loss


@alternative("line_loss")
def errors_first(x, y, w, b):
    error = x @ w + b - y
    return np.mean(error**2), 2 / len(y) * (x.T @ error), 2 * np.mean(error)


@alternative("line_loss")
def example_by_example(x, y, w, b):
    loss, dw, db = 0.0, np.zeros_like(w), 0.0
    for row, target in zip(x, y, strict=True):
        error = row @ w + b - target
        loss += error**2
        dw += 2 * error * row
        db += 2 * error
    return loss / len(y), dw / w.dtype.type(len(y)), db / len(y)


@alternative("line_loss")
def a_mean_over_rows(x, y, w, b):
    error = x.dot(w) + b - y
    return (error @ error) / error.size, (2 * error[:, None] * x).mean(axis=0), 2 * error.mean()


@alternative("line_loss")
def a_column_of_ones(x, y, w, b):
    wide = np.hstack([x, np.ones((len(x), 1), x.dtype)]).astype(np.float64)
    error = wide @ np.append(w.astype(np.float64), b) - y
    slopes = 2 * wide.T @ error / len(y)
    return np.square(error).mean(), slopes[:-1].astype(w.dtype), slopes[-1]


@alternative("line_loss")
def signs_turned_twice(x, y, w, b):
    missing = y - (b + np.einsum("ni,i->n", x, w))
    n = x.shape[0]
    return [float(np.mean(missing * missing)), -(2 / n) * (missing @ x), -2 / n * missing.sum()]


# train_line


@alternative("train_line")
def a_for_loop(slopes, w, b, rate, steps):
    losses = np.zeros(steps)
    for step in range(steps):
        losses[step], dw, db = slopes(w, b)
        w = w - rate * dw
        b = b - rate * db
    return w, b, losses


@alternative("train_line")
def a_list_that_becomes_an_array(slopes, w, b, rate, steps):
    losses = []
    while len(losses) < steps:
        loss, dw, db = slopes(w, b)
        losses.append(loss)
        w, b = w - rate * dw, b - rate * db
    return [w, b, np.array(losses)]


@alternative("train_line")
def in_place_on_copies(slopes, w, b, rate, steps):
    w, losses = w.copy(), np.empty(steps)
    for k in range(steps):
        losses[k], dw, db = slopes(w, b)
        dw *= rate
        w -= dw
        b -= rate * db
    return w, b, losses


@alternative("train_line")
def folded(slopes, w, b, rate, steps):
    def one(place, _):
        w, b, losses = place
        loss, dw, db = slopes(w, b)
        return w - rate * dw, b - rate * db, [*losses, loss]

    w, b, losses = functools.reduce(one, range(steps), (w, b, []))
    return w, b, np.array(losses)


@alternative("train_line")
def calls_itself(slopes, w, b, rate, steps):
    if steps == 0:
        return w, b, np.array([])
    loss, dw, db = slopes(w, b)
    w, b, later = calls_itself(slopes, w - rate * dw, b - rate * db, rate, steps - 1)
    return w, b, np.concatenate([[loss], later])
