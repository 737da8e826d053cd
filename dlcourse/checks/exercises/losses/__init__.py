"""The lab "losses": what a network is trained on, and what it is then judged by."""

from dlcourse.checks.exercises.losses.binary_cross_entropy import BINARY_CROSS_ENTROPY
from dlcourse.checks.exercises.losses.confusion_matrix import CONFUSION_MATRIX
from dlcourse.checks.exercises.losses.hinge import HINGE
from dlcourse.checks.exercises.losses.mean_squared_error import MEAN_SQUARED_ERROR
from dlcourse.checks.exercises.losses.precision_recall_f1 import PRECISION_RECALL_F1
from dlcourse.checks.exercises.losses.softmax_cross_entropy import SOFTMAX_CROSS_ENTROPY

EXERCISES = (
    MEAN_SQUARED_ERROR,
    SOFTMAX_CROSS_ENTROPY,
    BINARY_CROSS_ENTROPY,
    HINGE,
    CONFUSION_MATRIX,
    PRECISION_RECALL_F1,
)
