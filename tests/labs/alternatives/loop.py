"""
Right solutions of the lab about the training loop in other styles; each has to get every point.

They live beside the tests and not in the package: what learners install holds no solutions.
"""

import itertools
import math

import numpy as np

from tests.labs.alternatives import entering

ALTERNATIVES = {}
alternative = entering(ALTERNATIVES)


# train_one_epoch


@alternative("train_one_epoch")
def total_by_examples(w, x, y, order, batch_size, step):
    total = 0.0
    for start in range(0, len(order), batch_size):
        batch = order[start : start + batch_size]
        w, loss = step(w, x[batch], y[batch])
        total += loss * len(batch)
    return w, total / len(order)


@alternative("train_one_epoch")
def running_mean(w, x, y, order, batch_size, step):
    mean, seen = 0.0, 0
    while seen < len(x):
        batch = order[seen : seen + batch_size]
        w, loss = step(w, x[batch], y[batch])
        seen += batch.size
        mean += (loss - mean) * batch.size / seen
    return w, mean


@alternative("train_one_epoch")
def rearranged_first(w, x, y, order, batch_size, step):
    x, y, losses = x[order], y[order], []
    for k in range(math.ceil(len(x) / batch_size)):
        part = slice(k * batch_size, (k + 1) * batch_size)
        w, loss = step(w, x[part], y[part])
        losses.extend([loss] * len(y[part]))
    return w, np.mean(losses)


@alternative("train_one_epoch")
def weighted_average(w, x, y, order, batch_size, step):
    parts = np.split(order, range(batch_size, len(order), batch_size))
    losses = []
    for part in parts:
        w, loss = step(w, np.take(x, part, axis=0), np.take(y, part))
        losses.append(loss)
    return w, np.average(losses, weights=[len(part) for part in parts])


# stopping_epoch


@alternative("stopping_epoch")
def counting(values, patience, minimum_change, mode):
    sign = 1 if mode == "min" else -1
    best, best_epoch, waited = math.inf, 0, 0
    for epoch, value in enumerate(values, start=1):
        if sign * value < best - minimum_change:
            best, best_epoch, waited = sign * value, epoch, 0
        else:
            waited += 1
        if waited == patience:
            break
    return epoch, best_epoch


@alternative("stopping_epoch")
def by_difference_of_epochs(values, patience, minimum_change, mode):
    best, best_epoch = None, 0
    for epoch, value in enumerate(values.tolist(), 1):
        gain = math.inf if best is None else (best - value if mode == "min" else value - best)
        if gain > minimum_change and value == value:
            best, best_epoch = value, epoch
        elif epoch - best_epoch >= patience:
            return epoch, best_epoch
    return len(values), best_epoch


@alternative("stopping_epoch")
def two_branches(values, patience, minimum_change, mode):
    best, best_epoch = (np.inf if mode == "min" else -np.inf), 0
    for i in range(len(values)):
        if mode == "min":
            improved = best - values[i] > minimum_change
        else:
            improved = values[i] - best > minimum_change
        if improved:
            best, best_epoch = values[i], i + 1
        if i + 1 - best_epoch >= patience:
            return i + 1, best_epoch
    return len(values), best_epoch


@alternative("stopping_epoch")
def from_one_improvement_to_the_next(values, patience, minimum_change, mode):
    losses = np.where(np.isnan(values), np.inf, values if mode == "min" else -values)
    best, level = 0, np.inf
    while True:
        ahead = losses[best : best + patience]
        better = np.flatnonzero(ahead < level - minimum_change)
        if better.size == 0:
            return min(best + patience, len(losses)), best
        best += int(better[0]) + 1
        level = losses[best - 1]


# fit_with_patience


@alternative("fit_with_patience")
def new_arrays(w, gradient, validation_loss, rate, epochs, patience):
    history, best, best_w, best_epoch = [], math.inf, w, 0
    for epoch in range(1, epochs + 1):
        w = w - rate * gradient(w)
        history.append(validation_loss(w))
        if history[-1] < best:
            best, best_w, best_epoch = history[-1], w, epoch
        elif epoch - best_epoch == patience:
            break
    return best_w, np.array(history), best_epoch


