"""The lab "warmup": arrays, shapes, and a training loop by hand."""

from dlcourse.checks.exercises.warmup.centred import CENTRED
from dlcourse.checks.exercises.warmup.line_loss import LINE_LOSS
from dlcourse.checks.exercises.warmup.share_right import SHARE_RIGHT
from dlcourse.checks.exercises.warmup.squared_distances import SQUARED_DISTANCES
from dlcourse.checks.exercises.warmup.train_line import TRAIN_LINE

EXERCISES = (CENTRED, SQUARED_DISTANCES, SHARE_RIGHT, LINE_LOSS, TRAIN_LINE)
