"""
Right solutions of the backprop lab in other styles, each of which has to get every point.

They live beside the tests and not in the package: what learners install holds no solutions.
"""

import functools
import math

import numpy as np

from tests.labs.alternatives import entering

ALTERNATIVES = {}
alternative = entering(ALTERNATIVES)


# dense_forward


@alternative("dense_forward")
def plain(x, w, b):
    return x @ w + b


@alternative("dense_forward")
def three_loops(x, w, b):
    y = np.zeros((x.shape[0], w.shape[1]), dtype=x.dtype)
    for n in range(x.shape[0]):
        for o in range(w.shape[1]):
            total = b[o]
            for i in range(x.shape[1]):
                total += x[n, i] * w[i, o]
            y[n, o] = total
    return y


@alternative("dense_forward")
def einsum(x, w, b):
    return np.einsum("ni,io->no", x, w) + b[np.newaxis, :]


@alternative("dense_forward")
def one_matrix_with_a_column_of_ones(x, w, b):
    ones = np.ones((len(x), 1), dtype=x.dtype)
    return np.hstack([x, ones]) @ np.vstack([w, b])


@alternative("dense_forward")
def in_place_on_its_own_result(x, w, b):
    y = np.dot(x, w)
    y += b
    return y


@alternative("dense_forward")
def list_of_rows(x, w, b):
    return np.stack([row @ w + b for row in x])


@alternative("dense_forward")
def float64_inside(x, w, b):
    y = x.astype(np.float64) @ w.astype(np.float64) + b
    return y.astype(x.dtype)


@alternative("dense_forward")
def examples_in_columns_and_back(x, w, b):
    return (w.T @ x.T + b[:, np.newaxis]).T


@alternative("dense_forward")
def with_an_option(x, w, b, *, dtype=None):
    return np.add(np.matmul(x, w), b, dtype=dtype or x.dtype)


# dense_backward


@alternative("dense_backward")
def products(dy, x, w):
    return dy @ w.T, x.T @ dy, dy.sum(axis=0)


@alternative("dense_backward")
def returned_as_a_list(dy, x, w):
    dx = np.dot(dy, np.transpose(w))
    dw = np.dot(np.transpose(x), dy)
    db = np.sum(dy, 0)
    return [dx, dw, db]


@alternative("dense_backward")
def loop_over_the_examples(dy, x, w):
    dx, dw, db = np.zeros_like(x), np.zeros_like(w), np.zeros_like(w[0])
    for n in range(len(x)):
        dx[n] = w @ dy[n]
        dw += np.outer(x[n], dy[n])
        db += dy[n]
    return dx, dw, db


@alternative("dense_backward")
def loops_over_everything(dy, x, w):
    n_examples, inputs = x.shape
    outputs = w.shape[1]
    dx = np.zeros(x.shape, dtype=x.dtype)
    dw = np.zeros(w.shape, dtype=w.dtype)
    db = np.zeros(outputs, dtype=w.dtype)
    for n in range(n_examples):
        for o in range(outputs):
            db[o] += dy[n, o]
            for i in range(inputs):
                dx[n, i] += dy[n, o] * w[i, o]
                dw[i, o] += dy[n, o] * x[n, i]
    return dx, dw, db


@alternative("dense_backward")
def einsums(dy, x, w):
    return (
        np.einsum("no,io->ni", dy, w),
        np.einsum("ni,no->io", x, dy),
        np.einsum("no->o", dy),
    )


@alternative("dense_backward")
def outer_products_summed(dy, x, w):
    dw = (x[:, :, np.newaxis] * dy[:, np.newaxis, :]).sum(axis=0)
    return (w @ dy.T).T, dw, np.ones(len(dy), dtype=dy.dtype) @ dy


@alternative("dense_backward")
def float64_inside_backward(dy, x, w):
    wide = [array.astype(np.float64) for array in (dy, x, w)]
    gradients = wide[0] @ wide[2].T, wide[1].T @ wide[0], wide[0].sum(axis=0)
    return tuple(gradient.astype(x.dtype) for gradient in gradients)


