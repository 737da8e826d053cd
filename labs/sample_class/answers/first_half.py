"""The first two exercises are done, the others still as they were handed out."""

# %% dense_forward
def dense_forward(x, w, b):
    return x @ w + b

# %% dense_backward
def dense_backward(dy, x, w):
    return dy @ w.T, x.T @ dy, dy.sum(axis=0)
