"""
Right solutions of the capstone lab in other styles, each of which has to get every point.

They live beside the tests and not in the package: what learners install holds no solutions.
"""

import itertools
import math
from collections import Counter, defaultdict

import numpy as np

from tests.labs.alternatives import data, entering

ALTERNATIVES = {"standardize": data.ALTERNATIVES["standardize"]}
alternative = entering(ALTERNATIVES)


# stratified_split


@alternative("stratified_split")
def ranks_within_each_class(labels, order, holdout):
    rank, counts = np.empty(len(order), dtype=int), np.empty(len(order), dtype=int)
    for label in np.unique(labels):
        places = np.flatnonzero(labels[order] == label)
        rank[places], counts[places] = np.arange(len(places)), len(places)
    share = counts // holdout
    return (
        order[rank >= 2 * share],
        order[(rank >= share) & (rank < 2 * share)],
        order[rank < share],
    )


@alternative("stratified_split")
def one_walk_with_counters(labels, order, holdout):
    share = {label: n // holdout for label, n in Counter(labels.tolist()).items()}
    met = Counter()
    train, validation, test = [], [], []
    for example in order.tolist():
        label = int(labels[example])
        part = (test, validation, train)[min(met[label] // share[label], 2) if share[label] else 2]
        part.append(example)
        met[label] += 1
    return tuple(np.array(part, dtype=int) for part in (train, validation, test))


@alternative("stratified_split")
def sets_of_the_held_out(labels, order, holdout):
    by_class = defaultdict(list)
    for example in order:
        by_class[labels[example]].append(example)
    test, validation = set(), set()
    for members in by_class.values():
        share = len(members) // holdout
        test.update(members[:share])
        validation.update(members[share : 2 * share])
    in_test = np.array([example in test for example in order])
    in_validation = np.array([example in validation for example in order])
    return order[~in_test & ~in_validation], order[in_validation], order[in_test]


@alternative("stratified_split")
def cumulated_membership(labels, order, holdout):
    one_hot = labels[order][:, None] == np.arange(int(labels.max()) + 1)
    share = one_hot.sum(axis=0) // holdout
    nth = np.cumsum(one_hot, axis=0)
    in_test = (one_hot & (nth <= share)).any(axis=1)
    in_either = (one_hot & (nth <= 2 * share)).any(axis=1)
    return np.delete(order, np.flatnonzero(in_either)), order[in_either & ~in_test], order[in_test]


# evaluate


def ends(p, n, z=1.96):
    centre, half = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + (z / (2 * n)) ** 2)
    return (centre - half) / (1 + z * z / n), (centre + half) / (1 + z * z / n)


@alternative("evaluate")
def counted_with_bincount(labels, predictions, classes):
    pairs = labels.astype(np.int64) * classes + predictions
    table = np.bincount(pairs, minlength=classes**2).reshape(classes, classes)
    accuracy = np.trace(table) / table.sum()
    both = table.sum(0) + table.sum(1)
    f1 = np.mean(2 * np.diag(table)[both > 0] / both[both > 0])
    return table, accuracy, f1, *ends(accuracy, len(labels))


@alternative("evaluate")
def by_loops(labels, predictions, classes):
    table = np.zeros((classes, classes))
    for true, guess in zip(labels, predictions, strict=True):
        table[true, guess] += 1
    scores = []
    for k in range(classes):
        hits, misses = table[k, k], table[k].sum() - table[k, k]
        false = table[:, k].sum() - table[k, k]
        if hits + misses + false > 0:
            scores.append(hits / (hits + (misses + false) / 2))
    accuracy = sum(table[k, k] for k in range(classes)) / len(labels)
    return table, accuracy, sum(scores) / len(scores), *ends(accuracy, len(labels))


@alternative("evaluate")
def harmonic_mean_of_precision_and_recall(labels, predictions, classes):
    true = labels[:, None] == np.arange(classes)
    guess = predictions[:, None] == np.arange(classes)
    table = true.T.astype(int) @ guess
    hits = np.diag(table).astype(float)
    precision = hits / np.maximum(guess.sum(0), 1)
    recall = hits / np.maximum(true.sum(0), 1)
    f1 = 2 * precision * recall / np.where(hits > 0, precision + recall, 1)
    seen = true.any(0) | guess.any(0)
    accuracy = float(np.mean(labels == predictions))
    return table, accuracy, f1[seen].mean(), *ends(accuracy, len(labels))


@alternative("evaluate")
def interval_in_counts(labels, predictions, classes):
    table = np.zeros((classes, classes), dtype=np.int32)
    np.add.at(table, (labels, predictions), 1)
    n, hits, z2 = len(labels), int(np.trace(table)), 1.96**2
    middle, spread = hits + z2 / 2, 1.96 * math.sqrt(hits * (n - hits) / n + z2 / 4)
    scores = [
        2 * table[k, k] / (table[k].sum() + table[:, k].sum())
        for k in range(classes)
        if table[k].any() or table[:, k].any()
    ]
    return (
        table,
        hits / n,
        np.mean(scores),
        (middle - spread) / (n + z2),
        (middle + spread) / (n + z2),
    )


# choose_network


@alternative("choose_network")
def sorted_by_width_first(widths, inputs, classes, most_parameters, train, validate, test):
    best, kept, accuracy = None, None, -math.inf
    for width in sorted(widths):
        if inputs * width + width + width * classes + classes > most_parameters:
            break
        parameters = train(width)
        found = validate(parameters)
        if found > accuracy:
            best, kept, accuracy = width, parameters, found
    return best, accuracy, test(kept)


@alternative("choose_network")
def all_rows_then_the_best(widths, inputs, classes, most_parameters, train, validate, test):
    largest = (most_parameters - classes) // (inputs + 1 + classes)
    trained = {width: train(width) for width in widths if width <= largest}
    scores = {width: validate(parameters) for width, parameters in trained.items()}
    ranked = sorted((width for width in scores if scores[width] == scores[width]),
                    key=lambda width: (-scores[width], width))  # fmt: skip
    return ranked[0], scores[ranked[0]], test(trained[ranked[0]])


@alternative("choose_network")
def nan_replaced_before_argmax(widths, inputs, classes, most_parameters, train, validate, test):
    widths = np.sort([w for w in widths if (inputs + 1) * w + (w + 1) * classes <= most_parameters])
    networks = [train(int(width)) for width in widths]
    scores = np.array([validate(network) for network in networks], dtype=float)
    k = int(np.argmax(np.where(np.isnan(scores), -1, scores)))
    return widths[k], scores[k], test(networks[k])


@alternative("choose_network")
def shapes_counted_one_by_one(widths, inputs, classes, most_parameters, train, validate, test):
    best = (-1.0, 0, None)
    for width in widths:
        shapes = (inputs, width), (width,), (width, classes), (classes,)
        if sum(map(math.prod, shapes)) <= most_parameters:
            parameters = train(width)
            accuracy = validate(parameters)
            if not math.isnan(accuracy):
                best = max(best, (accuracy, -width, parameters), key=lambda one: one[:2])
    return -best[1], best[0], test(best[2])


# train_and_predict


def softmax(logits):
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


@alternative("train_and_predict")
def one_hidden_layer_with_adam(x_train, y_train, x_test, classes, most_parameters, seed):
    rng = np.random.default_rng(seed)
    mean, spread = x_train.mean(axis=0), x_train.std(axis=0) + 1e-8
    x, inputs = (x_train - mean) / spread, x_train.shape[1]
    h = (most_parameters - classes) // (inputs + 1 + classes)
    theta = [
        rng.normal(0, np.sqrt(2 / inputs), (inputs, h)),
        np.zeros(h),
        rng.normal(0, np.sqrt(1 / h), (h, classes)),
        np.zeros(classes),
    ]
    m, v = [np.zeros_like(p) for p in theta], [np.zeros_like(p) for p in theta]
    for t in range(1, 351):
        rows = rng.integers(0, len(x), 32)
        sums = x[rows] @ theta[0] + theta[1]
        hidden = np.maximum(sums, 0)
        d = softmax(hidden @ theta[2] + theta[3])
        d[np.arange(32), y_train[rows]] -= 1
        d /= 32
        back = (d @ theta[2].T) * (sums > 0)
        for k, g in enumerate((x[rows].T @ back, back.sum(0), hidden.T @ d, d.sum(0))):
            m[k] += 0.1 * (g - m[k])
            v[k] += 0.01 * (g * g - v[k])
            step = m[k] / (1 - 0.9**t) / (np.sqrt(v[k] / (1 - 0.99**t)) + 1e-8)
            theta[k] -= 0.008 * step
    hidden = np.maximum((x_test - mean) / spread @ theta[0] + theta[1], 0)
    return (hidden @ theta[2] + theta[3]).argmax(axis=1), sum(p.size for p in theta)


@alternative("train_and_predict")
def tanh_on_whole_batches(x_train, y_train, x_test, classes, most_parameters, seed):
    rng = np.random.default_rng(seed)
    spread = x_train.std(axis=0)
    spread[spread == 0] = 1
    prepare = lambda x: np.hstack([(x - x_train.mean(axis=0)) / spread, np.ones((len(x), 1))])  # noqa: E731
    x = prepare(x_train).astype(np.float32)
    width = (most_parameters - classes) // (x.shape[1] + classes)
    w = rng.normal(0, 1 / np.sqrt(x.shape[1]), (x.shape[1], width)).astype(np.float32)
    v = rng.normal(0, 0.1, (width + 1, classes)).astype(np.float32)
    dw, dv, target = np.zeros_like(w), np.zeros_like(v), np.eye(classes, dtype=np.float32)[y_train]
    for _ in range(150):
        hidden = np.hstack([np.tanh(x @ w), x[:, -1:]])
        d = (softmax(hidden @ v) - target) / len(x)
        back = (d @ v[:-1].T) * (1 - hidden[:, :-1] ** 2)
        dw, dv = 0.9 * dw + x.T @ back, 0.9 * dv + hidden.T @ d
        w, v = w - 0.15 * dw, v - 0.15 * dv
    hidden = np.hstack([np.tanh(prepare(x_test) @ w), np.ones((len(x_test), 1))])
    return np.argmax(hidden @ v, axis=1), w.size + v.size


@alternative("train_and_predict")
def float32_with_rmsprop_and_decay(x_train, y_train, x_test, classes, most_parameters, seed):
    rng = np.random.default_rng(seed)
    mean, spread = x_train.mean(axis=0), x_train.std(axis=0)
    spread = np.where(spread > 0, spread, 1)
    x = ((x_train - mean) / spread).astype(np.float32)
    asked = ((x_test - mean) / spread).astype(np.float32)
    inputs = x.shape[1]
    width = (most_parameters - classes) // (inputs + 1 + classes)
    shapes = (inputs, width), (width,), (width, classes), (classes,)
    flat = np.zeros(sum(map(math.prod, shapes)), dtype=np.float32)
    cuts = np.cumsum([0, *map(math.prod, shapes)])
    w, b, v, c = (flat[i:j].reshape(s) for i, j, s in zip(cuts, cuts[1:], shapes, strict=False))
    w[:] = rng.standard_normal(w.shape) / math.sqrt(inputs / 2)
    v[:] = rng.standard_normal(v.shape) / math.sqrt(width)
    squares = np.zeros_like(flat)
    epochs = 10 + 6000 // len(x)
    for epoch in range(epochs):
        rate = 0.01 * (1 - epoch / epochs)
        for rows in np.array_split(rng.permutation(len(x)), len(x) // 25):
            sums = x[rows] @ w + b
            hidden = np.maximum(sums, 0)
            d = (softmax(hidden @ v + c) - np.eye(classes, dtype=np.float32)[y_train[rows]]) / len(
                rows
            )
            back = (d @ v.T) * (sums > 0)
            g = np.concatenate(
                [(x[rows].T @ back).ravel(), back.sum(0), (hidden.T @ d).ravel(), d.sum(0)]
            )
            squares += 0.05 * (g * g - squares)
            flat -= rate * (g / (np.sqrt(squares) + 1e-6) + 0.01 * flat)
    return (np.maximum(asked @ w + b, 0) @ v + c).argmax(axis=1), flat.size


@alternative("train_and_predict")
def two_hidden_layers(x_train, y_train, x_test, classes, most_parameters, seed):
    rng = np.random.default_rng(seed)
    mean, spread = x_train.mean(axis=0), x_train.std(axis=0)
    spread[spread == 0] = 1.0
    n, inputs = x_train.shape
    # The largest width whose three layers stay within the budget.
    width = max(
        h
        for h in range(1, most_parameters)
        if (inputs + 1) * h + (h + 1) * h + (h + 1) * classes <= most_parameters
    )
    sizes = inputs, width, width, classes
    ws = [rng.normal(0, np.sqrt(1 / a), (a, b)) for a, b in itertools.pairwise(sizes)]
    bs = [np.zeros(b) for b in sizes[1:]]
    moving = [np.zeros_like(p) for p in ws + bs]
    x = (x_train - mean) / spread

    def forward(x):
        acts = [x]
        for k in range(3):
            z = acts[-1] @ ws[k] + bs[k]
            acts.append(np.tanh(z) if k < 2 else z)
        return acts

    for _ in range(10 + 4000 // n):
        order = rng.permutation(n)
        for start in range(0, n, 25):
            rows = order[start : start + 25]
            acts = forward(x[rows])
            d = softmax(acts[-1])
            d[np.arange(len(rows)), y_train[rows]] -= 1
            d /= len(rows)
            for k in (2, 1, 0):
                dw, db = acts[k].T @ d, d.sum(axis=0)
                d = (d @ ws[k].T) * (1 - acts[k] ** 2)
                for which, p, g in ((k, ws[k], dw), (3 + k, bs[k], db)):
                    moving[which] = 0.9 * moving[which] + g
                    p -= 0.05 * moving[which]
    predictions = forward((x_test - mean) / spread)[-1].argmax(axis=1)
    return predictions, sum(p.size for p in ws + bs)
