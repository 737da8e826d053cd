"""The lab "initialization": fans, two initializers, and how signals fare through many layers."""

from dlcourse.checks.exercises.initialization.fans import FANS
from dlcourse.checks.exercises.initialization.glorot_uniform import GLOROT_UNIFORM
from dlcourse.checks.exercises.initialization.he_normal import HE_NORMAL
from dlcourse.checks.exercises.initialization.layer_gains import LAYER_GAINS
from dlcourse.checks.exercises.initialization.signal_spreads import SIGNAL_SPREADS

EXERCISES = (
    FANS,
    GLOROT_UNIFORM,
    HE_NORMAL,
    SIGNAL_SPREADS,
    LAYER_GAINS,
)
