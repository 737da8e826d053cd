"""
Right solutions of the losses lab in other styles, each of which has to get every point.

They live beside the tests and not in the package: what learners install holds no solutions.
"""

import math
from collections import Counter

import numpy as np

from tests.labs.alternatives import entering

ALTERNATIVES = {}
alternative = entering(ALTERNATIVES)


# mean_squared_error


@alternative("mean_squared_error")
def difference_and_mean(y, target):
    error = y - target
    return np.mean(error**2), 2 * error / error.size


@alternative("mean_squared_error")
def loops_over_the_elements(y, target):
    n, o = y.shape
    loss = 0.0
    dy = np.zeros_like(y)
    for row in range(n):
        for column in range(o):
            error = y[row, column] - target[row, column]
            loss += error**2 / (n * o)
            dy[row, column] = 2 * error / (n * o)
    return loss, dy


@alternative("mean_squared_error")
def one_product_of_the_flat_errors(y, target):
    error = np.subtract(y, target)
    flat = error.ravel()
    return [float(flat @ flat) / flat.size, error * y.dtype.type(2 / flat.size)]


@alternative("mean_squared_error")
def wide_inside(y, target):
    error = y.astype(np.float64) - target.astype(np.float64)
    return (error * error).mean(), (error * (2.0 / error.size)).astype(y.dtype)


@alternative("mean_squared_error")
def mean_of_the_means(y, target):
    error = y - target
    return np.square(error).mean(axis=1).mean(), error / (0.5 * y.shape[0] * y.shape[1])


@alternative("mean_squared_error")
def in_place_on_a_copy(y, target):
    dy = y.copy()
    dy -= target
    loss = np.einsum("no,no->", dy, dy) / dy.size
    dy *= 2
    dy /= dy.size
    return loss, dy


# softmax_cross_entropy


@alternative("softmax_cross_entropy")
def shifted_log_softmax(logits, labels):
    shifted = logits - logits.max(axis=1, keepdims=True)
    logarithms = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return -logarithms[np.arange(len(labels)), labels].mean()


@alternative("softmax_cross_entropy")
def log_of_the_sum(logits, labels):
    top = logits.max(axis=1)
    log_sum = top + np.log(np.exp(logits - top[:, None]).sum(axis=1))
    return np.mean(log_sum - logits[np.arange(len(logits)), labels])


@alternative("softmax_cross_entropy")
def logaddexp_reduced(logits, labels):
    chosen = np.take_along_axis(logits, labels[:, None], axis=1)[:, 0]
    return (np.logaddexp.reduce(logits, axis=1) - chosen).mean()


@alternative("softmax_cross_entropy")
def example_by_example(logits, labels):
    total = 0.0
    for row, label in zip(logits, labels, strict=True):
        row = row - row.max()
        total += np.log(np.sum(np.exp(row))) - row[label]
    return total / len(labels)


@alternative("softmax_cross_entropy")
def with_a_one_hot_mask(logits, labels):
    one_hot = np.arange(logits.shape[1]) == labels[:, np.newaxis]
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.sum(np.exp(shifted), axis=1, keepdims=True))
    return -np.sum(np.where(one_hot, log_p, 0)) / len(logits)


@alternative("softmax_cross_entropy")
def plain_python(logits, labels):
    losses = []
    for row, label in zip(logits.tolist(), labels.tolist(), strict=True):
        top = max(row)
        losses.append(math.log(math.fsum(math.exp(z - top) for z in row)) + top - row[label])
    return math.fsum(losses) / len(losses)


@alternative("softmax_cross_entropy")
def differences_from_the_label(logits, labels):
    chosen = logits[np.arange(len(labels)), labels]
    differences = logits.astype(np.float64) - chosen[:, None]
    return np.logaddexp.reduce(differences, axis=1).sum() / len(labels)


# binary_cross_entropy


@alternative("binary_cross_entropy")
def exponential_of_minus_the_size(logits, target):
    return np.mean(np.maximum(logits, 0) - logits * target + np.log1p(np.exp(-np.abs(logits))))


