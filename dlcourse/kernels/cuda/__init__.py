"""Kernels on device arrays: the CPU kernels' names and signatures, launched on a GPU.

The same functions run without one on simulated device arrays (``to_device`` of
``dlcourse.kernels.cuda.simulated_memory``), slowly, and with every access checked. All arithmetic
is in float32. What returns a number to the host (a loss, a norm) waits for the device.
"""

from dlcourse.kernels.cuda.constraints import (
    add_penalty_gradient,
    clip_values,
    limit_column_norms,
    penalty_value,
    scale_in_place,
    sum_of_squares,
)
from dlcourse.kernels.cuda.conv import conv_backward, conv_forward
from dlcourse.kernels.cuda.dense import add_bias, dense_backward, dense_forward, sum_rows
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
from dlcourse.kernels.cuda.errors import (
    binary_cross_entropy,
    hinge,
    huber,
    mean_absolute_error,
    mean_squared_error,
    squared_hinge,
)
from dlcourse.kernels.cuda.losses import (
    count_correct,
    softmax_backward,
    softmax_cross_entropy,
    softmax_forward,
)
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
from dlcourse.kernels.cuda.pooling import (
    average_pool_backward,
    average_pool_forward,
    max_pool_backward,
    max_pool_forward,
)
from dlcourse.kernels.cuda.updates import (
    adagrad_step,
    adam_step,
    adamax_step,
    amsgrad_step,
    momentum_step,
    nesterov_step,
    rmsprop_step,
    sgd_step,
)