@alternative("dense_backward")
def in_place_on_copies(dy, x, w):
    dy, x, w = dy.copy(), x.copy(), w.copy()
    dx = np.empty_like(x)
    np.matmul(dy, w.T, out=dx)
    w[...] = np.matmul(x.T, dy)
    return dx, w, np.add.reduce(dy, axis=0)


# relu_backward


@alternative("relu_backward")
def masked(dy, x):
    return dy * (x > 0)


@alternative("relu_backward")
def where(dy, x):
    return np.where(x > 0, dy, 0)


@alternative("relu_backward")
def zeros_in_a_copy(dy, x):
    dx = dy.copy()
    dx[x <= 0] = 0
    return dx


@alternative("relu_backward")
def element_by_element(dy, x):
    dx = np.zeros_like(dy)
    for n in range(x.shape[0]):
        for i in range(x.shape[1]):
            if x[n, i] > 0:
                dx[n, i] = dy[n, i]
    return dx


@alternative("relu_backward")
def heaviside(dy, x):
    return dy * np.heaviside(x, 0)


@alternative("relu_backward")
def from_the_output(dy, x):
    y = np.maximum(x, 0)
    return dy * np.sign(y)


@alternative("relu_backward")
def masked_assignment(dy, x):
    dx = np.zeros_like(x)
    dx[x > 0] = dy[x > 0]
    return dx


@alternative("relu_backward")
def written_where_positive(dy, x):
    return np.multiply(dy, 1, out=np.zeros(dy.shape, dtype=dy.dtype), where=x > 0)


# softmax_cross_entropy_backward


@alternative("softmax_cross_entropy_backward")
def shifted_softmax(logits, labels):
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    dlogits = exponentials / exponentials.sum(axis=1, keepdims=True)
    dlogits[np.arange(len(labels)), labels] -= 1
    return dlogits / len(labels)


@alternative("softmax_cross_entropy_backward")
def one_hot_of_the_right_dtype(logits, labels):
    shifted = logits - np.max(logits, axis=1)[:, np.newaxis]
    probabilities = np.exp(shifted) / np.sum(np.exp(shifted), axis=1)[:, np.newaxis]
    one_hot = np.eye(logits.shape[1], dtype=logits.dtype)[labels]
    return (probabilities - one_hot) / logits.shape[0]


@alternative("softmax_cross_entropy_backward")
def from_the_log_softmax(logits, labels):
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_probabilities = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    classes = np.arange(logits.shape[1])
    return (np.exp(log_probabilities) - (classes == labels[:, np.newaxis])) / logits.dtype.type(
        len(logits)
    )


@alternative("softmax_cross_entropy_backward")
def through_the_log_of_the_sum(logits, labels):
    top = logits.max(axis=1)
    log_sum = top + np.log(np.sum(np.exp(logits - top[:, None]), axis=1))
    dlogits = np.exp(logits - log_sum[:, None])
    for n, label in enumerate(labels):
        dlogits[n, label] -= 1
    return dlogits / len(logits)


@alternative("softmax_cross_entropy_backward")
def row_by_row_in_float64(logits, labels):
    rows = []
    for row, label in zip(logits.astype(np.float64), labels, strict=True):
        exponentials = [math.exp(z - max(row)) for z in row]
        total = math.fsum(exponentials)
        rows.append([(e / total - (k == label)) / len(labels) for k, e in enumerate(exponentials)])
    return np.array(rows, dtype=logits.dtype)


@alternative("softmax_cross_entropy_backward")
def example_by_example(logits, labels):
    dlogits = np.zeros_like(logits)
    for n, label in enumerate(labels):
        exponentials = np.exp(logits[n] - logits[n].max())
        dlogits[n] = exponentials / exponentials.sum()
        dlogits[n, label] -= 1
    dlogits /= len(labels)
    return dlogits


@alternative("softmax_cross_entropy_backward")
def differences_of_all_pairs(logits, labels):
    # 1/p[k] is the sum over j of exp(z[j] − z[k]); where that is infinite, p[k] is 0.
    with np.errstate(over="ignore"):
        ratios = np.exp(logits[:, :, None].astype(np.float64) - logits[:, None, :])
    probabilities = (1 / ratios.sum(axis=1)).astype(logits.dtype)
    one_hot = np.zeros_like(logits)
    np.put_along_axis(one_hot, labels[:, None], 1, axis=1)
    return (probabilities - one_hot) / len(labels)


