"""
Right solutions of the descent lab in other styles, each of which has to get every point.

They live beside the tests and not in the package: what learners install holds no solutions.
"""

import math

import numpy as np

from tests.labs.alternatives import entering

ALTERNATIVES = {}
alternative = entering(ALTERNATIVES)


# descend_epoch


@alternative("descend_epoch")
def plain(w, x, y, order, batch_size, rate):
    for start in range(0, len(x), batch_size):
        batch = order[start : start + batch_size]
        error = x[batch] @ w - y[batch]
        w = w - rate * 2 * x[batch].T @ error / len(batch)
    return w


@alternative("descend_epoch")
def in_place_on_a_copy(w, x, y, order, batch_size, rate):
    w = w.copy()
    for start in range(0, len(order), batch_size):
        stop = min(start + batch_size, len(order))
        xb, yb = x[order[start:stop]], y[order[start:stop]]
        w -= rate * (2 / (stop - start)) * (xb.T @ (xb @ w - yb))
    return w


@alternative("descend_epoch")
def rearranged_first_and_a_mean_over_rows(w, x, y, order, batch_size, rate):
    x, y = x[order], y[order]
    while len(x):
        now_x, now_y = x[:batch_size], y[:batch_size]
        x, y = x[batch_size:], y[batch_size:]
        w = w - rate * np.mean(2 * (now_x @ w - now_y)[:, None] * now_x, axis=0)
    return w


@alternative("descend_epoch")
def loops_alone(w, x, y, order, batch_size, rate):
    w = [float(value) for value in w]
    dtype = x.dtype
    start = 0
    while start < len(order):
        examples = order[start : start + batch_size]
        slope = [0.0] * len(w)
        for n in examples:
            error = sum(float(x[n, i]) * w[i] for i in range(len(w))) - float(y[n])
            for i in range(len(w)):
                slope[i] += 2 * error * float(x[n, i])
        for i in range(len(w)):
            w[i] -= rate * slope[i] / len(examples)
        start += batch_size
    return np.array(w, dtype=dtype)


@alternative("descend_epoch")
def split_into_batches(w, x, y, order, batch_size, rate):
    for batch in np.split(order, range(batch_size, len(order), batch_size)):
        w = w - 2 * rate / batch.size * np.einsum("ni,n->i", x[batch], x[batch].dot(w) - y[batch])
    return w


@alternative("descend_epoch")
def errors_with_the_sign_turned(w, x, y, order, batch_size, rate):
    n = order.shape[0]
    for k in range(math.ceil(n / batch_size)):
        rows = order[k * batch_size : (k + 1) * batch_size]
        w = w + 2 * rate * (y[rows] - x[rows] @ w) @ x[rows] / rows.shape[0]
    return w


# momentum_step


@alternative("momentum_step")
def velocity_first(w, dw, velocity, rate, momentum):
    velocity = momentum * velocity + dw
    return w - rate * velocity, velocity


@alternative("momentum_step")
def in_place_on_copies(w, dw, velocity, rate, momentum):
    w, velocity = w.copy(), velocity.copy()
    velocity *= momentum
    velocity += dw
    w -= rate * velocity
    return w, velocity


@alternative("momentum_step")
def multiplied_out(w, dw, velocity, rate, momentum):
    return w - rate * dw - rate * momentum * velocity, dw + velocity * momentum


@alternative("momentum_step")
def entry_by_entry(w, dw, velocity, rate, momentum):
    new_w, new_velocity = np.empty_like(w), np.empty_like(w)
    for index in np.ndindex(w.shape):
        new_velocity[index] = momentum * velocity[index] + dw[index]
        new_w[index] = w[index] - rate * new_velocity[index]
    return new_w, new_velocity


@alternative("momentum_step")
def float64_inside_and_a_list(w, dw, velocity, rate, momentum):
    v = momentum * velocity.astype(np.float64) + dw
    return [(w - rate * v).astype(w.dtype), v.astype(w.dtype)]


# adagrad_step


@alternative("adagrad_step")
def sum_first(w, dw, s, rate, epsilon):
    s = s + dw**2
    return w - rate * dw / (np.sqrt(s) + epsilon), s


@alternative("adagrad_step")
def a_rate_for_each(w, dw, s, rate, epsilon):
    s = np.add(s, np.square(dw))
    rates = rate / (epsilon + s**0.5)
    return np.subtract(w, rates * dw), s


