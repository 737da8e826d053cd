"""Every workload in plain NumPy and float64: slow, obvious, and what the contestants must equal."""

from functools import singledispatch
from typing import Any

import numpy as np

from tests.benchmarks import networks
from tests.benchmarks.workloads import (
    Augmenting,
    Epoch,
    OptimizerStep,
    Prediction,
    Training,
)


@singledispatch
def prepare(workload: Any) -> Any:
    raise TypeError(f"no reference for {workload!r}")


@prepare.register
def _(workload: Training) -> Any:
    network = _Network(workload.network)
    x, labels = workload.network.data()
    return lambda: network.step(x, labels)


@prepare.register
def _(workload: Prediction) -> Any:
    network = _Network(workload.network)
    x, _ = workload.network.data()
    return lambda: network.forward(x, training=False)


@prepare.register
def _(workload: Epoch) -> Any:
    network, rng = _Network(workload.network), np.random.default_rng(2)
    x, labels = workload.data()
    batch = workload.network.batch

    def epoch() -> float:
        order = rng.permutation(len(x))
        parts = [order[start : start + batch] for start in range(0, len(x), batch)]
        return sum(network.step(x[rows], labels[rows]) * len(rows) for rows in parts) / len(x)

    return epoch


@prepare.register
def _(workload: OptimizerStep) -> Any:
    p, g = (each[:100].astype(np.float64) for each in workload.vectors())
    a, b, c = np.zeros_like(p), np.zeros_like(p), np.zeros_like(p)
    t = 0

    def step() -> np.ndarray:
        nonlocal t
        t += 1
        match workload.optimizer:
            case "SGD":
                p[...] -= 0.01 * g
            case "momentum":
                a[...] = 0.9 * a + g
                p[...] -= 0.01 * a
            case "Nesterov":
                a[...] = 0.9 * a + g
                p[...] -= 0.01 * (g + 0.9 * a)
            case "Adagrad":
                a[...] += g**2
                p[...] -= 0.01 * g / (np.sqrt(a) + 1e-10)
            case "RMSprop":
                a[...] = 0.99 * a + 0.01 * g**2
                p[...] -= 0.01 * g / (np.sqrt(a) + 1e-8)
            case "Adam" | "AdamW" | "AMSGrad":
                if workload.optimizer == "AdamW":
                    p[...] *= 1 - 1e-3 * 0.01
                a[...] = 0.9 * a + 0.1 * g
                b[...] = 0.999 * b + 0.001 * g**2
                c[...] = np.maximum(c, b) if workload.optimizer == "AMSGrad" else b
                _adam(p, a, c, t)
            case "Adamax":
                a[...] = 0.9 * a + 0.1 * g
                b[...] = np.maximum(0.999 * b, np.abs(g) + 1e-8)
                p[...] -= 2e-3 / (1 - 0.9**t) * a / b
        return p

    return step


@prepare.register
def _(workload: Augmenting) -> Any:
    x, rng = workload.data()[..., 0].astype(np.float64), np.random.default_rng(1)

    def move() -> np.ndarray:
        angles, shifts = workload.motion(rng)
        moved = [_moved(*each) for each in zip(x, angles, shifts, strict=True)]
        return np.stack(moved)[..., None]

    return move


def _moved(image: np.ndarray, angle: float, shift: np.ndarray) -> np.ndarray:
    """Look every pixel up where it came from, between four pixels; zeros lie all around."""
    middle = (len(image) - 1) / 2
    around = np.pad(image, len(image))
    down, right = np.indices(image.shape) - middle - shift[:, None, None]
    row = np.cos(angle) * down + np.sin(angle) * right + middle + len(image)
    column = np.cos(angle) * right - np.sin(angle) * down + middle + len(image)
    r, c = np.floor(row).astype(int), np.floor(column).astype(int)
    row, column = row - r, column - c
    upper = (1 - column) * around[r, c] + column * around[r, c + 1]
    lower = (1 - column) * around[r + 1, c] + column * around[r + 1, c + 1]
    return (1 - row) * upper + row * lower


