"""The lab "loop": an epoch, when to stop, restoring the best, and going on from a checkpoint."""

from dlcourse.checks.exercises.loop.fit_with_patience import FIT_WITH_PATIENCE
from dlcourse.checks.exercises.loop.resume_training import RESUME_TRAINING
from dlcourse.checks.exercises.loop.stopping_epoch import STOPPING_EPOCH
from dlcourse.checks.exercises.loop.train_one_epoch import TRAIN_ONE_EPOCH

EXERCISES = (
    TRAIN_ONE_EPOCH,
    STOPPING_EPOCH,
    FIT_WITH_PATIENCE,
    RESUME_TRAINING,
)