@alternative("adagrad_step")
def adagrad_in_place_on_copies(w, dw, s, rate, epsilon):
    w, s = np.array(w), np.array(s)
    s += dw * dw
    w -= rate * (dw / (np.sqrt(s) + epsilon))
    return w, s


@alternative("adagrad_step")
def adagrad_entry_by_entry(w, dw, s, rate, epsilon):
    new_w, new_s = np.zeros_like(w), np.zeros_like(s)
    for index, gradient in np.ndenumerate(dw):
        new_s[index] = s[index] + gradient * gradient
        new_w[index] = w[index] - rate * gradient / (math.sqrt(new_s[index]) + epsilon)
    return new_w, new_s


@alternative("adagrad_step")
def adagrad_in_float64(w, dw, s, rate, epsilon):
    wide = s.astype(np.float64) + dw.astype(np.float64) ** 2
    new = w.astype(np.float64) - rate * dw.astype(np.float64) / (np.sqrt(wide) + epsilon)
    return new.astype(w.dtype), wide.astype(s.dtype)


# rmsprop_step


@alternative("rmsprop_step")
def average_first(w, dw, v, rate, beta, epsilon):
    v = beta * v + (1 - beta) * dw**2
    return w - rate * dw / (np.sqrt(v) + epsilon), v


@alternative("rmsprop_step")
def moved_towards_the_square(w, dw, v, rate, beta, epsilon):
    v = v - (1 - beta) * (v - dw * dw)
    return w - dw * (rate / (np.sqrt(v) + epsilon)), v


@alternative("rmsprop_step")
def rmsprop_in_place_on_copies(w, dw, v, rate, beta, epsilon):
    v = v.copy()
    v *= beta
    v += (1 - beta) * dw * dw
    below = np.sqrt(v)
    below += epsilon
    w = w.copy()
    w -= rate * dw / below
    return w, v


@alternative("rmsprop_step")
def rmsprop_entry_by_entry(w, dw, v, rate, beta, epsilon):
    new_w, new_v = np.zeros_like(w), np.zeros_like(v)
    for index in np.ndindex(*w.shape):
        new_v[index] = beta * v[index] + (1 - beta) * dw[index] ** 2
        new_w[index] = w[index] - rate * dw[index] / (new_v[index] ** 0.5 + epsilon)
    return new_w, new_v


@alternative("rmsprop_step")
def weighted_by_np_average(w, dw, v, rate, beta, epsilon):
    v = np.average([v, dw**2], axis=0, weights=[beta, 1 - beta]).astype(w.dtype)
    return w - rate * np.divide(dw, v**0.5 + epsilon), v


# adam_step


@alternative("adam_step")
def as_in_the_paper(w, dw, m, v, t, rate, beta1, beta2, epsilon):
    m = beta1 * m + (1 - beta1) * dw
    v = beta2 * v + (1 - beta2) * dw**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    return w - rate * m_hat / (np.sqrt(v_hat) + epsilon), m, v


@alternative("adam_step")
def corrected_in_the_rate(w, dw, m, v, t, rate, beta1, beta2, epsilon):
    m = beta1 * m + (1 - beta1) * dw
    v = beta2 * v + (1 - beta2) * np.square(dw)
    root = math.sqrt(1 - beta2**t)
    rate = rate * root / (1 - beta1**t)
    return w - rate * m / (np.sqrt(v) + epsilon * root), m, v


@alternative("adam_step")
def as_pytorch_computes_it(w, dw, m, v, t, rate, beta1, beta2, epsilon):
    w, m, v = w.copy(), m.copy(), v.copy()
    m += (1 - beta1) * (dw - m)
    v *= beta2
    v += (1 - beta2) * dw * dw
    below = np.sqrt(v) / math.sqrt(1 - math.pow(beta2, t)) + epsilon
    w -= rate / (1 - math.pow(beta1, t)) * m / below
    return w, m, v


@alternative("adam_step")
def adam_entry_by_entry(w, dw, m, v, t, rate, beta1, beta2, epsilon):
    results = np.zeros_like(w), np.zeros_like(w), np.zeros_like(w)
    for index in np.ndindex(w.shape):
        first = beta1 * m[index] + (1 - beta1) * dw[index]
        second = beta2 * v[index] + (1 - beta2) * dw[index] ** 2
        step = (first / (1 - beta1**t)) / (math.sqrt(second / (1 - beta2**t)) + epsilon)
        results[0][index], results[1][index], results[2][index] = (
            w[index] - rate * step,
            first,
            second,
        )
    return results


