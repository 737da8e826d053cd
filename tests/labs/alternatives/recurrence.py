"""
Right solutions of the recurrence lab in other styles, each of which has to get every point.

They live beside the tests and not in the package: what learners install holds no solutions.
"""

import math

import numpy as np

from tests.labs.alternatives import entering

ALTERNATIVES = {}
alternative = entering(ALTERNATIVES)


# rnn_forward


@alternative("rnn_forward")
def states_in_a_list(x, h0, w_x, w_h, b):
    h, states = h0, []
    for t in range(x.shape[1]):
        h = np.tanh(x[:, t] @ w_x + h @ w_h + b)
        states.append(h)
    return np.stack(states, axis=1)


@alternative("rnn_forward")
def inputs_multiplied_at_once(x, h0, w_x, w_h, b):
    sums = x @ w_x + b
    h = np.empty_like(sums)
    for t in range(x.shape[1]):
        before = h0 if t == 0 else h[:, t - 1]
        h[:, t] = np.tanh(sums[:, t] + before @ w_h)
    return h


@alternative("rnn_forward")
def steps_first_and_turned_back(x, h0, w_x, w_h, b):
    states = [h0]
    for now in x.swapaxes(0, 1):
        states.append(np.tanh(np.hstack([now, states[-1]]) @ np.vstack([w_x, w_h]) + b))
    return np.array(states[1:]).swapaxes(0, 1)


@alternative("rnn_forward")
def loops_alone(x, h0, w_x, w_h, b):
    n, steps, features = x.shape
    h = np.zeros((n, steps, len(b)), dtype=x.dtype)
    for row in range(n):
        state = [float(value) for value in h0[row]]
        for t in range(steps):
            new = []
            for unit in range(len(b)):
                total = float(b[unit])
                for i in range(features):
                    total += float(x[row, t, i]) * float(w_x[i, unit])
                for j, value in enumerate(state):
                    total += value * float(w_h[j, unit])
                new.append(math.tanh(total))
            state = new
            h[row, t] = state
    return h


# carry_state


@alternative("carry_state")
def reset_by_where(x, first, h0, w_x, w_h, b):
    h, states = h0, []
    for t in range(x.shape[1]):
        h = np.where(first[:, t][:, None], 0, h).astype(x.dtype)
        h = np.tanh(x[:, t] @ w_x + h @ w_h + b)
        states.append(h)
    return np.stack(states, axis=1)


@alternative("carry_state")
def reset_in_a_copy(x, first, h0, w_x, w_h, b):
    h = h0.copy()
    states = np.empty((*x.shape[:2], len(b)), x.dtype)
    for t in range(x.shape[1]):
        h[first[:, t]] = 0
        h = np.tanh(x[:, t] @ w_x + h @ w_h + b)
        states[:, t] = h
    return states


@alternative("carry_state")
def reset_by_a_factor(x, first, h0, w_x, w_h, b):
    keep = (~first).astype(x.dtype)[:, :, None]
    sums = x @ w_x + b
    h = np.zeros_like(sums)
    for t in range(x.shape[1]):
        before = h[:, t - 1] if t else h0
        h[:, t] = np.tanh(sums[:, t] + (keep[:, t] * before) @ w_h)
    return h


@alternative("carry_state")
def stream_by_stream(x, first, h0, w_x, w_h, b):
    result = np.zeros((*x.shape[:2], w_h.shape[0]), dtype=x.dtype)
    for row in range(x.shape[0]):
        state = h0[row]
        for t in range(x.shape[1]):
            total = x[row, t] @ w_x + b
            if not first[row, t]:
                total = total + state @ w_h
            state = result[row, t] = np.tanh(total)
    return result


# rnn_backward


@alternative("rnn_backward")
def backwards_step_by_step(dh, x, h0, h, w_x, w_h):
    dx = np.zeros_like(x)
    dw_x, dw_h, db = np.zeros_like(w_x), np.zeros_like(w_h), np.zeros(len(w_h), x.dtype)
    carried = np.zeros_like(h0)
    for t in range(x.shape[1] - 1, -1, -1):
        ds = (dh[:, t] + carried) * (1 - h[:, t] ** 2)
        before = h[:, t - 1] if t > 0 else h0
        dx[:, t] = ds @ w_x.T
        dw_x += x[:, t].T @ ds
        dw_h += before.T @ ds
        db += ds.sum(axis=0)
        carried = ds @ w_h.T
    return dx, carried, dw_x, dw_h, db


@alternative("rnn_backward")
def sums_first_and_products_at_the_end(dh, x, h0, h, w_x, w_h):
    ds = dh * 1
    for t in reversed(range(x.shape[1])):
        if t + 1 < x.shape[1]:
            ds[:, t] += ds[:, t + 1] @ w_h.T
        ds[:, t] *= 1 - h[:, t] * h[:, t]
    before = np.concatenate([h0[:, None], h[:, :-1]], axis=1)
    dw_x = np.einsum("ntf,ntu->fu", x, ds)
    dw_h = np.einsum("ntj,ntu->ju", before, ds)
    return np.einsum("ntu,fu->ntf", ds, w_x), ds[:, 0] @ w_h.T, dw_x, dw_h, ds.sum(axis=(0, 1))


