"""The contestants: each makes, for a workload, a function that does one training step.

The function returns the loss before the step as a float, so that nobody can put work off and so
that a test can compare what they computed. The optimizer is Adam with rate 0.001, 0.9, 0.999, 1e-8.
"""

from collections.abc import Callable

import numpy as np

from tests.benchmarks.workloads import Mlp

Step = Callable[[], float]


def dlcourse(workload: Mlp) -> Step:
    """The library: BLAS, and Numba kernels over one flat buffer."""
    from dlcourse.layers import Dense, ReLU
    from dlcourse.losses import SoftmaxCrossEntropy
    from dlcourse.model import Sequential
    from dlcourse.optimizers import Adam

    layers = [layer for width in workload.widths[1:] for layer in (Dense(width), ReLU())][:-1]
    model = Sequential(*layers, input_shape=workload.widths[:1], rng=0)
    for layer, (w, b) in zip(layers[::2], workload.weights(), strict=True):
        layer.w[...], layer.b[...] = w, b
    loss = SoftmaxCrossEntropy()
    optimizer = Adam(model.parameters, learning_rate=1e-3)
    x, labels = workload.data()

    def step() -> float:
        value = loss.forward(model.forward(x), labels)
        model.backward(loss.backward())
        optimizer.step()
        return value

    return step


def numpy(workload: Mlp) -> Step:
    """Plain NumPy, as one writes it down from the formulas."""
    weights = [array for pair in workload.weights() for array in pair]
    first = [np.zeros_like(array) for array in weights]
    second = [np.zeros_like(array) for array in weights]
    x, labels = workload.data()
    rows = np.arange(len(x))
    steps = 0

    def step() -> float:
        nonlocal steps
        steps += 1
        activations = [x]
        for w, b in zip(weights[:-2:2], weights[1:-2:2], strict=True):
            activations.append(np.maximum(activations[-1] @ w + b, 0))
        logits = activations[-1] @ weights[-2] + weights[-1]
        shifted = logits - logits.max(axis=1, keepdims=True)
        log_probabilities = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        value = -log_probabilities[rows, labels].mean()

        dy = np.exp(log_probabilities)
        dy[rows, labels] -= 1
        dy /= len(x)
        gradients: list[np.ndarray] = []
        for index in reversed(range(0, len(weights), 2)):
            activation = activations[index // 2]
            gradients[:0] = [activation.T @ dy, dy.sum(axis=0)]
            if index:
                dy = (dy @ weights[index].T) * (activation > 0)
        for w, dw, m, v in zip(weights, gradients, first, second, strict=True):
            m += 0.1 * (dw - m)
            v += 0.001 * (dw * dw - v)
            w -= 1e-3 * (m / (1 - 0.9**steps)) / (np.sqrt(v / (1 - 0.999**steps)) + 1e-8)
        return float(value)

    return step


def pytorch(workload: Mlp) -> Step:
    """PyTorch on the CPU, eager, with its fused Adam."""
    import torch

    layers = []
    for w, b in workload.weights():
        linear = torch.nn.Linear(*w.shape)
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(w.T))
            linear.bias.copy_(torch.from_numpy(b))
        layers += [linear, torch.nn.ReLU()]
    model = torch.nn.Sequential(*layers[:-1])
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)
    x, labels = map(torch.from_numpy, workload.data())

    def step() -> float:
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(x), labels)
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def jax(workload: Mlp) -> Step:
    """JAX on the CPU, the whole step compiled."""
    import jax
    import jax.numpy as jnp

    def loss_of(weights, x, labels):
        for w, b in weights[:-1]:
            x = jnp.maximum(x @ w + b, 0)
        w, b = weights[-1]
        return -jax.nn.log_softmax(x @ w + b)[jnp.arange(len(x)), labels].mean()

    @jax.jit
    def update(state, x, labels):
        weights, first, second, steps = state
        value, gradients = jax.value_and_grad(loss_of)(weights, x, labels)
        steps = steps + 1
        first = jax.tree.map(lambda m, dw: m + 0.1 * (dw - m), first, gradients)
        second = jax.tree.map(lambda v, dw: v + 0.001 * (dw * dw - v), second, gradients)
        weights = jax.tree.map(
            lambda w, m, v: (
                w - 1e-3 * (m / (1 - 0.9**steps)) / (jnp.sqrt(v / (1 - 0.999**steps)) + 1e-8)
            ),
            weights,
            first,
            second,
        )
        return value, (weights, first, second, steps)

    weights = [(jnp.asarray(w), jnp.asarray(b)) for w, b in workload.weights()]
    zeros = jax.tree.map(jnp.zeros_like, weights)
    state = (weights, zeros, zeros, 0)
    x, labels = map(jnp.asarray, workload.data())

    def step() -> float:
        nonlocal state
        value, state = update(state, x, labels)
        jax.block_until_ready(state)
        return float(value)

    return step


# By the module that each one needs.
CONTESTANTS: dict[str, Callable[[Mlp], Step]] = {
    "dlcourse": dlcourse,
    "numpy": numpy,
    "torch": pytorch,
    "jax": jax,
}