@alternative("adam_step")
def adam_in_float64(w, dw, m, v, t, rate, beta1, beta2, epsilon):
    w64, dw64, m64, v64 = (array.astype(float) for array in (w, dw, m, v))
    wide = as_in_the_paper(w64, dw64, m64, v64, t, rate, beta1, beta2, epsilon)
    return tuple(array.astype(w.dtype) for array in wide)


# adamax_step


@alternative("adamax_step")
def larger_by_np_maximum(w, dw, m, u, t, rate, beta1, beta2, epsilon):
    m = beta1 * m + (1 - beta1) * dw
    u = np.maximum(beta2 * u, np.abs(dw) + epsilon)
    return w - rate * m / (1 - beta1**t) / u, m, u


@alternative("adamax_step")
def larger_by_np_where(w, dw, m, u, t, rate, beta1, beta2, epsilon):
    m = m + (1 - beta1) * (dw - m)
    faded, now = u * beta2, abs(dw) + epsilon
    u = np.where(faded >= now, faded, now)
    return w - (rate / (1 - beta1**t)) * (m / u), m, u


@alternative("adamax_step")
def larger_of_a_stack(w, dw, m, u, t, rate, beta1, beta2, epsilon):
    m = (1 - beta1) * dw + beta1 * m
    u = np.max(np.stack([beta2 * u, np.sqrt(dw**2) + epsilon]), axis=0)
    corrected = m / (1 - np.power(beta1, t))
    return (w - rate * np.divide(corrected, u)).astype(w.dtype), m, u


@alternative("adamax_step")
def adamax_entry_by_entry(w, dw, m, u, t, rate, beta1, beta2, epsilon):
    new_w, new_m, new_u = np.empty_like(w), np.empty_like(m), np.empty_like(u)
    for index in np.ndindex(w.shape):
        new_m[index] = beta1 * m[index] + (1 - beta1) * dw[index]
        new_u[index] = max(beta2 * u[index], abs(dw[index]) + epsilon)
        new_w[index] = w[index] - rate / (1 - beta1**t) * new_m[index] / new_u[index]
    return new_w, new_m, new_u


@alternative("adamax_step")
def adamax_in_place_on_copies(w, dw, m, u, t, rate, beta1, beta2, epsilon):
    w, m, u = w.copy(), m.copy(), u.copy()
    m *= beta1
    m += (1 - beta1) * dw
    u *= beta2
    np.maximum(u, np.abs(dw) + epsilon, out=u)
    w -= rate * m / ((1 - beta1**t) * u)
    return w, m, u


# rate_at


@alternative("rate_at")
def two_cases(step, steps, warmup, peak, final):
    if step < warmup:
        return peak * (step + 1) / (warmup + 1)
    done = min((step - warmup) / (steps - warmup), 1)
    return final + (peak - final) * (1 + math.cos(math.pi * done)) / 2


@alternative("rate_at")
def three_cases(step, steps, warmup, peak, final):
    if step >= steps:
        return final
    if step >= warmup:
        left = (steps - step) / (steps - warmup)
        return final + 0.5 * (peak - final) * (1 - np.cos(np.pi * left))
    return (step + 1) * peak / (warmup + 1)


@alternative("rate_at")
def with_numpy(step, steps, warmup, peak, final):
    done = np.clip((step - warmup) / (steps - warmup), 0, 1)
    fall = final + (peak - final) / 2 * (1 + np.cos(np.pi * done))
    return np.where(step < warmup, peak * (step + 1) / (warmup + 1), fall)


@alternative("rate_at")
def from_the_middle(step, steps, warmup, peak, final):
    middle, half = (peak + final) / 2, (peak - final) / 2
    if step < warmup:
        return peak - peak * (warmup - step) / (warmup + 1)
    position = min(step, steps) - warmup
    return middle + half * math.cos(position * math.pi / (steps - warmup))


@alternative("rate_at")
def by_interpolation(step, steps, warmup, peak, final):
    if step <= warmup:
        return np.interp(step, [-1, warmup], [0, peak])
    angle = np.interp(step, [warmup, steps], [0, math.pi])
    return float(np.interp(np.cos(angle), [-1, 1], [final, peak]))
