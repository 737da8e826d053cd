"""
Right solutions of the initialization lab in other styles, each of which has to get every point.

They live beside the tests and not in the package: what learners install holds no solutions.
"""

import math

import numpy as np

from tests.labs.alternatives import entering

ALTERNATIVES = {}
alternative = entering(ALTERNATIVES)


# fans


@alternative("fans")
def unpacked_with_a_star(shape):
    *kernel, inputs, outputs = shape
    places = math.prod(kernel)
    return places * inputs, places * outputs


@alternative("fans")
def two_cases(shape):
    if len(shape) == 2:
        return shape
    places = int(np.prod(shape[:-2]))
    return places * shape[-2], places * shape[-1]


@alternative("fans")
def all_weights_divided(shape):
    every = math.prod(shape)
    return every // shape[-1], every // shape[-2]


@alternative("fans")
def counted_in_a_loop(shape):
    fan_in, fan_out = shape[-2], shape[-1]
    for size in shape[:-2]:
        fan_in, fan_out = fan_in * size, fan_out * size
    return [fan_in, fan_out]


@alternative("fans")
def in_numpy_floats(shape):
    return np.prod(np.array(shape[:-1])), np.prod(shape[:-2]) * float(shape[-1])


# glorot_uniform


@alternative("glorot_uniform")
def stretched(u, fan_in, fan_out):
    limit = math.sqrt(6 / (fan_in + fan_out))
    return limit * (2 * u - 1)


@alternative("glorot_uniform")
def from_the_lower_end(u, fan_in, fan_out):
    limit = (6 / (fan_in + fan_out)) ** 0.5
    return -limit + (limit - -limit) * u


@alternative("glorot_uniform")
def from_the_variance(u, fan_in, fan_out):
    deviation = math.sqrt(1 / ((fan_in + fan_out) / 2))
    return (u - 0.5) * (math.sqrt(12) * deviation)


@alternative("glorot_uniform")
def with_a_root_of_the_right_type(u, fan_in, fan_out):
    limit = np.sqrt(6 / (fan_in + fan_out)).astype(u.dtype)
    return (u + u - 1) * limit


@alternative("glorot_uniform")
def in_float64_and_back(u, fan_in, fan_out):
    limit = np.sqrt(6.0) / np.sqrt(fan_in + fan_out)
    return np.interp(u, [0, 1], [-limit, limit]).astype(u.dtype)


@alternative("glorot_uniform")
def weight_by_weight(u, fan_in, fan_out):
    w = np.zeros_like(u)
    for index in np.ndindex(u.shape):
        w[index] = math.sqrt(6 / (fan_in + fan_out)) * (2 * float(u[index]) - 1)
    return w


# he_normal


@alternative("he_normal")
def times_the_deviation(z, fan_in, fan_out):
    return z * math.sqrt(2 / fan_in)


@alternative("he_normal")
def divided_by_a_root(z, fan_in, fan_out):
    return z / math.sqrt(fan_in / 2)


@alternative("he_normal")
def in_place_on_a_copy(z, fan_in, fan_out):
    w = z.copy()
    w *= (2 / fan_in) ** 0.5
    return w


@alternative("he_normal")
def cast_back(z, fan_in, fan_out):
    return (np.sqrt(2.0 / fan_in) * z).astype(z.dtype)


@alternative("he_normal")
def he_weight_by_weight(z, fan_in, fan_out):
    w = np.empty_like(z)
    for index, value in np.ndenumerate(z):
        w[index] = value * math.sqrt(2) / math.sqrt(fan_in)
    return w


# signal_spreads


@alternative("signal_spreads")
def sums_kept(x, dy, ws, activation):
    sums, forward = [], []
    for w in ws:
        z = x @ w
        x = np.maximum(z, 0) if activation == "relu" else np.tanh(z)
        sums.append(z)
        forward.append(x.std())
    backward = []
    for w, z in zip(reversed(ws), reversed(sums), strict=True):
        dy = (dy * ((z > 0) if activation == "relu" else 1 - np.tanh(z) ** 2)) @ w.T
        backward.append(dy.std())
    return np.array(forward), np.array(backward[::-1])


