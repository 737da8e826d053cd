"""The lab "diagnosis": what curves and gradients say, and six broken trainings to mend."""

from dlcourse.checks.exercises.diagnosis.descend_clipped import DESCEND_CLIPPED
from dlcourse.checks.exercises.diagnosis.descend_in_pieces import DESCEND_IN_PIECES
from dlcourse.checks.exercises.diagnosis.diagnose import DIAGNOSE
from dlcourse.checks.exercises.diagnosis.fit_network import FIT_NETWORK
from dlcourse.checks.exercises.diagnosis.gradient_norms import GRADIENT_NORMS
from dlcourse.checks.exercises.diagnosis.start_weights import START_WEIGHTS
from dlcourse.checks.exercises.diagnosis.stop_in_time import STOP_IN_TIME
from dlcourse.checks.exercises.diagnosis.train_with_dropout import TRAIN_WITH_DROPOUT

EXERCISES = (
    DIAGNOSE,
    GRADIENT_NORMS,
    DESCEND_CLIPPED,
    START_WEIGHTS,
    FIT_NETWORK,
    STOP_IN_TIME,
    TRAIN_WITH_DROPOUT,
    DESCEND_IN_PIECES,
)
