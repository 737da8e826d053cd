"""Dense layer: the three matrix products, the bias added where the first one stores its results."""

from dlcourse.kernels.cuda.columns import sum_rows
from dlcourse.kernels.cuda.products import (
    MATRICES,
    Product,
    plain,
    store_plain,
    store_with_bias,
    transposed,
)

_forward = Product(
    "product_with_bias", plain, plain, store_with_bias, MATRICES,
    a_along_depth=True, b_along_depth=False,
)  # fmt: skip
_for_sums = Product(
    "product_plain", plain, plain, store_plain, MATRICES,
    a_along_depth=True, b_along_depth=False,
)  # fmt: skip
_for_weights = Product(
    "product_transposed_plain", transposed, plain, store_plain, MATRICES,
    a_along_depth=False, b_along_depth=False,
)  # fmt: skip
_for_inputs = Product(
    "product_plain_transposed", plain, transposed, store_plain, MATRICES,
    a_along_depth=True, b_along_depth=True,
)  # fmt: skip


def dense_forward(x, w, b, y):
    """Write y = x w + b: x (n, inputs), w (inputs, outputs), b (outputs,), y (n, outputs)."""
    _forward(x, w, b, y, (x.shape[0], x.shape[1], w.shape[1]))


def dense_backward(x, w, dy, dw, db, dx):
    """Write dw = xᵀ dy, db = Σₙ dy and, unless ``dx`` is None, dx = dy wᵀ."""
    rows, inputs, outputs = x.shape[0], x.shape[1], w.shape[1]
    _for_weights(x, dy, db, dw, (inputs, rows, outputs))
    sum_rows(dy, db)
    if dx is not None:
        _for_inputs(dy, w, db, dx, (rows, outputs, inputs))


def multiply_inputs(x, w_x, b, sums):
    """Write sums = x w_x for all steps of a sequence x (t, n, d) at once; ``b`` is not added."""
    steps, rows, features = x.shape
    size = w_x.shape[1]
    flat = x.reshape(steps * rows, features), w_x, b, sums.reshape(steps * rows, size)
    _for_sums(*flat, (steps * rows, features, size))


def sequence_gradients(x, w_x, h, dsums, dproducts, dw_x, dw_h, db, dx):
    """Write a recurrent layer's gradients from those of its sums: one product each for all steps.

    dw_x = Σ xᵀ dsums, db = Σ dsums, dx = dsums w_xᵀ unless ``dx`` is None, and
    dw_h = Σ h[t]ᵀ dproducts[t]. The last state of h (t + 1, n, units) went into no step.
    """
    steps, rows, features = x.shape
    units, size = dw_h.shape
    flat = dsums.reshape(steps * rows, size)
    _for_weights(x.reshape(steps * rows, features), flat, db, dw_x,
        (features, steps * rows, size),
    )  # fmt: skip
    _for_weights(h.reshape((steps + 1) * rows, units),
        dproducts.reshape(steps * rows, size), db, dw_h, (units, steps * rows, size),
    )  # fmt: skip
    sum_rows(flat, db)
    if dx is not None:
        into = dx.reshape(steps * rows, features)
        _for_inputs(flat, w_x, db, into, (steps * rows, size, features))
