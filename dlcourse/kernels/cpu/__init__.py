"""Kernels on NumPy arrays: BLAS for matrix products, Numba for everything else."""

from dlcourse.kernels.cpu.augmentation import crop_images, warp_images
from dlcourse.kernels.cpu.constraints import (
    add_penalty_gradient,
    clip_norm,
    clip_values,
    limit_column_norms,
    penalty_value,
    scale_in_place,
    sum_of_squares,
)
from dlcourse.kernels.cpu.conv import conv_backward, conv_forward
from dlcourse.kernels.cpu.dense import dense_backward, dense_forward
from dlcourse.kernels.cpu.dropout import dropout
from dlcourse.kernels.cpu.elementwise import (
    add,
    elu_backward,
    elu_forward,
    gelu_backward,
    gelu_forward,
    leaky_relu_backward,
    leaky_relu_forward,
    relu_backward,
    relu_forward,
    sigmoid_backward,
    sigmoid_forward,
    silu_backward,
    silu_forward,
    softplus_backward,
    softplus_forward,
    tanh_backward,
    tanh_forward,
)
from dlcourse.kernels.cpu.embedding import embedding_backward, embedding_forward
from dlcourse.kernels.cpu.errors import (
    binary_cross_entropy,
    count_same_side,
    first_not_sign,
    first_outside,
    hinge,
    huber,
    mean_absolute_error,
    mean_squared_error,
    squared_hinge,
)
from dlcourse.kernels.cpu.gru import gru_backward, gru_forward
from dlcourse.kernels.cpu.losses import (
    count_correct,
    count_same_largest,
    first_label_outside,
    first_row_not_probabilities,
    multi_class_hinge,
    softmax_cross_entropy,
    softmax_cross_entropy_of_probabilities,
    weighted_softmax_cross_entropy,
)
from dlcourse.kernels.cpu.lstm import lstm_backward, lstm_forward
from dlcourse.kernels.cpu.memory import add_scaled, copy, fill, gather_rows
from dlcourse.kernels.cpu.normalization import (
    batch_norm_backward,
    batch_norm_forward,
    batch_norm_parameter_gradients,
    column_moments,
    layer_norm_backward,
    layer_norm_forward,
    reciprocal_deviation,
    scale_columns,
    update_running_moments,
)
from dlcourse.kernels.cpu.pooling import (
    average_pool_backward,
    average_pool_forward,
    max_pool_backward,
    max_pool_forward,
)
from dlcourse.kernels.cpu.rnn import rnn_backward, rnn_forward
from dlcourse.kernels.cpu.sequences import mark_steps, swap_rows_and_steps
from dlcourse.kernels.cpu.softmax import (
    softmax_backward,
    softmax_forward,
)
from dlcourse.kernels.cpu.updates import (
    adagrad_step,
    adam_step,
    adamax_step,
    amsgrad_step,
    momentum_step,
    nesterov_step,
    rmsprop_step,
    sgd_step,
)
