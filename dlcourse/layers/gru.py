"""Gated recurrent unit."""

import numpy as np

from dlcourse import initializers
from dlcourse.kernels import kernels_for
from dlcourse.layers.recurrent import Recurrent
from dlcourse.parameters import ParameterSpec, Shape


class GRU(Recurrent):
    """Gated recurrent unit (Cho et al. 2014), with the reset gate behind the recurrent product.

    With s = x_t w_x + b and p = h_{t-1} w_h, both in three blocks of ``units``, r, z, n:

        r = sigmoid(s_r + p_r),    z = sigmoid(s_z + p_z),
        n = tanh(s_n + r (p_n + b_h)),
        h_t = (1 - z) n + z h_{t-1},    h_0 = 0.

    Cho et al. multiply h_{t-1} by r before the product; behind it, as in PyTorch and cuDNN, one
    product serves all three blocks. PyTorch has two biases: for r and z only their sum counts, so
    they are one here; n needs both, since r multiplies the second, ``b_h``. For the options see
    ``Recurrent``.

    Shapes: x (n, steps, features), w_x (features, 3 units), w_h (units, 3 units), b (3 units,),
    b_h (units,); y (n, units), the last h, or (n, steps, units) with ``return_sequences``.

    Gradients, from dy by backpropagation through time: dh_t is the sum of dy_t,
    z_{t+1} dh_{t+1} and dp_{t+1} w_hᵀ, and

        ds_n = dh (1-z) (1-n²),   ds_z = dh (h_{t-1} - n) z(1-z),
        ds_r = ds_n (p_n + b_h) r(1-r),   dp = (ds_r, ds_z, r ds_n),

    from which dx_t = ds_t w_xᵀ, dw_x = Σ x_tᵀ ds_t, db = Σ ds_t, dw_h = Σ h_{t-1}ᵀ dp_t and
    db_h = Σ dp_n.
    """

    gates = 3

    b_h: np.ndarray
    db_h: np.ndarray

    def parameter_specs(self, input_shape: Shape) -> list[ParameterSpec]:
        return [
            *super().parameter_specs(input_shape),
            ParameterSpec("b_h", (self.units,), initializers.zeros, kind="bias"),
        ]

    def _go_forward(self, x: np.ndarray, places: int) -> None:
        steps, rows, _ = x.shape
        self._gates = self._scratch("gates", (steps, rows, 3 * self.units))
        self._recalled = self._scratch("recalled", (steps, rows, self.units))
        kernels_for(x).gru_forward(
            x, self.w_x, self.w_h, self.b, self.b_h, self._kept, self._gates,
            self._scratch("product", (rows, 3 * self.units)),
            self._states["h"], self._recalled,
        )  # fmt: skip

    def _go_backward(self, dy: np.ndarray, dx: np.ndarray | None) -> None:
        steps, rows, units = dy.shape
        kernels_for(dy).gru_backward(
            self._x, self.w_x, self.w_h, self._kept, self._gates,
            self._states["h"], self._recalled, dy,
            self._scratch("dgates", (steps, rows, 3 * units)),
            self._scratch("dproducts", (steps, rows, 3 * units)),
            self._scratch("dh", (rows, units)),
            self._scratch("dproduct", (rows, units)),
            self.dw_x, self.dw_h, self.db, self.db_h, dx,
        )  # fmt: skip