@alternative("fit_with_patience")
def in_place_on_copies(w, gradient, validation_loss, rate, epochs, patience):
    w = w.copy()
    kept, best, best_epoch, waited, epoch = w.copy(), np.inf, 0, 0, 0
    history = np.empty(epochs)
    while epoch < epochs and waited < patience:
        w -= rate * gradient(w)
        history[epoch] = loss = validation_loss(w)
        epoch += 1
        if loss < best:
            kept[...] = w
            best, best_epoch, waited = loss, epoch, 0
        else:
            waited += 1
    return kept, history[:epoch], best_epoch


@alternative("fit_with_patience")
def all_places_kept(w, gradient, validation_loss, rate, epochs, patience):
    places, history = [], []
    for _ in range(epochs):
        w = w - gradient(w) * rate
        places.append(w)
        history.append(validation_loss(w))
        lowest = history.index(min(history))
        if len(history) - 1 - lowest >= patience:
            break
    lowest = int(np.argmin(history))
    return places[lowest], np.asarray(history), lowest + 1


@alternative("fit_with_patience")
def with_a_generator_of_epochs(w, gradient, validation_loss, rate, epochs, patience):
    def trained(w):
        while True:
            w = w - rate * gradient(w)
            yield w, validation_loss(w)

    history, best = [], (math.inf, 0, w)
    for epoch, (place, loss) in enumerate(itertools.islice(trained(w), epochs), start=1):
        history.append(loss)
        best = min(best, (loss, epoch, place), key=lambda one: one[0])
        if epoch >= best[1] + patience:
            break
    return best[2], np.array(history), np.int64(best[1])


# resume_training


@alternative("resume_training")
def a_loop_over_numbers(checkpoint, gradient, validation_loss, epochs, rate, momentum):
    w, velocity = checkpoint["w"], checkpoint["velocity"]
    best_w, best_loss = checkpoint["best_w"], checkpoint["best_loss"]
    for epoch in range(checkpoint["epoch"] + 1, epochs + 1):
        velocity = momentum * velocity + gradient(w, epoch)
        w = w - rate * velocity
        loss = validation_loss(w)
        if loss < best_loss:
            best_w, best_loss = w, loss
    return w, velocity, epochs, best_w, best_loss


@alternative("resume_training")
def in_place_on_a_copy_of_the_checkpoint(
    checkpoint, gradient, validation_loss, epochs, rate, momentum
):
    state = {
        name: value.copy() if isinstance(value, np.ndarray) else value
        for name, value in checkpoint.items()
    }
    while state["epoch"] < epochs:
        state["epoch"] += 1
        state["velocity"] *= momentum
        state["velocity"] += gradient(state["w"], state["epoch"])
        state["w"] -= rate * state["velocity"]
        loss = validation_loss(state["w"])
        if loss < state["best_loss"]:
            state["best_loss"] = loss
            state["best_w"] = state["w"].copy()
    return [state[name] for name in ("w", "velocity", "epoch", "best_w", "best_loss")]


@alternative("resume_training")
def in_float64(checkpoint, gradient, validation_loss, epochs, rate, momentum):
    w, velocity, best_w = (checkpoint[n].astype(float) for n in ("w", "velocity", "best_w"))
    places, losses = [best_w], [checkpoint["best_loss"]]
    for epoch in range(checkpoint["epoch"] + 1, epochs + 1):
        velocity = velocity * momentum + gradient(w, epoch)
        w = w - rate * velocity
        places.append(w)
        losses.append(validation_loss(w))
    lowest = int(np.argmin(losses))
    return w, velocity, epochs, places[lowest], losses[lowest]


@alternative("resume_training")
def by_recursion(checkpoint, gradient, validation_loss, epochs, rate, momentum):
    w, velocity, epoch, best_w, best_loss = (
        checkpoint[name] for name in ("w", "velocity", "epoch", "best_w", "best_loss")
    )
    if epoch == epochs:
        return w, velocity, epoch, best_w, best_loss
    velocity = momentum * velocity + gradient(w, epoch + 1)
    w = w - rate * velocity
    best_loss, best_w = min((best_loss, best_w), (validation_loss(w), w), key=lambda pair: pair[0])
    after = {
        "w": w,
        "velocity": velocity,
        "epoch": epoch + 1,
        "best_w": best_w,
        "best_loss": best_loss,
    }
    return by_recursion(after, gradient, validation_loss, epochs, rate, momentum)
