"""The decorator of formulas, and the numbers that they share."""

import numpy as np
from numba import config, njit

formula = njit(inline="always")

constant = float if config.DISABLE_JIT else np.float32  # type: ignore[attr-defined]

ZERO = constant(0)
HALF = constant(0.5)
ONE = constant(1)
