"""Everything right, written with loops and einsum instead of matrix products."""

# %% dense_forward
def dense_forward(x, w, b):
    y = np.empty((x.shape[0], w.shape[1]), dtype=x.dtype)
    for n in range(x.shape[0]):
        for o in range(w.shape[1]):
            y[n, o] = b[o] + sum(x[n, i] * w[i, o] for i in range(w.shape[0]))
    return y

# %% dense_backward
def dense_backward(dy, x, w):
    return (
        np.einsum("no,io->ni", dy, w),
        np.einsum("ni,no->io", x, dy),
        np.einsum("no->o", dy),
    )

# %% relu_backward
def relu_backward(dy, x):
    dx = np.zeros_like(dy)
    for n in range(x.shape[0]):
        for i in range(x.shape[1]):
            if x[n, i] > 0:
                dx[n, i] = dy[n, i]
    return dx

# %% softmax_cross_entropy_backward
def softmax_cross_entropy_backward(logits, labels):
    n, classes = logits.shape
    gradient = np.empty_like(logits)
    for row in range(n):
        powers = np.exp(logits[row] - np.max(logits[row]))
        for c in range(classes):
            target = 1.0 if c == labels[row] else 0.0
            gradient[row, c] = (powers[c] / powers.sum() - target) / n
    return gradient

# %% check_gradient
def check_gradient(f, x, dy, dx):
    if np.shape(dx) != np.shape(x):
        return False
    h = 1e-6

    def loss(values):
        return np.vdot(dy, f(values.reshape(x.shape)))

    flat = np.array(x, dtype=float).ravel()
    estimate = np.empty(flat.size)
    for i in range(flat.size):
        kept = flat[i]
        flat[i] = kept + h
        up = loss(flat)
        flat[i] = kept - h
        down = loss(flat)
        flat[i] = kept
        estimate[i] = (up - down) / (2 * h)
    error = np.linalg.norm(estimate - dx.ravel())
    size = np.linalg.norm(estimate) + np.linalg.norm(dx)
    return size == 0 or bool(error / size < 1e-3)
