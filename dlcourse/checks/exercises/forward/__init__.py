"""The lab "forward": activations with their slopes, and a whole network's forward pass."""

from dlcourse.checks.exercises.forward.count_parameters import COUNT_PARAMETERS
from dlcourse.checks.exercises.forward.forward_pass import FORWARD_PASS
from dlcourse.checks.exercises.forward.leaky_relu_and_slope import LEAKY_RELU_AND_SLOPE
from dlcourse.checks.exercises.forward.saturated_share import SATURATED_SHARE
from dlcourse.checks.exercises.forward.sigmoid_and_slope import SIGMOID_AND_SLOPE
from dlcourse.checks.exercises.forward.softmax_rows import SOFTMAX_ROWS

EXERCISES = (
    SIGMOID_AND_SLOPE,
    LEAKY_RELU_AND_SLOPE,
    SOFTMAX_ROWS,
    COUNT_PARAMETERS,
    FORWARD_PASS,
    SATURATED_SHARE,
)
