"""The lab "transfer": old knowledge for a new task, frozen at first and then tuned gently."""

from dlcourse.checks.exercises.transfer.fine_tune_step import FINE_TUNE_STEP
from dlcourse.checks.exercises.transfer.layer_rates import LAYER_RATES
from dlcourse.checks.exercises.transfer.new_head import NEW_HEAD
from dlcourse.checks.exercises.transfer.prepare import PREPARE
from dlcourse.checks.exercises.transfer.train_head import TRAIN_HEAD

EXERCISES = (PREPARE, NEW_HEAD, TRAIN_HEAD, LAYER_RATES, FINE_TUNE_STEP)
