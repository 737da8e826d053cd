"""The plain recurrent layer."""

import numpy as np

from dlcourse.kernels import kernels_for
from dlcourse.layers.recurrent import Recurrent


class RNN(Recurrent):
    """Plain (Elman 1990) recurrent layer, h_t = tanh(x_t w_x + h_{t-1} w_h + b), h_0 = 0.

    Shapes: x (n, steps, features), w_x (features, units), w_h (units, units), b (units,);
    y (n, units), the last h, or (n, steps, units) with ``return_sequences``. For the options see
    ``Recurrent``.

    Gradients, from dy by backpropagation through time (Werbos 1990): with dh_t the sum of what
    comes from dy_t and from step t + 1, ds_t = dh_t (1 - h_t²), and then
    dx_t = ds_t w_xᵀ, dh_{t-1} = ds_t w_hᵀ (and dy_{t-1}), dw_x = Σ x_tᵀ ds_t,
    dw_h = Σ h_{t-1}ᵀ ds_t, db = Σ ds_t, over all steps and examples.

    The same as PyTorch's, whose two biases are one here: only their sum counts.
    """

    gates = 1

    def _go_forward(self, x: np.ndarray, places: int) -> None:
        steps, rows, _ = x.shape
        kernels_for(x).rnn_forward(
            x, self.w_x, self.w_h, self.b, self._kept,
            self._scratch("sums", (steps, rows, self.units)),
            self._scratch("product", (rows, self.units)),
            self._states["h"],
        )  # fmt: skip

    def _go_backward(self, dy: np.ndarray, dx: np.ndarray | None) -> None:
        steps, rows, _ = dy.shape
        kernels_for(dy).rnn_backward(
            self._x, self.w_x, self.w_h, self._kept, self._states["h"], dy,
            self._scratch("dsums", (steps, rows, self.units)),
            self._scratch("dh", (rows, self.units)),
            self._scratch("product", (rows, self.units)),
            self.dw_x, self.dw_h, self.db, dx,
        )  # fmt: skip
