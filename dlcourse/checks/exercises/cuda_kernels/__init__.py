"""The lab "cuda_kernels": kernels for a GPU, judged thread by thread on a simulated one."""

from dlcourse.checks.exercises.cuda_kernels.adam_update import ADAM_UPDATE
from dlcourse.checks.exercises.cuda_kernels.loss_and_gradient import LOSS_AND_GRADIENT
from dlcourse.checks.exercises.cuda_kernels.saxpy import SAXPY
from dlcourse.checks.exercises.cuda_kernels.sum_all import SUM_ALL
from dlcourse.checks.exercises.cuda_kernels.tiled_product import TILED_PRODUCT

EXERCISES = (SAXPY, SUM_ALL, TILED_PRODUCT, LOSS_AND_GRADIENT, ADAM_UPDATE)
