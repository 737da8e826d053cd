"""The lab "backprop": a dense network's backward pass by hand, and a checker that tests it."""

from dlcourse.checks.exercises.backprop.check_gradient import CHECK_GRADIENT
from dlcourse.checks.exercises.backprop.dense_backward import DENSE_BACKWARD
from dlcourse.checks.exercises.backprop.dense_forward import DENSE_FORWARD
from dlcourse.checks.exercises.backprop.relu_backward import RELU_BACKWARD
from dlcourse.checks.exercises.backprop.softmax_cross_entropy_backward import (
    SOFTMAX_CROSS_ENTROPY_BACKWARD,
)

EXERCISES = (
    DENSE_FORWARD,
    DENSE_BACKWARD,
    RELU_BACKWARD,
    SOFTMAX_CROSS_ENTROPY_BACKWARD,
    CHECK_GRADIENT,
)
