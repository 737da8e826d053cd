"""Right in the simplest case, wrong in others."""

# %% dense_forward
def dense_forward(x, w, b):
    return x @ w

# %% relu_backward
def relu_backward(dy, x):
    dy[x <= 0] = 0
    return dy

# %% softmax_cross_entropy_backward
def softmax_cross_entropy_backward(logits, labels):
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    probabilities[np.arange(len(labels)), labels] -= 1
    return probabilities / len(labels)

# %% check_gradient
def check_gradient(f, x, dy, dx):
    numerical = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        above = x.copy()
        above[index] += 1e-4
        numerical[index] = ((f(above) - f(x)) * dy).sum() / 1e-4
    return np.abs(numerical - dx).max() < 1e-3
