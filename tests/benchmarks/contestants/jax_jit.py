"""JAX on the CPU, each step compiled as a whole, with memory given back to it (donated)."""

from functools import partial, singledispatch
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from tests.benchmarks import networks
from tests.benchmarks.workloads import Augmenting, Epoch, OptimizerStep, Prediction, Training


@singledispatch
def prepare(workload: Any) -> Any:
    return None


@prepare.register
def _(workload: Training) -> Any:
    state, update = _state(workload.network), _update_of(workload.network)
    x, labels = map(jnp.asarray, workload.network.data())

    def step() -> float:
        nonlocal state
        value, state = update(state, x, labels)
        jax.block_until_ready(state)
        return float(value)

    return step


@prepare.register
def _(workload: Prediction) -> Any:
    weights = _weights(workload.network)
    x = jnp.asarray(workload.network.data()[0])
    key = jax.random.key(0)
    forward = jax.jit(lambda weights, x: _forward(workload.network, weights, x, key, False))
    return lambda: np.asarray(forward(weights, x))


@prepare.register
def _(workload: OptimizerStep) -> Any:
    values, gradients = map(jnp.asarray, workload.vectors())
    zeros = [jnp.zeros_like(values) for _ in range(workload.state)]
    update = jax.jit(_FORMULAS[workload.optimizer], donate_argnums=(0, 2))
    state, steps = (values, zeros), 0

    def step() -> np.ndarray:
        nonlocal state, steps
        steps += 1
        state = jax.block_until_ready(update(state[0], gradients, state[1], float(steps)))
        return np.asarray(state[0][:100])

    return step


@prepare.register
def _(workload: Augmenting) -> Any:
    return None


@prepare.register
def _(workload: Epoch) -> Any:
    state, update = _state(workload.network), _update_of(workload.network)
    x, labels = workload.data()
    batch, rng = workload.network.batch, np.random.default_rng(2)

    def run() -> float:
        nonlocal state
        order = rng.permutation(len(x))
        total = 0.0
        for start in range(0, len(x), batch):
            rows = order[start : start + batch]
            value, state = update(state, x[rows], labels[rows])
            total += float(value) * len(rows)
        return total / len(x)

    return run


def _weights(network: networks.Network) -> list[dict[str, Any]]:
    """Return each layer's arrays, the scales and shifts of batch norm among them."""
    weights = [{name: jnp.asarray(w) for name, w in each.items()} for each in network.weights()]
    for own, (layer, shape) in zip(weights, network.with_shapes(), strict=True):
        if isinstance(layer, networks.BatchNorm):
            own |= {"gamma": jnp.ones(shape[-1]), "beta": jnp.zeros(shape[-1])}
    return weights


def _state(network: networks.Network) -> Any:
    weights = _weights(network)
    first, second = (jax.tree.map(jnp.zeros_like, weights) for _ in range(2))
    return weights, first, second, jnp.zeros(()), jax.random.key(0)


def _update_of(network: networks.Network) -> Any:
    """Return the compiled training step: (state, x, labels) → (loss, state)."""

    def loss_of(weights: Any, x: Any, labels: Any, key: Any) -> Any:
        logits = _forward(network, weights, x, key, True)
        return -jax.nn.log_softmax(logits)[jnp.arange(len(x)), labels].mean()

    @partial(jax.jit, donate_argnums=0)
    def update(state: Any, x: Any, labels: Any) -> Any:
        weights, first, second, steps, key = state
        key, now = jax.random.split(key)
        value, gradients = jax.value_and_grad(loss_of)(weights, x, labels, now)
        steps = steps + 1
        first = jax.tree.map(lambda m, g: m + 0.1 * (g - m), first, gradients)
        second = jax.tree.map(lambda v, g: v + 0.001 * (g * g - v), second, gradients)
        weights = jax.tree.map(partial(_adam, steps=steps), weights, first, second)
        return value, (weights, first, second, steps, key)

    return update


def _adam(w: Any, m: Any, v: Any, steps: Any, rate: float = 1e-3) -> Any:
    return w - rate * (m / (1 - 0.9**steps)) / (jnp.sqrt(v / (1 - 0.999**steps)) + 1e-8)


