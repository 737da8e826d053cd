"""Long short-term memory."""

from typing import Any

import numpy as np

from dlcourse import validation
from dlcourse.devices import CPU, device_of
from dlcourse.kernels import kernels_for
from dlcourse.layers.recurrent import Recurrent


class LSTM(Recurrent):
    """Long short-term memory (Hochreiter and Schmidhuber 1997; forget gate by Gers et al. 2000).

    With s = x_t w_x + h_{t-1} w_h + b, in four blocks of ``units`` each,

        i, f, o = sigmoid of s_i, s_f, s_o,    g = tanh s_g,
        c_t = f c_{t-1} + i g,    h_t = o tanh c_t,    c_0 = h_0 = 0.

    Parameters
    ----------
    units, return_sequences, padding, stateful, initializer, recurrent_initializer
        See ``Recurrent``. What is carried on is h and c.
    forget_bias
        First value of b_f; the rest of ``b`` starts at 0. With 1, the default, the gate starts
        open (0.73) and c lasts, so that a gradient reaches back over many steps before anything
        is learnt (Gers, Schmidhuber and Cummins 2000; Jozefowicz, Zaremba and Sutskever 2015,
        who found it the most useful single change to an LSTM). PyTorch draws its biases
        uniformly from ±1/√units, which is 0 on average.

    Notes
    -----
    Shapes: x (n, steps, features), w_x (features, 4 units), w_h (units, 4 units), b (4 units,);
    y (n, units), the last h, or (n, steps, units) with ``return_sequences``. The blocks lie in
    the order i, f, g, o. As PyTorch's, whose two biases are one here: only their sum counts.

    Gradients, from dy by backpropagation through time: dh_t is the sum of dy_t and
    ds_{t+1} w_hᵀ, dc_t = dh_t o (1 - tanh² c_t) + dc_{t+1} f_{t+1}, and

        ds_i = dc g i(1-i),   ds_f = dc c_{t-1} f(1-f),   ds_g = dc i (1-g²),
        ds_o = dh tanh(c) o(1-o),

    from which dx_t = ds_t w_xᵀ, dw_x = Σ x_tᵀ ds_t, dw_h = Σ h_{t-1}ᵀ ds_t, db = Σ ds_t.
    """

    gates = 4
    states = ("h", "c")

    def __init__(self, units: int, *, forget_bias: float = 1.0, **options: Any) -> None:
        super().__init__(units, **options)
        self.forget_bias = validation.number("forget_bias", forget_bias)

    @property
    def options(self) -> dict[str, Any]:
        chosen = super().options
        if self.forget_bias != 1:
            chosen["forget_bias"] = self.forget_bias
        return chosen

    def _fill_bias(self, array: np.ndarray, rng: np.random.Generator) -> None:
        super()._fill_bias(array, rng)
        array[self.units : 2 * self.units] = self.forget_bias

    def predict(self, x: np.ndarray) -> np.ndarray:
        # Of 64 steps of 32 × 128 units the gates take 4 MB, twice what two cores' caches hold. The
        # GPU's kernels multiply the inputs of all steps at once, and need the room.
        y = self._run(x, every_step=device_of(x) is not CPU)
        self._forget()
        return y

    def _go_forward(self, x: np.ndarray, places: int) -> None:
        _, rows, _ = x.shape
        self._gates = self._scratch("gates", (places, rows, 4 * self.units))
        self._tanh_c = self._scratch("tanh_c", (places, rows, self.units))
        kernels_for(x).lstm_forward(
            x, self.w_x, self.w_h, self.b, self._kept, self._gates,
            self._scratch("product", (rows, 4 * self.units)),
            self._states["h"], self._states["c"], self._tanh_c,
        )  # fmt: skip

    def _go_backward(self, dy: np.ndarray, dx: np.ndarray | None) -> None:
        steps, rows, units = dy.shape
        kernels_for(dy).lstm_backward(
            self._x, self.w_x, self.w_h, self._kept, self._gates,
            self._states["h"], self._states["c"], self._tanh_c, dy,
            self._scratch("dgates", (steps, rows, 4 * units)),
            self._scratch("dh", (rows, units)),
            self._scratch("dc", (rows, units)),
            self._scratch("dproduct", (rows, units)),
            self.dw_x, self.dw_h, self.db, dx,
        )  # fmt: skip