@alternative("binary_cross_entropy")
def softplus_by_logaddexp(logits, target):
    return (np.logaddexp(0, logits) - target * logits).mean()


@alternative("binary_cross_entropy")
def two_softplus(logits, target):
    yes, no = np.logaddexp(0, -logits), np.logaddexp(0, logits)
    return np.average(target * yes + (1 - target) * no)


@alternative("binary_cross_entropy")
def by_cases(logits, target):
    total = 0.0
    for z, t in zip(logits.flat, target.flat, strict=True):
        if z >= 0:
            total += (1 - t) * z + np.log(1 + np.exp(-z))
        else:
            total += -t * z + np.log(1 + np.exp(z))
    return total / logits.size


@alternative("binary_cross_entropy")
def where_on_both_sides(logits, target):
    small = np.log1p(np.exp(np.where(logits > 0, -logits, logits)))
    return (np.where(logits > 0, (1 - target) * logits, -target * logits) + small).sum() / (
        target.size
    )


@alternative("binary_cross_entropy")
def wide_and_flat(logits, target):
    z, t = logits.astype(np.float64).ravel(), target.astype(np.float64).ravel()
    log_p, log_q = -np.logaddexp(0, -z), -np.logaddexp(0, z)
    return -(t @ log_p + (1 - t) @ log_q) / len(z)


# hinge


@alternative("hinge")
def maximum_and_mask(y, target):
    slack = 1 - target * y
    return np.maximum(0, slack).mean(), -target * (slack > 0) / y.size


@alternative("hinge")
def where_it_is_positive(y, target):
    slack = 1 - target * y
    return np.where(slack > 0, slack, 0).mean(), np.where(slack > 0, -target, 0) / y.size


@alternative("hinge")
def loop_over_the_elements(y, target):
    loss, dy = 0.0, np.zeros_like(y)
    for index in np.ndindex(y.shape):
        slack = 1 - target[index] * y[index]
        if slack > 0:
            loss += slack
            dy[index] = -target[index] / y.size
    return loss / y.size, dy


@alternative("hinge")
def masked_sums(y, target):
    margin = np.multiply(target, y)
    missing = margin < 1
    dy = np.zeros(y.shape, dtype=y.dtype)
    dy[missing] = -target[missing] / y.size
    return (np.count_nonzero(missing) - margin[missing].sum()) / y.size, dy


@alternative("hinge")
def clipped(y, target):
    slack = np.clip(1 - y * target, 0, None)
    return [float(np.mean(slack)), -np.sign(slack) * target * y.dtype.type(1 / y.size)]


@alternative("hinge")
def wide_inside_and_back(y, target):
    slack = 1 - y.astype(np.float64) * target
    dy = np.where(slack > 0, -target.astype(np.float64), 0.0) / y.size
    return ((slack + np.abs(slack)) / 2).mean(), dy.astype(y.dtype)


# confusion_matrix


@alternative("confusion_matrix")
def counted_one_by_one(target, predicted, classes):
    counts = np.zeros((classes, classes), dtype=int)
    for true, guessed in zip(target, predicted, strict=True):
        counts[true, guessed] += 1
    return counts


@alternative("confusion_matrix")
def added_at(target, predicted, classes):
    counts = np.zeros((classes, classes), dtype=np.int64)
    np.add.at(counts, (target, predicted), 1)
    return counts


@alternative("confusion_matrix")
def bincount_of_pairs(target, predicted, classes):
    pairs = target.astype(np.int64) * classes + predicted
    return np.bincount(pairs, minlength=classes**2).reshape(classes, classes)


@alternative("confusion_matrix")
def product_of_one_hots(target, predicted, classes):
    return np.eye(classes)[target].T @ np.eye(classes)[predicted]


@alternative("confusion_matrix")
def comparisons(target, predicted, classes):
    return np.array(
        [
            [np.sum((target == true) & (predicted == guess)) for guess in range(classes)]
            for true in range(classes)
        ]
    )