@alternative("signal_spreads")
def outputs_kept(x, dy, ws, activation):
    outputs = []
    for w in ws:
        x = np.tanh(x @ w) if activation == "tanh" else np.where(x @ w > 0, x @ w, 0)
        outputs.append(x)
    forward = np.array([np.std(y) for y in outputs])
    backward = np.zeros(len(ws))
    for layer in range(len(ws) - 1, -1, -1):
        y = outputs[layer]
        dz = dy * (1 - y * y) if activation == "tanh" else np.where(y > 0, dy, 0)
        dy = np.einsum("no,io->ni", dz, ws[layer])
        backward[layer] = np.sqrt(np.mean((dy - dy.mean()) ** 2))
    return forward, backward


@alternative("signal_spreads")
def by_recursion(x, dy, ws, activation):
    if not ws:
        return np.zeros(0), np.zeros(0)

    def through(x, ws):
        if not ws:
            return [], [], dy
        z = x @ ws[0]
        y = z * (z > 0) if activation == "relu" else np.tanh(z)
        forward, backward, gradient = through(y, ws[1:])
        steepness = np.sign(y) if activation == "relu" else np.cosh(z) ** -2.0
        gradient = (gradient * steepness) @ ws[0].T
        return [y.std(), *forward], [gradient.std(), *backward], gradient

    forward, backward, _ = through(x, ws)
    return np.asarray(forward), np.asarray(backward)


@alternative("signal_spreads")
def in_float64_with_slopes_kept(x, dy, ws, activation):
    x, dy = np.asarray(x, np.float64), np.asarray(dy, np.float64)
    forward, slopes = np.empty(len(ws)), []
    for k, w in enumerate(ws):
        z = np.dot(x, w.astype(np.float64))
        if activation == "relu":
            slopes.append(np.heaviside(z, 0.0))
            x = z * slopes[-1]
        else:
            x = np.tanh(z)
            slopes.append((1 - x) * (1 + x))
        forward[k] = math.sqrt(np.var(x))
    backward = np.empty(len(ws))
    for k in reversed(range(len(ws))):
        dy = np.dot(ws[k], (dy * slopes[k]).T).T
        backward[k] = math.sqrt(np.var(dy))
    return forward, backward


# layer_gains


@alternative("layer_gains")
def gain_applied_to_the_sums(x, draws, activation):
    gains = []
    for w in draws:
        z = x @ w
        gain = 1 / z.std()
        x = np.maximum(gain * z, 0) if activation == "relu" else np.tanh(gain * z)
        gains.append(gain)
    return np.array(gains)


@alternative("layer_gains")
def gain_applied_to_the_weights(x, draws, activation):
    act = {"relu": lambda z: np.where(z > 0, z, 0), "tanh": np.tanh}[activation]
    gains = np.zeros(len(draws))
    for layer, w in enumerate(draws):
        gains[layer] = 1 / np.std(x @ w)
        x = act(x @ (w * gains[layer]))
    return gains


@alternative("layer_gains")
def from_the_start_for_each_layer(x, draws, activation):
    gains = []
    for layer in range(len(draws)):
        signal = x
        for gain, w in zip(gains, draws[:layer], strict=True):
            signal = gain * (signal @ w)
            signal = signal * (signal > 0) if activation == "relu" else np.tanh(signal)
        gains.append(1 / (signal @ draws[layer]).std())
    return np.array(gains)


@alternative("layer_gains")
def sums_divided_by_their_spread(x, draws, activation):
    signal, spreads = x.astype(np.float64), []
    for w in draws:
        z = np.einsum("ni,io->no", signal, w)
        spreads.append(np.sqrt(((z - z.mean()) ** 2).mean()))
        z = z / spreads[-1]
        signal = np.tanh(z) if activation == "tanh" else (z + np.abs(z)) / 2
    return 1 / np.array(spreads)
