"""Embedding: rows of a table, looked up by index; the gradient is added up row by row."""

from dlcourse.kernels.cpu.compile import kernel


@kernel("i8[::1], T[:, ::1], T[:, ::1]")
def embedding_forward(indices, w, y):
    """Write y[k] = w[indices[k]]."""
    for k in range(indices.size):
        row = w[indices[k]]
        for j in range(row.size):
            y[k, j] = row[j]


@kernel("i8[::1], i8, T[:, ::1], T[:, ::1]")
def embedding_backward(indices, padding_index, dy, dw):
    """Write dw[i] = Σ dy[k] over all k with indices[k] = i; zero for ``padding_index``."""
    dw[:] = 0
    for k in range(indices.size):
        if indices[k] != padding_index:
            row = dw[indices[k]]
            for j in range(row.size):
                row[j] += dy[k, j]