@alternative("confusion_matrix")
def counter_of_pairs(target, predicted, classes):
    seen = Counter(zip(target.tolist(), predicted.tolist(), strict=True))
    counts = np.zeros((classes, classes))
    for pair, count in seen.items():
        counts[pair] = count
    return counts


@alternative("confusion_matrix")
def histogram_with_edges(target, predicted, classes):
    return np.histogram2d(target, predicted, bins=[np.arange(classes + 1)] * 2)[0].astype(int)


# precision_recall_f1


def _ratio(above, below):
    return np.divide(above, below, out=np.zeros(np.shape(above)), where=below != 0)


@alternative("precision_recall_f1")
def divide_where(counts, average):
    hits, guessed, true = np.diag(counts), counts.sum(axis=0), counts.sum(axis=1)
    if average == "micro":
        hits, guessed, true = (np.array([a.sum()]) for a in (hits, guessed, true))
    present = guessed + true > 0
    return (
        _ratio(hits, guessed)[present].mean(),
        _ratio(hits, true)[present].mean(),
        _ratio(2 * hits, guessed + true)[present].mean(),
    )


@alternative("precision_recall_f1")
def class_by_class(counts, average):
    if average == "micro":
        accuracy = np.trace(counts) / counts.sum()
        return accuracy, accuracy, accuracy
    precisions, recalls, f1s = [], [], []
    for c in range(len(counts)):
        tp = counts[c, c]
        fp = counts[:, c].sum() - tp
        fn = counts[c, :].sum() - tp
        if tp + fp + fn == 0:
            continue
        precisions.append(tp / (tp + fp) if tp + fp > 0 else 0)
        recalls.append(tp / (tp + fn) if tp + fn > 0 else 0)
        f1s.append(2 * tp / (2 * tp + fp + fn))
    return np.mean(precisions), np.mean(recalls), np.mean(f1s)


@alternative("precision_recall_f1")
def harmonic_mean_of_each_class(counts, average):
    def scores(tp, fp, fn):
        p = tp / (tp + fp) if tp else 0.0
        r = tp / (tp + fn) if tp else 0.0
        return p, r, 2 * p * r / (p + r) if p + r else 0.0

    tp = np.diag(counts).tolist()
    fp = (counts.sum(axis=0) - tp).tolist()
    fn = (counts.sum(axis=1) - tp).tolist()
    if average == "micro":
        return scores(sum(tp), sum(fp), sum(fn))
    rows = [scores(*one) for one in zip(tp, fp, fn, strict=True) if any(one)]
    return tuple(sum(column) / len(rows) for column in zip(*rows, strict=True))


@alternative("precision_recall_f1")
def nan_to_num(counts, average):
    with np.errstate(divide="ignore", invalid="ignore"):
        hits = np.diag(counts).astype(float)
        columns, rows = counts.sum(0), counts.sum(1)
        if average == "micro":
            share = hits.sum() / counts.sum()
            return [share] * 3
        keep = (columns > 0) | (rows > 0)
        return [
            np.nan_to_num(score[keep]).mean()
            for score in (hits / columns, hits / rows, 2 * hits / (columns + rows))
        ]


@alternative("precision_recall_f1")
def never_below_one(counts, average):
    # Counts are whole numbers: where a sum is 0 the hits are 0 too, and 0/1 is 0.
    present = np.flatnonzero(counts.sum(axis=0) + counts.sum(axis=1))
    small = counts[np.ix_(present, present)].astype(np.float64)
    tp, columns, rows = small.diagonal(), np.einsum("tp->p", small), np.einsum("tp->t", small)
    if average == "micro":
        tp, columns, rows = tp.sum(), columns.sum(), rows.sum()
    return tuple(
        float(np.mean(a / np.maximum(b, 1)))
        for a, b in ((tp, columns), (tp, rows), (2 * tp, columns + rows))
    )