class _Network:
    """A network with Adam; each layer's forward and backward stand side by side."""

    def __init__(self, network: networks.Network) -> None:
        self.layers = network.layers
        self.weights = [
            {name: w.astype(np.float64) for name, w in each.items()} for each in network.weights()
        ]
        for own, (layer, shape) in zip(self.weights, network.with_shapes(), strict=True):
            if isinstance(layer, networks.BatchNorm):
                own |= {"gamma": np.ones(shape[-1]), "beta": np.zeros(shape[-1])}
        self.moments = [
            {name: (np.zeros_like(w), np.zeros_like(w)) for name, w in each.items()}
            for each in self.weights
        ]
        self.steps = 0

    def forward(self, x: np.ndarray, training: bool) -> np.ndarray:
        x = x.astype(np.float64)
        self.kept: list[Any] = []
        for layer, own in zip(self.layers, self.weights, strict=True):
            x, kept = _FORWARD[type(layer)](x, own, training)
            self.kept.append(kept)
        return x

    def step(self, x: np.ndarray, labels: np.ndarray) -> float:
        logits = self.forward(x, training=True)
        shifted = logits - logits.max(axis=1, keepdims=True)
        log_shares = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        rows = np.arange(len(x))
        dy = np.exp(log_shares)
        dy[rows, labels] -= 1
        dy /= len(x)
        self.steps += 1
        for index in reversed(range(len(self.layers))):
            own = self.weights[index]
            dy, gradients = _BACKWARD[type(self.layers[index])](dy, own, self.kept[index])
            for name, g in gradients.items():
                m, v = self.moments[index][name]
                m[...] = 0.9 * m + 0.1 * g
                v[...] = 0.999 * v + 0.001 * g**2
                _adam(own[name], m, v, self.steps)
        return -log_shares[rows, labels].mean()


def _adam(w: np.ndarray, m: np.ndarray, v: np.ndarray, t: int) -> None:
    w -= 1e-3 * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)


def _dense(x, own, training):
    return x @ own["w"] + own["b"], x


def _dense_backward(dy, own, x):
    return dy @ own["w"].T, {"w": x.T @ dy, "b": dy.sum(axis=0)}


