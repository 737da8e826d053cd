"""Kernels on NumPy arrays: BLAS for matrix products, Numba for everything else."""

from dlcourse.kernels.cpu.dense import dense_backward, dense_forward
from dlcourse.kernels.cpu.elementwise import (
    relu_backward,
    relu_forward,
    sigmoid_backward,
    sigmoid_forward,
    tanh_backward,
    tanh_forward,
)
from dlcourse.kernels.cpu.embedding import embedding_backward, embedding_forward
from dlcourse.kernels.cpu.gru import gru_backward, gru_forward
from dlcourse.kernels.cpu.losses import (
    count_correct,
    first_label_outside,
    mean_squared_error,
    softmax_cross_entropy,
)
from dlcourse.kernels.cpu.lstm import lstm_backward, lstm_forward
from dlcourse.kernels.cpu.rnn import rnn_backward, rnn_forward
from dlcourse.kernels.cpu.sequences import mark_steps, swap_rows_and_steps
from dlcourse.kernels.cpu.updates import adam_step, momentum_step, sgd_step

__all__ = [
    "adam_step",
    "count_correct",
    "dense_backward",
    "dense_forward",
    "embedding_backward",
    "embedding_forward",
    "first_label_outside",
    "gru_backward",
    "gru_forward",
    "lstm_backward",
    "lstm_forward",
    "mark_steps",
    "mean_squared_error",
    "momentum_step",
    "relu_backward",
    "relu_forward",
    "rnn_backward",
    "rnn_forward",
    "sgd_step",
    "sigmoid_backward",
    "sigmoid_forward",
    "softmax_cross_entropy",
    "swap_rows_and_steps",
    "tanh_backward",
    "tanh_forward",
]
