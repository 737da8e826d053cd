"""The lab "regularization": penalties, decay, dropout, batch normalization, augmentation."""

from dlcourse.checks.exercises.data.augment import AUGMENT
from dlcourse.checks.exercises.regularization.batch_norm import BATCH_NORM
from dlcourse.checks.exercises.regularization.batch_norm_backward import BATCH_NORM_BACKWARD
from dlcourse.checks.exercises.regularization.decayed_step import DECAYED_STEP
from dlcourse.checks.exercises.regularization.dropout import DROPOUT
from dlcourse.checks.exercises.regularization.penalty import PENALTY

EXERCISES = (
    PENALTY,
    DECAYED_STEP,
    DROPOUT,
    BATCH_NORM,
    BATCH_NORM_BACKWARD,
    AUGMENT,  # written in the lab "data" first: one function, two ends
)
