"""The lab "convolution": windows over images, forward and backward, as loops and as a product."""

from dlcourse.checks.exercises.convolution.conv_backward import CONV_BACKWARD
from dlcourse.checks.exercises.convolution.conv_forward import CONV_FORWARD
from dlcourse.checks.exercises.convolution.im2col import IM2COL
from dlcourse.checks.exercises.convolution.max_pool_backward import MAX_POOL_BACKWARD
from dlcourse.checks.exercises.convolution.max_pool_forward import MAX_POOL_FORWARD
from dlcourse.checks.exercises.convolution.output_size import OUTPUT_SIZE

EXERCISES = (
    OUTPUT_SIZE,
    CONV_FORWARD,
    CONV_BACKWARD,
    IM2COL,
    MAX_POOL_FORWARD,
    MAX_POOL_BACKWARD,
)
