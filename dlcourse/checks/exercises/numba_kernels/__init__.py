"""The lab "numba_kernels": loops that are compiled, in parallel where that is safe, and fast."""

from dlcourse.checks.exercises.numba_kernels.all_distances import ALL_DISTANCES
from dlcourse.checks.exercises.numba_kernels.count_in_parts import COUNT_IN_PARTS
from dlcourse.checks.exercises.numba_kernels.running_average import RUNNING_AVERAGE
from dlcourse.checks.exercises.numba_kernels.scatter_add import SCATTER_ADD

EXERCISES = (ALL_DISTANCES, RUNNING_AVERAGE, COUNT_IN_PARTS, SCATTER_ADD)