# check_gradient


def _agree(numeric, dx, tolerance=1e-4):
    size = max(np.abs(numeric).max(), np.abs(dx).max())
    return bool(np.abs(numeric - dx).max() <= tolerance * size)


@alternative("check_gradient")
def copies_moved(f, x, dy, dx):
    if dx.shape != x.shape:
        return False
    x = x.astype(np.float64)
    numeric = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        ahead, behind = x.copy(), x.copy()
        ahead[index] += 1e-5
        behind[index] -= 1e-5
        numeric[index] = np.sum(dy * (f(ahead) - f(behind))) / 2e-5
    return _agree(numeric, dx)


@alternative("check_gradient")
def moved_in_place_and_put_back(f, x, dy, dx):
    if dx.shape != x.shape or not np.all(np.isfinite(dx)):
        return False
    x = x if x.dtype == np.float64 else x.astype(np.float64)
    numeric = np.zeros(x.shape)
    iterator = np.nditer(x, flags=["multi_index"])
    for _ in iterator:
        index, old = iterator.multi_index, x[iterator.multi_index]
        x[index] = old + 1e-6
        above = (dy * f(x)).sum()
        x[index] = old - 1e-6
        below = (dy * f(x)).sum()
        x[index] = old
        numeric[index] = (above - below) / 2e-6
    return _agree(numeric, dx, 1e-3)


@alternative("check_gradient")
def allclose(f, x, dy, dx):
    if np.shape(dx) != np.shape(x):
        return False
    x = np.array(x, dtype=float)
    numeric = np.empty(x.shape)
    for index in np.ndindex(*x.shape):
        step = np.zeros(x.shape)
        step[index] = 1e-4
        numeric[index] = np.vdot(dy, f(x + step) - f(x - step)) / 2e-4
    return np.allclose(dx, numeric, rtol=1e-4, atol=1e-4 * np.abs(numeric).max())


@alternative("check_gradient")
def relative_error_of_each_entry(f, x, dy, dx):
    if dx.shape != x.shape:
        return False
    loss = lambda x: float(np.sum(dy * f(x)))  # noqa: E731
    base = np.array(x, dtype=np.float64, order="C")
    flat = base.reshape(-1)
    errors = []
    for i, given in enumerate(dx.flatten()):
        old = flat[i]
        flat[i] = old + 1e-5
        above = loss(base)
        flat[i] = old - 1e-5
        numeric = (above - loss(base)) / 2e-5
        flat[i] = old
        errors.append(abs(given - numeric) / max(abs(given) + abs(numeric), 1e-12))
    return all(error < 1e-4 for error in errors)


@alternative("check_gradient")
def ratio_of_norms(f, x, dy, dx):
    if dx.shape != x.shape:
        return False
    x = x.astype(np.float64)

    def slope(index):
        step = np.zeros_like(x)
        step[index] = 1e-5
        return np.sum(dy * (f(x + step) - f(x - step))) / 2e-5

    numeric = np.array([slope(index) for index in np.ndindex(x.shape)]).reshape(x.shape)
    difference = np.linalg.norm(numeric - dx)
    return bool(difference <= 1e-3 * (np.linalg.norm(numeric) + np.linalg.norm(dx)))


@alternative("check_gradient")
def one_sided_with_a_small_step(f, x, dy, dx):
    if dx.shape != x.shape:
        return False
    x = x.astype(np.float64)
    here = f(x)
    numeric = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        ahead = x.copy()
        ahead[index] += 1e-7
        numeric[index] = np.sum(dy * (f(ahead) - here)) / 1e-7
    return _agree(numeric, dx, 1e-3)


@alternative("check_gradient")
def five_points(f, x, dy, dx):
    if dx.shape != x.shape:
        return False
    x = x.astype(np.float64)

    def loss(index, distance):
        moved = np.copy(x)
        moved[index] += distance
        return np.sum(dy * f(moved))

    numeric = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        at = functools.partial(loss, index)
        numeric[index] = (8 * (at(1e-3) - at(-1e-3)) - (at(2e-3) - at(-2e-3))) / 12e-3
    return _agree(numeric, dx, 1e-5)
