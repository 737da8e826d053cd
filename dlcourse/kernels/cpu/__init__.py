"""Kernels on NumPy arrays: BLAS for matrix products, Numba for everything else."""

from dlcourse.kernels.cpu.augmentation import crop_images, warp_images
from dlcourse.kernels.cpu.dense import dense_backward, dense_forward
from dlcourse.kernels.cpu.elementwise import (
    relu_backward,
    relu_forward,
    sigmoid_backward,
    sigmoid_forward,
    tanh_backward,
    tanh_forward,
)
from dlcourse.kernels.cpu.losses import (
    count_correct,
    first_label_outside,
    mean_squared_error,
    softmax_cross_entropy,
)
from dlcourse.kernels.cpu.updates import adam_step, momentum_step, sgd_step

__all__ = [
    "adam_step",
    "count_correct",
    "crop_images",
    "dense_backward",
    "dense_forward",
    "first_label_outside",
    "mean_squared_error",
    "momentum_step",
    "relu_backward",
    "relu_forward",
    "sgd_step",
    "sigmoid_backward",
    "sigmoid_forward",
    "softmax_cross_entropy",
    "tanh_backward",
    "tanh_forward",
    "warp_images",
]
