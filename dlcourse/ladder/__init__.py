"""The same work five times: by Python, NumPy, Numba, Numba on all cores, and the library.

What the chapter on Numba shows. Three rungs are *one* function: as Python runs it on lists, as
Numba compiles it, and as Numba compiles it for all cores. Each rung's result is compared with
float64 before it is timed.
"""

from dlcourse.ladder.convolution import Convolution
from dlcourse.ladder.cross_entropy import CrossEntropy
from dlcourse.ladder.dense import DenseLayer
from dlcourse.ladder.rungs import RUNGS, Ladder, Step, climb

LADDERS: tuple[type[Ladder], ...] = (DenseLayer, Convolution, CrossEntropy)

__all__ = [
    "LADDERS",
    "RUNGS",
    "Convolution",
    "CrossEntropy",
    "DenseLayer",
    "Ladder",
    "Step",
    "climb",
]
