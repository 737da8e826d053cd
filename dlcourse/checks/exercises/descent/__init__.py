"""The lab "descent": an epoch in batches, the steps of five optimizers, and a schedule."""

from dlcourse.checks.exercises.descent.adagrad_step import ADAGRAD_STEP
from dlcourse.checks.exercises.descent.adam_step import ADAM_STEP
from dlcourse.checks.exercises.descent.adamax_step import ADAMAX_STEP
from dlcourse.checks.exercises.descent.descend_epoch import DESCEND_EPOCH
from dlcourse.checks.exercises.descent.momentum_step import MOMENTUM_STEP
from dlcourse.checks.exercises.descent.rate_at import RATE_AT
from dlcourse.checks.exercises.descent.rmsprop_step import RMSPROP_STEP

EXERCISES = (
    DESCEND_EPOCH,
    MOMENTUM_STEP,
    ADAGRAD_STEP,
    RMSPROP_STEP,
    ADAM_STEP,
    ADAMAX_STEP,
    RATE_AT,
)
