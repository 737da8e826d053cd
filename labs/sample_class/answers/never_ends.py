"""A loop whose counter is never increased."""

# %% relu_backward
def relu_backward(dy, x):
    dx = dy.copy()
    i = 0
    while i < len(x):
        dx[i][x[i] <= 0] = 0
    return dx