def _forward(network: networks.Network, weights: Any, x: Any, key: Any, training: bool) -> Any:
    for layer, own in zip(network.layers, weights, strict=True):
        match layer:
            case networks.Dense():
                x = x @ own["w"] + own["b"]
            case networks.Conv():
                order = ("NHWC", "HWIO", "NHWC")
                x = lax.conv_general_dilated(x, own["w"], (1, 1), "SAME", dimension_numbers=order)
                x = x + own["b"]
            case networks.LSTM(units):
                x = _lstm(x, own, units)
            case networks.ReLU():
                x = jnp.maximum(x, 0)
            case networks.MaxPool():
                window = (1, 2, 2, 1)
                x = lax.reduce_window(x, -jnp.inf, lax.max, window, window, "VALID")
            case networks.Flatten():
                x = x.reshape(len(x), -1)
            case networks.BatchNorm():
                x = _batch_norm(x, own, training)
            case networks.Dropout(rate) if training and rate:
                key, now = jax.random.split(key)
                x = jnp.where(jax.random.bernoulli(now, 1 - rate, x.shape), x / (1 - rate), 0)
    return x


def _batch_norm(x: Any, own: Any, training: bool) -> Any:
    """Normalize; in evaluation by the moments that nothing has been learnt about: 0 and 1."""
    mean, variance = 0.0, 1.0
    if training:
        axes = tuple(range(x.ndim - 1))
        mean, variance = x.mean(axes), x.var(axes)
    return (x - mean) * lax.rsqrt(variance + 1e-5) * own["gamma"] + own["beta"]


def _lstm(x: Any, own: Any, units: int) -> Any:
    shares = (x @ own["w_x"] + own["b"]).swapaxes(0, 1)

    def step(carried: Any, share: Any) -> Any:
        h, c = carried
        i, f, g, o = jnp.split(share + h @ own["w_h"], 4, axis=1)
        c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        return (jax.nn.sigmoid(o) * jnp.tanh(c), c), None

    zeros = jnp.zeros((len(x), units))
    (h, _), _ = lax.scan(step, (zeros, zeros), shares)
    return h


def _sgd(p: Any, g: Any, state: Any, t: Any) -> Any:
    return p - 0.01 * g, state


def _momentum(p: Any, g: Any, state: Any, t: Any) -> Any:
    v = 0.9 * state[0] + g
    return p - 0.01 * v, [v]


def _nesterov(p: Any, g: Any, state: Any, t: Any) -> Any:
    v = 0.9 * state[0] + g
    return p - 0.01 * (g + 0.9 * v), [v]


def _adagrad(p: Any, g: Any, state: Any, t: Any) -> Any:
    s = state[0] + g * g
    return p - 0.01 * g / (jnp.sqrt(s) + 1e-10), [s]


def _rmsprop(p: Any, g: Any, state: Any, t: Any) -> Any:
    v = 0.99 * state[0] + 0.01 * g * g
    return p - 0.01 * g / (jnp.sqrt(v) + 1e-8), [v]


def _adam_vector(p: Any, g: Any, state: Any, t: Any) -> Any:
    m, v = state[0] + 0.1 * (g - state[0]), state[1] + 0.001 * (g * g - state[1])
    return _adam(p, m, v, t), [m, v]


def _adamw(p: Any, g: Any, state: Any, t: Any) -> Any:
    return _adam_vector((1 - 1e-3 * 0.01) * p, g, state, t)


def _amsgrad(p: Any, g: Any, state: Any, t: Any) -> Any:
    m, v = state[0] + 0.1 * (g - state[0]), state[1] + 0.001 * (g * g - state[1])
    largest = jnp.maximum(state[2], v)
    return _adam(p, m, largest, t), [m, v, largest]


def _adamax(p: Any, g: Any, state: Any, t: Any) -> Any:
    m = state[0] + 0.1 * (g - state[0])
    u = jnp.maximum(0.999 * state[1], jnp.abs(g) + 1e-8)
    return p - 2e-3 / (1 - 0.9**t) * m / u, [m, u]


_FORMULAS = {
    "SGD": _sgd,
    "momentum": _momentum,
    "Nesterov": _nesterov,
    "Adagrad": _adagrad,
    "RMSprop": _rmsprop,
    "Adam": _adam_vector,
    "AdamW": _adamw,
    "AMSGrad": _amsgrad,
    "Adamax": _adamax,
}