@alternative("rnn_backward")
def by_recursion(dh, x, h0, h, w_x, w_h):
    if x.shape[1] == 0:
        zeros = np.zeros(w_h.shape[0], x.dtype)
        return x * 1, np.zeros_like(h0), np.zeros_like(w_x), np.zeros_like(w_h), zeros
    rest = by_recursion(dh[:, 1:], x[:, 1:], h[:, 0], h[:, 1:], w_x, w_h)
    ds = (dh[:, 0] + rest[1]) * (1 - h[:, 0] ** 2)
    dx = np.concatenate([(ds @ w_x.T)[:, None], rest[0]], axis=1)
    sums = rest[2] + x[:, 0].T @ ds, rest[3] + h0.T @ ds, rest[4] + ds.sum(axis=0)
    return dx, ds @ w_h.T, *sums


@alternative("rnn_backward")
def example_by_example_in_float64(dh, x, h0, h, w_x, w_h):
    wide = [array.astype(np.float64) for array in (dh, x, h0, h, w_x, w_h)]
    dh, x64, h0, h, wx, wh = wide
    dx, dh0 = np.zeros(x64.shape), np.zeros(h0.shape)
    dw_x, dw_h, db = np.zeros(wx.shape), np.zeros(wh.shape), np.zeros(wh.shape[0])
    for n in range(len(x64)):
        carried = np.zeros(wh.shape[0])
        for t in reversed(range(x64.shape[1])):
            ds = (dh[n, t] + carried) * (1 + h[n, t]) * (1 - h[n, t])
            dx[n, t] = wx @ ds
            dw_x += np.outer(x64[n, t], ds)
            dw_h += np.outer(h[n, t - 1] if t else h0[n], ds)
            db += ds
            carried = wh @ ds
        dh0[n] = carried
    return [one.astype(x.dtype) for one in (dx, dh0, dw_x, dw_h, db)]


# clip_gradients


def euclidean(*arrays):
    """The norm over all, by numbers no larger than 1."""
    largest = float(max(np.abs(array).max() for array in arrays))
    if largest == 0:
        return 0.0
    return largest * math.sqrt(sum(float(np.sum((a / largest) ** 2)) for a in arrays))


@alternative("clip_gradients")
def one_factor(dw_x, dw_h, db, limit):
    norm = euclidean(dw_x, dw_h, db)
    factor = limit / norm if norm > limit else 1.0
    return dw_x * factor, dw_h * factor, db * factor, norm


@alternative("clip_gradients")
def by_math_hypot(dw_x, dw_h, db, limit):
    norm = math.hypot(*dw_x.ravel().tolist(), *dw_h.ravel().tolist(), *db.tolist())
    if norm <= limit:
        return dw_x.copy(), dw_h.copy(), db.copy(), norm
    return *(array * (limit / norm) for array in (dw_x, dw_h, db)), norm


@alternative("clip_gradients")
def by_one_long_array(dw_x, dw_h, db, limit):
    together = np.concatenate([dw_x.ravel(), dw_h.ravel(), db]).astype(np.float64)
    largest = np.abs(together).max()
    norm = largest * np.linalg.norm(together / largest) if largest > 0 else 0.0
    together = together * min(1.0, limit / norm if norm else 1.0)
    one, two, three = np.split(together, [dw_x.size, dw_x.size + dw_h.size])
    return (
        one.reshape(dw_x.shape).astype(dw_x.dtype),
        two.reshape(dw_h.shape).astype(dw_h.dtype),
        three.astype(db.dtype),
        norm,
    )


@alternative("clip_gradients")
def into_copies(dw_x, dw_h, db, limit):
    norm = euclidean(db, dw_h, dw_x)
    copies = [array.copy() for array in (dw_x, dw_h, db)]
    if norm > limit:
        for array in copies:
            array *= limit / norm
    return [*copies, norm]


# lstm_step


def opened(s):
    """A sigmoid, careful on both sides."""
    small = np.exp(-np.abs(s))
    return np.where(s >= 0, 1 / (1 + small), small / (1 + small))


@alternative("lstm_step")
def split_into_four(x, h, c, w_x, w_h, b):
    i, f, g, o = np.split(x @ w_x + h @ w_h + b, 4, axis=1)
    c = opened(f) * c + opened(i) * np.tanh(g)
    return opened(o) * np.tanh(c), c