def _conv(x, own, training):
    """Return, for every pixel, the sum over the window around it."""
    high, wide, _, filters = own["w"].shape
    padded = np.pad(x, ((0, 0), (high // 2, high // 2), (wide // 2, wide // 2), (0, 0)))
    y = np.zeros((*x.shape[:3], filters)) + own["b"]
    for k in range(high):
        for j in range(wide):
            y += padded[:, k : k + x.shape[1], j : j + x.shape[2]] @ own["w"][k, j]
    return y, (x, padded)


def _conv_backward(dy, own, kept):
    x, padded = kept
    dw, dpadded = np.empty_like(own["w"]), np.zeros_like(padded)
    high, wide = dw.shape[:2]
    rows, columns = x.shape[1:3]
    for k in range(high):
        for j in range(wide):
            part = np.s_[:, k : k + rows, j : j + columns]
            dw[k, j] = np.einsum("nrci,nrco->io", padded[part], dy)
            dpadded[part] += dy @ own["w"][k, j].T
    inner = np.s_[:, high // 2 : high // 2 + rows, wide // 2 : wide // 2 + columns]
    return dpadded[inner], {"w": dw, "b": dy.sum(axis=(0, 1, 2))}


def _relu(x, own, training):
    return np.maximum(x, 0), x > 0


def _relu_backward(dy, own, positive):
    return dy * positive, {}


def _max_pool(x, own, training):
    n, rows, columns, channels = x.shape
    rows, columns = rows // 2, columns // 2
    whole = x[:, : 2 * rows, : 2 * columns].reshape(n, rows, 2, columns, 2, channels)
    windows = whole.transpose(0, 1, 3, 5, 2, 4).reshape(n, rows, columns, channels, 4)
    place = windows.argmax(axis=-1)
    return np.take_along_axis(windows, place[..., None], -1)[..., 0], (place, x.shape)


def _max_pool_backward(dy, own, kept):
    place, shape = kept
    dx = np.zeros(shape)
    for k in range(4):
        part = dx[:, k // 2 : 2 * place.shape[1] : 2, k % 2 : 2 * place.shape[2] : 2]
        part[...] = dy * (place == k)
    return dx, {}


def _flatten(x, own, training):
    return x.reshape(len(x), -1), x.shape


def _flatten_backward(dy, own, shape):
    return dy.reshape(shape), {}


def _batch_norm(x, own, training):
    """Normalize; before the first step the running moments are 0 and 1."""
    axes = tuple(range(x.ndim - 1))
    mean, variance = (x.mean(axes), x.var(axes)) if training else (0.0, 1.0)
    deviation = np.sqrt(variance + 1e-5)
    normal = (x - mean) / deviation
    return own["gamma"] * normal + own["beta"], (normal, deviation)


def _batch_norm_backward(dy, own, kept):
    normal, deviation = kept
    axes = tuple(range(dy.ndim - 1))
    g = own["gamma"] * dy
    dx = (g - g.mean(axes) - normal * (g * normal).mean(axes)) / deviation
    return dx, {"gamma": (dy * normal).sum(axes), "beta": dy.sum(axes)}


def _dropout(x, own, training):
    return x, None


def _dropout_backward(dy, own, kept):
    return dy, {}


def _lstm(x, own, training):
    units = len(own["w_h"])
    h, c = np.zeros((len(x), units)), np.zeros((len(x), units))
    kept = []
    for t in range(x.shape[1]):
        i, f, g, o = np.split(x[:, t] @ own["w_x"] + h @ own["w_h"] + own["b"], 4, axis=1)
        i, f, o = (1 / (1 + np.exp(-s)) for s in (i, f, o))
        g = np.tanh(g)
        kept.append((h, c, i, f, g, o))
        c = f * c + i * g
        h = o * np.tanh(c)
    return h, (x, c, kept)


def _lstm_backward(dh, own, everything):
    x, c_after, kept = everything
    dx, dc = np.empty_like(x), 0
    gradients = {name: np.zeros_like(w) for name, w in own.items()}
    for t in reversed(range(x.shape[1])):
        h, c, i, f, g, o = kept[t]
        tanh_c = np.tanh(c_after)
        dc = dc + dh * o * (1 - tanh_c**2)
        ds = np.concatenate(
            [dc * g * i * (1 - i), dc * c * f * (1 - f), dc * i * (1 - g**2),
             dh * tanh_c * o * (1 - o)], axis=1,
        )  # fmt: skip
        gradients["w_x"] += x[:, t].T @ ds
        gradients["w_h"] += h.T @ ds
        gradients["b"] += ds.sum(axis=0)
        dx[:, t], dh = ds @ own["w_x"].T, ds @ own["w_h"].T
        dc, c_after = dc * f, c
    return dx, gradients


_FORWARD: dict[type, Any] = {
    networks.Dense: _dense, networks.Conv: _conv, networks.ReLU: _relu,
    networks.MaxPool: _max_pool, networks.Flatten: _flatten, networks.BatchNorm: _batch_norm,
    networks.Dropout: _dropout, networks.LSTM: _lstm,
}  # fmt: skip
_BACKWARD: dict[type, Any] = {
    networks.Dense: _dense_backward, networks.Conv: _conv_backward, networks.ReLU: _relu_backward,
    networks.MaxPool: _max_pool_backward, networks.Flatten: _flatten_backward,
    networks.BatchNorm: _batch_norm_backward, networks.Dropout: _dropout_backward,
    networks.LSTM: _lstm_backward,
}  # fmt: skip
