"""
Right solutions of the diagnosis lab in other styles, each of which has to get every point.

They live beside the tests and not in the package: what learners install holds no solutions.
"""

import math

import numpy as np

from tests.labs.alternatives import entering

# What the notebook's first cell defines and its solutions use.
PRELUDE = """
import math
import numpy as np
FINE, UNDERFITTING, OVERFITTING, DIVERGED = range(4)
"""

ALTERNATIVES = {}
alternative = entering(ALTERNATIVES)


# diagnose


@alternative("diagnose")
def rules_in_order(train, validation, target, gap):
    best = int(np.nanargmin(validation))
    if not (np.isfinite(train).all() and np.isfinite(validation).all()) or train[-1] > train[0]:
        return 3, best
    if validation[-1] > validation[best] * (1 + gap):
        return 2, best
    return (1 if train[-1] > target else 0), best


@alternative("diagnose")
def plain_python(train, validation, target, gap):
    train, validation = [float(v) for v in train], [float(v) for v in validation]
    known = [v for v in validation if not math.isnan(v)]
    best = validation.index(min(known))
    verdict = 0
    if train[-1] > target:
        verdict = 1
    if validation[-1] > min(known) + gap * min(known):
        verdict = 2
    if any(math.isnan(v) or math.isinf(v) for v in train + validation) or train[-1] > train[0]:
        verdict = 3
    return verdict, best


@alternative("diagnose")
def a_list_of_signs(train, validation, target, gap):
    both = np.concatenate([train, validation])
    best = np.argmin(np.where(np.isfinite(validation), validation, np.inf))
    signs = [
        not np.all(np.isfinite(both)) or train[0] < train[-1],
        validation[-1] / validation[best] > 1 + gap,
        train[-1] > target,
        True,
    ]
    return [3, 2, 1, 0][signs.index(True)], best


@alternative("diagnose")
def epoch_by_epoch(train, validation, target, gap):
    best, broken = 0, False
    for epoch, (one, other) in enumerate(zip(train, validation, strict=True)):
        if one - one != 0 or other - other != 0:
            broken = True
        if other < validation[best]:
            best = epoch
    if broken or train[-1] - train[0] > 0:
        return 3, best
    if validation[-1] - validation[best] > gap * validation[best]:
        return 2, best
    return int(train[-1] > target), best


# gradient_norms


@alternative("gradient_norms")
def backwards_through_a_list(dy, activations, weights):
    norms = []
    for layer in range(len(weights) - 1, -1, -1):
        delta = dy * (1 - activations[layer + 1] ** 2)
        norms.insert(0, np.linalg.norm(activations[layer].T @ delta))
        dy = delta @ weights[layer].T
    return np.array(norms)


@alternative("gradient_norms")
def einsum_and_roots(dy, activations, weights):
    norms = np.empty(len(weights))
    for layer in reversed(range(len(weights))):
        dy = dy - dy * np.square(activations[layer + 1])
        dw = np.einsum("ni,no->io", activations[layer], dy)
        norms[layer] = np.sqrt(np.sum(dw * dw))
        dy = np.einsum("no,io->ni", dy, weights[layer])
    return norms


@alternative("gradient_norms")
def recursive(dy, activations, weights):
    *before, w = weights
    *inputs, outputs = activations
    delta = dy * (1 - outputs) * (1 + outputs)
    own = np.sqrt(np.trace((inputs[-1].T @ delta) @ (inputs[-1].T @ delta).T))
    if not before:
        return np.array([own])
    return np.append(recursive(delta @ w.T, tuple(inputs), tuple(before)), own)


@alternative("gradient_norms")
def in_float64_example_by_example(dy, activations, weights):
    activations = [a.astype(float) for a in activations]
    total = [np.zeros(w.shape) for w in weights]
    for n in range(len(dy)):
        back = dy[n].astype(float)
        for layer in range(len(weights))[::-1]:
            back = back * (1 - activations[layer + 1][n] ** 2)
            total[layer] += np.outer(activations[layer][n], back)
            back = weights[layer].astype(float) @ back
    return np.array([math.sqrt(float((one**2).sum())) for one in total])


# descend_clipped


@alternative("descend_clipped")
def clipped_then_stepped(w, gradient, rate, limit, steps):
    for _ in range(steps):
        g = gradient(w)
        length = np.linalg.norm(g)
        if length > limit:
            g = g * limit / length
        w = w - rate * g
    return w


@alternative("descend_clipped")
def a_factor_of_one_at_most(w, gradient, rate, limit, steps):
    w = w.copy()
    for _ in range(steps):
        g = np.array(gradient(w))
        w -= rate * min(1.0, limit / max(float(np.sqrt(g @ g)), 1e-300)) * g
    return w


@alternative("descend_clipped")
def divided_by_how_much_it_is_too_long(w, gradient, rate, limit, steps):
    while steps:
        g = gradient(w)
        w = w - rate * g / np.maximum(np.sqrt(np.sum(np.square(g))) / limit, 1)
        steps -= 1
    return w