@alternative("lstm_step")
def one_gate_after_the_other(x, h, c, w_x, w_h, b):
    u = h.shape[1]

    def block(k):
        return (
            x @ w_x[:, k * u : (k + 1) * u]
            + h @ w_h[:, k * u : (k + 1) * u]
            + b[k * u : (k + 1) * u]
        )

    kept = c / (1 + np.exp(-np.clip(block(1), -80, 80)))
    new = kept + np.tanh(block(2)) / (1 + np.exp(-np.clip(block(0), -80, 80)))
    return np.tanh(new) / (1 + np.exp(-np.clip(block(3), -80, 80))), new


@alternative("lstm_step")
def by_a_plain_exponential(x, h, c, w_x, w_h, b):
    s = (x @ w_x + h @ w_h + b).reshape(len(x), 4, -1)
    with np.errstate(over="ignore"):
        gates = 1 / (1 + np.exp(-s))
    c = gates[:, 1] * c + gates[:, 0] * np.tanh(s[:, 2])
    return gates[:, 3] * np.tanh(c), c


@alternative("lstm_step")
def unit_by_unit(x, h, c, w_x, w_h, b):
    units = h.shape[1]
    new_h, new_c = np.empty_like(h), np.empty_like(c)
    for n in range(len(x)):
        s = [float(x[n] @ w_x[:, k] + h[n] @ w_h[:, k] + b[k]) for k in range(4 * units)]
        for unit in range(units):
            i, f, o = (0.5 + 0.5 * math.tanh(s[unit + k * units] / 2) for k in (0, 1, 3))
            new_c[n, unit] = f * c[n, unit] + i * math.tanh(s[unit + 2 * units])
            new_h[n, unit] = o * math.tanh(new_c[n, unit])
    return new_h, new_c


# lstm_step_backward


@alternative("lstm_step_backward")
def gate_by_gate(dh, dc, x, h, c, w_x, w_h, b):
    i, f, g, o = np.split(x @ w_x + h @ w_h + b, 4, axis=1)
    i, f, g, o = opened(i), opened(f), np.tanh(g), opened(o)
    t = np.tanh(f * c + i * g)
    dcell = dc + dh * o * (1 - t**2)
    ds = np.hstack(
        [
            dcell * g * i * (1 - i),
            dcell * c * f * (1 - f),
            dcell * i * (1 - g**2),
            dh * t * o * (1 - o),
        ]
    )
    return ds @ w_x.T, ds @ w_h.T, dcell * f, x.T @ ds, h.T @ ds, ds.sum(axis=0)


@alternative("lstm_step_backward")
def into_one_array(dh, dc, x, h, c, w_x, w_h, b):
    u = h.shape[1]
    a = x @ w_x + h @ w_h + b
    a[:, 2 * u : 3 * u] = np.tanh(a[:, 2 * u : 3 * u])
    for k in (0, 1, 3):
        a[:, k * u : (k + 1) * u] = 0.5 * (1 + np.tanh(0.5 * a[:, k * u : (k + 1) * u]))
    i, f, g, o = (a[:, k * u : (k + 1) * u] for k in range(4))
    t = np.tanh(f * c + i * g)
    cell = dh * o * (1 - t) * (1 + t) + dc
    ds = np.empty_like(a)
    ds[:, :u] = cell * g * i * (1 - i)
    ds[:, u : 2 * u] = cell * c * f * (1 - f)
    ds[:, 2 * u : 3 * u] = cell * i * (1 - g) * (1 + g)
    ds[:, 3 * u :] = dh * t * o * (1 - o)
    sums = np.einsum("nf,nk->fk", x, ds), np.einsum("nj,nk->jk", h, ds), np.einsum("nk->k", ds)
    return np.einsum("nk,fk->nf", ds, w_x), np.einsum("nk,jk->nj", ds, w_h), cell * f, *sums


@alternative("lstm_step_backward")
def example_by_example(dh, dc, x, h, c, w_x, w_h, b):
    results = [np.zeros_like(array) for array in (x, h, c, w_x, w_h, b)]
    for n in range(len(x)):
        i, f, g, o = (x[n] @ w_x + h[n] @ w_h + b).reshape(4, -1)
        i, f, g, o = opened(i), opened(f), np.tanh(g), opened(o)
        new = np.tanh(f * c[n] + i * g)
        cell = dc[n] + dh[n] * o * (1 - new * new)
        slopes = i - i * i, f - f * f, 1 - g * g, o - o * o
        reached = cell * g, cell * c[n], cell * i, dh[n] * new
        ds = np.concatenate([one * two for one, two in zip(reached, slopes, strict=True)])
        results[0][n], results[1][n], results[2][n] = w_x @ ds, w_h @ ds, cell * f
        results[3] += np.outer(x[n], ds)
        results[4] += np.outer(h[n], ds)
        results[5] += ds
    return tuple(results)


@alternative("lstm_step_backward")
def in_float64_inside(dh, dc, x, h, c, w_x, w_h, b):
    wide = [array.astype(np.float64) for array in (dh, dc, x, h, c, w_x, w_h, b)]
    found = gate_by_gate(*wide)
    return [array.astype(x.dtype) for array in found]
