"""
Right solutions of the transfer lab in other styles, each of which has to get every point.

They live beside the tests and not in the package: what learners install holds no solutions.
"""

import math

import numpy as np

from tests.labs.alternatives import entering

ALTERNATIVES = {}
alternative = entering(ALTERNATIVES)


# prepare


@alternative("prepare")
def repeated_and_padded(images, factor, border, largest, mean, deviation):
    made = np.repeat(np.repeat(images / largest, factor, axis=1), factor, axis=2)
    made = np.pad(made, ((0, 0), (border, border), (border, border)))
    return (made - mean) / deviation


@alternative("prepare")
def kronecker_product_into_a_canvas(images, factor, border, largest, mean, deviation):
    n, height, width = images.shape
    canvas = np.zeros((n, height * factor + 2 * border, width * factor + 2 * border))
    for k in range(n):
        square = np.kron(images[k].astype(float), np.ones((factor, factor)))
        canvas[k, border : border + height * factor, border : border + width * factor] = square
    canvas /= largest
    canvas -= mean
    canvas /= deviation
    return canvas


@alternative("prepare")
def looked_up_pixel_by_pixel(images, factor, border, largest, mean, deviation):
    n, height, width = images.shape
    background = (0 - mean) / deviation
    shape = n, height * factor + 2 * border, width * factor + 2 * border
    made = np.full(shape, background)
    for i in range(height * factor):
        for j in range(width * factor):
            pixel = images[:, i // factor, j // factor].astype(np.float64) / largest
            made[:, border + i, border + j] = (pixel - mean) / deviation
    return made


@alternative("prepare")
def background_of_the_right_grey(images, factor, border, largest, mean, deviation):
    standard = (images.astype(float) / largest - mean) / deviation
    rows = np.arange(standard.shape[1] * factor) // factor
    columns = np.arange(standard.shape[2] * factor) // factor
    large = standard[:, rows][:, :, columns]
    sides = ((0, 0), (border, border), (border, border))
    return np.pad(large, sides, constant_values=-mean / deviation)


# new_head


@alternative("new_head")
def columns_replaced_in_copies(w, b, sources, fresh):
    weights, biases = fresh.copy(), np.zeros(len(sources), dtype=w.dtype)
    known = sources >= 0
    weights[:, known] = w[:, sources[known]]
    biases[known] = b[sources[known]]
    return weights, biases


@alternative("new_head")
def class_by_class(w, b, sources, fresh):
    weights, biases = np.empty_like(fresh), np.empty(fresh.shape[1], dtype=b.dtype)
    for j, source in enumerate(sources):
        weights[:, j] = fresh[:, j] if source == -1 else w[:, source]
        biases[j] = 0 if source == -1 else b[source]
    return weights, biases


@alternative("new_head")
def chosen_with_where(w, b, sources, fresh):
    known = sources != -1
    return np.where(known, w[:, sources], fresh), b[sources] * known


@alternative("new_head")
def stacked_from_a_list(w, b, sources, fresh):
    columns = [fresh[:, j] if k < 0 else w[:, k] for j, k in enumerate(sources.tolist())]
    biases = [0.0 if k < 0 else float(b[k]) for k in sources.tolist()]
    return np.column_stack(columns), np.array(biases, dtype=w.dtype)


# train_head


def probabilities(logits):
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


@alternative("train_head")
def features_first(extract, x, labels, w, b, rate, steps):
    features = extract(x)
    for _ in range(steps):
        dlogits = probabilities(features @ w + b)
        dlogits[np.arange(len(x)), labels] -= 1
        dlogits /= len(x)
        w = w - rate * features.T @ dlogits
        b = b - rate * dlogits.sum(axis=0)
    return w, b


@alternative("train_head")
def bias_as_a_weight_of_one(extract, x, labels, w, b, rate, steps):
    features = np.hstack([extract(x), np.ones((len(x), 1))])
    both = np.vstack([w, b])
    target = np.eye(w.shape[1])[labels]
    for _ in range(steps):
        both = both - rate / len(x) * features.T @ (probabilities(features @ both) - target)
    return both[:-1], both[-1]


@alternative("train_head")
def extracted_one_by_one(extract, x, labels, w, b, rate, steps):
    features = [np.asarray(extract(row[np.newaxis]))[0] for row in x]
    w, b = w.copy(), b.copy()
    for _ in range(steps):
        dw, db = np.zeros_like(w), np.zeros_like(b)
        for feature, label in zip(features, labels, strict=True):
            slope = probabilities((feature @ w + b)[np.newaxis])[0]
            slope[label] -= 1
            dw += np.outer(feature, slope)
            db += slope
        w -= rate * dw / len(x)
        b -= rate * db / len(x)
    return w, b


@alternative("train_head")
def means_by_einsum(extract, x, labels, w, b, rate, steps):
    features, rows = np.array(extract(x)), np.arange(len(labels))
    for _ in range(steps):
        logits = np.einsum("nh,hk->nk", features, w) + b
        shifted = logits - np.max(logits, axis=1)[:, None]
        logs = shifted - np.log(np.sum(np.exp(shifted), axis=1))[:, None]
        slope = np.exp(logs)
        slope[rows, labels] = slope[rows, labels] - 1
        w = w - rate * np.mean(features[:, :, None] * slope[:, None, :], axis=0)
        b = b - rate * np.mean(slope, axis=0)
    return w, b


# layer_rates


@alternative("layer_rates")
def counted_from_the_head(layers, rate, factor, epoch, every):
    distance = layers - 1 - np.arange(layers)
    return np.where(distance <= epoch // every, rate / factor**distance, 0.0)


@alternative("layer_rates")
def filled_from_the_top(layers, rate, factor, epoch, every):
    rates = np.zeros(layers)
    for below in range(min(1 + epoch // every, layers)):
        rates[layers - 1 - below] = rate / factor**below
    return rates


@alternative("layer_rates")
def a_list_turned_round(layers, rate, factor, epoch, every):
    rates = []
    for below in range(layers):
        rates.append(rate if epoch >= below * every else 0.0)
        rate = rate / factor
    return np.array(rates[::-1])


@alternative("layer_rates")
def frozen_with_a_slice(layers, rate, factor, epoch, every):
    rates = rate * (1 / factor) ** np.arange(layers)[::-1]
    rates[: max(layers - 1 - math.floor(epoch / every), 0)] = 0
    return rates


# fine_tune_step


@alternative("fine_tune_step")
def backwards_then_stepped(w1, b1, w2, b2, start, x, labels, rates, pull):
    sums = x @ w1 + b1
    hidden = np.maximum(sums, 0)
    dlogits = probabilities(hidden @ w2 + b2)
    dlogits[np.arange(len(x)), labels] -= 1
    dlogits /= len(x)
    back = dlogits @ w2.T * (sums > 0)
    dw1 = x.T @ back + pull * (w1 - start)
    lower, head = rates
    return (
        w1 - lower * dw1,
        b1 - lower * back.sum(axis=0),
        w2 - head * (hidden.T @ dlogits),
        b2 - head * dlogits.sum(axis=0),
    )


@alternative("fine_tune_step")
def on_copies_in_place(w1, b1, w2, b2, start, x, labels, rates, pull):
    hidden = x @ w1 + b1
    hidden[hidden < 0] = 0
    slope = probabilities(hidden @ w2 + b2) - np.eye(w2.shape[1], dtype=x.dtype)[labels]
    slope /= len(labels)
    back = np.where(hidden > 0, slope @ w2.T, 0)
    new = [np.array(p) for p in (w1, b1, w2, b2)]
    new[0] -= rates[0] * (x.T @ back)
    new[0] -= rates[0] * pull * (w1 - start)
    new[1] -= rates[0] * back.sum(0)
    new[2] -= rates[1] * (hidden.T @ slope)
    new[3] -= rates[1] * slope.sum(0)
    return new


@alternative("fine_tune_step")
def float64_inside(w1, b1, w2, b2, start, x, labels, rates, pull):
    kind = w1.dtype
    w1, b1, w2, b2, start, x = (np.array(p, dtype=float) for p in (w1, b1, w2, b2, start, x))
    sums = np.einsum("ni,ih->nh", x, w1) + b1
    on = sums > 0
    slope = probabilities(np.einsum("nh,hk->nk", sums * on, w2) + b2)
    slope -= np.arange(w2.shape[1]) == labels[:, None]
    slope = slope / len(x)
    back = np.einsum("nk,hk->nh", slope, w2) * on
    found = x.T @ back + pull * w1 - pull * start, back.sum(0), (sums * on).T @ slope, slope.sum(0)
    each = rates[0], rates[0], rates[1], rates[1]
    moved = [p - r * g for p, r, g in zip((w1, b1, w2, b2), each, found, strict=True)]
    return tuple(p.astype(kind) for p in moved)


@alternative("fine_tune_step")
def example_by_example(w1, b1, w2, b2, start, x, labels, rates, pull):
    dw1, db1, dw2, db2 = (np.zeros_like(p) for p in (w1, b1, w2, b2))
    for row, label in zip(x, labels, strict=True):
        hidden = np.maximum(row @ w1 + b1, 0)
        slope = probabilities((hidden @ w2 + b2)[None])[0]
        slope[label] -= 1
        back = (w2 @ slope) * (hidden > 0)
        dw1 += np.outer(row, back)
        db1 += back
        dw2 += np.outer(hidden, slope)
        db2 += slope
    n = len(x)
    w1 = w1 - rates[0] * (dw1 / n + pull * (w1 - start))
    return w1, b1 - rates[0] * db1 / n, w2 - rates[1] * dw2 / n, b2 - rates[1] * db2 / n