@alternative("descend_clipped")
def plain_numbers(w, gradient, rate, limit, steps):
    place = [float(v) for v in w]
    for _ in range(steps):
        g = [float(v) for v in gradient(np.array(place))]
        length = math.sqrt(sum(v * v for v in g))
        shorter = limit / length if length > limit else 1.0
        place = [a - rate * shorter * b for a, b in zip(place, g, strict=True)]
    return np.array(place)


# start_weights


@alternative("start_weights")
def one_over_the_root_of_the_width(normals):
    return normals / normals.shape[1] ** 0.5


@alternative("start_weights")
def glorot(normals):
    _, fan_in, fan_out = normals.shape
    return normals * math.sqrt(2 / (fan_in + fan_out))


@alternative("start_weights")
def orthogonal(normals):
    return np.stack([np.linalg.qr(layer)[0] for layer in normals]).astype(normals.dtype)


@alternative("start_weights")
def the_gain_that_pytorch_advises_for_tanh_made_gentler(normals):
    weights = np.empty_like(normals)
    for layer in range(len(normals)):
        weights[layer] = 1.2 * normals[layer] / math.sqrt(normals.shape[2])
    return weights


@alternative("start_weights")
def layers_normalized_to_the_right_variance(normals):
    spread = normals.std(axis=(1, 2), keepdims=True)
    return (normals / spread / np.sqrt(normals.shape[1])).astype(normals.dtype)


# fit_network


@alternative("fit_network")
def no_relu_at_the_end(w1, b1, w2, b2, x, y, rate, steps):
    for _ in range(steps):
        sums = x @ w1 + b1
        hidden = np.maximum(sums, 0)
        error = 2 * (hidden @ w2 + b2 - y) / len(y)
        dw2, db2 = hidden.T @ error, error.sum()
        back = np.outer(error, w2) * (sums > 0)
        w1, b1 = w1 - rate * (x.T @ back), b1 - rate * back.sum(axis=0)
        w2, b2 = w2 - rate * dw2, b2 - rate * float(db2)
    return w1, b1, w2, b2


@alternative("fit_network")
def columns_and_copies(w1, b1, w2, b2, x, y, rate, steps):
    w1, b1, w2, y = w1.copy(), b1.copy(), w2.reshape(-1, 1).copy(), y.reshape(-1, 1)
    for _ in range(steps):
        hidden = x @ w1 + b1
        hidden[hidden < 0] = 0
        error = (hidden @ w2 + b2 - y) * (2 / len(x))
        back = error @ w2.T
        back[hidden == 0] = 0
        w2 -= rate * hidden.T @ error
        b2 -= rate * float(error.sum())
        w1 -= rate * x.T @ back
        b1 -= rate * back.sum(0)
    return w1, b1, w2[:, 0], b2


@alternative("fit_network")
def float64_inside_with_einsum(w1, b1, w2, b2, x, y, rate, steps):
    kind = w1.dtype
    w1, b1, w2, x, y = (np.array(v, dtype=np.float64) for v in (w1, b1, w2, x, y))
    for _ in range(steps):
        sums = np.einsum("ni,ih->nh", x, w1) + b1
        on = (sums > 0).astype(float)
        error = 2 / len(x) * (np.einsum("nh,h->n", sums * on, w2) + b2 - y)
        back = error[:, None] * w2 * on
        gradients = x.T @ back, back.sum(axis=0), (sums * on).T @ error, error.sum()
        w1, b1, w2, b2 = (v - rate * g for v, g in zip((w1, b1, w2, b2), gradients, strict=True))
    return w1.astype(kind), b1.astype(kind), w2.astype(kind), b2


@alternative("fit_network")
def example_by_example(w1, b1, w2, b2, x, y, rate, steps):
    for _ in range(steps):
        dw1, db1, dw2, db2 = np.zeros_like(w1), np.zeros_like(b1), np.zeros_like(w2), 0.0
        for row, target in zip(x, y, strict=True):
            hidden = np.maximum(row @ w1 + b1, 0)
            error = 2 * (hidden @ w2 + b2 - target) / len(x)
            back = np.where(hidden > 0, error * w2, 0)
            dw1 += np.outer(row, back)
            db1 += back
            dw2 += error * hidden
            db2 += float(error)
        w1, b1, w2, b2 = w1 - rate * dw1, b1 - rate * db1, w2 - rate * dw2, b2 - rate * db2
    return w1, b1, w2, b2


# stop_in_time


@alternative("stop_in_time")
def counting_up(w, step, train_loss, validation_loss, patience, epochs):
    best, kept, least, waited = 0, w.copy(), validation_loss(w), 0
    for epoch in range(1, epochs + 1):
        w = step(w)
        loss = validation_loss(w)
        if loss < least:
            best, kept, least, waited = epoch, w.copy(), loss, 0
        else:
            waited += 1
        if waited == patience:
            break
    return kept, best


