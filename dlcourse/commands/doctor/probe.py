"""A parallel loop to look at: Numba chooses its threading layer when the first one runs."""

import numba
import numpy as np


@numba.njit(parallel=True, cache=True)
def _add_one(x):
    for i in numba.prange(x.size):
        x[i] += 1.0


def run_parallel_loop() -> tuple[str, int]:
    """Run a parallel loop; return the name of the threading layer and its number of threads.

    Raises
    ------
    ValueError
        By Numba, when no threading layer can be loaded.
    """
    _add_one(np.zeros(16))
    return numba.threading_layer(), numba.get_num_threads()
