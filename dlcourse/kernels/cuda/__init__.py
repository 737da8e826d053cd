"""Kernels on device arrays: the CPU kernels' names and signatures, launched on a GPU.

The same functions run without one on simulated device arrays (``to_device`` of
``dlcourse.kernels.cuda.simulated_memory``), slowly, and with every access checked. All arithmetic
is in float32. A number that is computed (a loss, a norm) stays on the device as a ``Scalar``, so
that no step waits; only the checks of targets, ``first_…``, bring theirs to the host.
"""

from dlcourse.kernels.cuda.adam import adam_step, adamax_step, amsgrad_step
from dlcourse.kernels.cuda.augmentation import crop_images, warp_images
from dlcourse.kernels.cuda.constraints import (
    add_penalty_gradient,
    clip_values,
    limit_column_norms,
    penalty_value,
    scale_in_place,
)
from dlcourse.kernels.cuda.conv import conv_backward, conv_forward
from dlcourse.kernels.cuda.counting import (
    count_correct,
    count_same_largest,
    count_same_side,
    first_label_outside,
    first_not_sign,
    first_outside,
    first_row_not_probabilities,
)
from dlcourse.kernels.cuda.dense import dense_backward, dense_forward
from dlcourse.kernels.cuda.dropout import dropout
from dlcourse.kernels.cuda.elementwise import (
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
from dlcourse.kernels.cuda.embedding import embedding_backward, embedding_forward
from dlcourse.kernels.cuda.errors import (
    binary_cross_entropy,
    hinge,
    huber,
    mean_absolute_error,
    mean_squared_error,
    squared_hinge,
)
from dlcourse.kernels.cuda.gru import gru_backward, gru_forward
from dlcourse.kernels.cuda.losses import (
    multi_class_hinge,
    softmax_cross_entropy,
    softmax_cross_entropy_of_probabilities,
    weighted_softmax_cross_entropy,
)
from dlcourse.kernels.cuda.lstm import lstm_backward, lstm_forward
from dlcourse.kernels.cuda.memory import add_scaled, copy, fill, gather_rows
from dlcourse.kernels.cuda.normalization import (
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
from dlcourse.kernels.cuda.norms import clip_norm, sum_of_squares
from dlcourse.kernels.cuda.pooling import (
    average_pool_backward,
    average_pool_forward,
    max_pool_backward,
    max_pool_forward,
)
from dlcourse.kernels.cuda.rnn import rnn_backward, rnn_forward
from dlcourse.kernels.cuda.sequences import mark_steps, swap_rows_and_steps
from dlcourse.kernels.cuda.softmax import softmax_backward, softmax_forward
from dlcourse.kernels.cuda.updates import (
    adagrad_step,
    momentum_step,
    nesterov_step,
    rmsprop_step,
    sgd_step,
)