@alternative("stop_in_time")
def by_the_distance_to_the_best(w, step, train_loss, validation_loss, patience, epochs):
    best, least, kept, epoch = 0, validation_loss(w), w, 0
    while epoch < epochs and epoch - best < patience:
        w, epoch = step(w), epoch + 1
        if (loss := validation_loss(w)) < least:
            best, least, kept = epoch, loss, w
    return kept, best


@alternative("stop_in_time")
def everything_kept(w, step, train_loss, validation_loss, patience, epochs):
    path, losses = [np.array(w)], [float(validation_loss(w))]
    while len(path) <= epochs:
        path.append(np.array(step(path[-1])))
        losses.append(float(validation_loss(path[-1])))
        if len(losses) > patience and min(losses[-patience:]) >= min(losses[:-patience]):
            break
    best = losses.index(min(losses))
    return path[best], best


@alternative("stop_in_time")
def credit_that_is_used_up(w, step, train_loss, validation_loss, patience, epochs):
    record = (validation_loss(w), 0, w)
    credit = patience
    for epoch in range(epochs):
        if credit == 0:
            return record[2], record[1]
        w = step(w)
        loss = validation_loss(w)
        credit -= 1
        if record[0] > loss:
            record, credit = (loss, epoch + 1, w), patience
    return record[2], record[1]


# train_with_dropout


@alternative("train_with_dropout")
def dropout_in_training_alone(w, x, y, x_new, y_new, masks, keep, rate):
    losses = []
    for mask in masks:
        seen = x * mask / keep
        w = w - rate * 2 / len(x) * seen.T @ (seen @ w - y)
        losses.append(np.mean((x_new @ w - y_new) ** 2))
    return w, np.array(losses)


@alternative("train_with_dropout")
def filled_arrays(w, x, y, x_new, y_new, masks, keep, rate):
    w, losses = w.copy(), np.empty(len(masks))
    for epoch in range(len(masks)):
        seen = np.where(masks[epoch], x, 0) * (1 / keep)
        w -= rate * np.mean(2 * (seen @ w - y)[:, None] * seen, axis=0)
        losses[epoch] = np.square(np.subtract(x_new.dot(w), y_new)).mean()
    return w, losses


@alternative("train_with_dropout")
def plain_loops(w, x, y, x_new, y_new, masks, keep, rate):
    w, losses = [float(v) for v in w], []
    inputs = range(len(w))
    for mask in masks:
        slope = [0.0 for _ in inputs]
        for n in range(len(x)):
            seen = [float(x[n, i]) / keep if mask[n, i] else 0.0 for i in inputs]
            error = sum(seen[i] * w[i] for i in inputs) - float(y[n])
            for i in inputs:
                slope[i] += 2 * error * seen[i] / len(x)
        w = [w[i] - rate * slope[i] for i in inputs]
        found = [sum(float(row[i]) * w[i] for i in inputs) for row in x_new]
        errors = [value - float(t) for value, t in zip(found, y_new, strict=True)]
        losses.append(sum(e * e for e in errors) / len(errors))
    return np.array(w), np.array(losses)


@alternative("train_with_dropout")
def all_masks_at_once(w, x, y, x_new, y_new, masks, keep, rate):
    path = []
    for seen in masks * x / keep:
        residual = y - seen @ w
        w = w + rate * (2 / y.size) * np.einsum("n,ni->i", residual, seen)
        path.append(w)
    errors = np.array(path) @ x_new.T - y_new
    return w, (errors**2).sum(axis=1) / len(y_new)


# descend_in_pieces


@alternative("descend_in_pieces")
def emptied_each_step(w, x, y, pieces, rate, steps):
    for _ in range(steps):
        total = np.zeros_like(w)
        for xs, ys in zip(np.array_split(x, pieces), np.array_split(y, pieces), strict=True):
            total += 2 * xs.T @ (xs @ w - ys)
        w = w - rate * total / len(x)
    return w


@alternative("descend_in_pieces")
def means_weighted_by_their_sizes(w, x, y, pieces, rate, steps):
    groups = np.array_split(np.arange(len(x)), pieces)
    for _ in range(steps):
        step = np.zeros_like(w)
        for group in groups:
            mean = 2 / len(group) * (x[group] @ w - y[group]) @ x[group]
            step = step + mean * (len(group) / len(x))
        w = w - rate * step
    return w


@alternative("descend_in_pieces")
def pieces_of_another_size(w, x, y, pieces, rate, steps):
    size = -(-len(x) // pieces)
    w = w.copy()
    for _ in range(steps):
        total = 0
        for start in range(0, len(x), size):
            part = slice(start, start + size)
            total = total + x[part].T @ (x[part] @ w - y[part])
        w -= 2 * rate / len(x) * total
    return w


@alternative("descend_in_pieces")
def no_pieces_at_all(w, x, y, pieces, rate, steps):
    for _ in range(steps):
        w = w - rate * np.mean(2 * (x @ w - y)[:, np.newaxis] * x, axis=0)
    return w
