"""The lab "data": cleaning, transformation, sampling, augmentation, and nothing that leaks."""

from dlcourse.checks.exercises.data.augment import AUGMENT
from dlcourse.checks.exercises.data.fill_gaps import FILL_GAPS
from dlcourse.checks.exercises.data.find_faults import FIND_FAULTS
from dlcourse.checks.exercises.data.one_hot import ONE_HOT
from dlcourse.checks.exercises.data.split_and_oversample import SPLIT_AND_OVERSAMPLE
from dlcourse.checks.exercises.data.standardize import STANDARDIZE

EXERCISES = (FIND_FAULTS, FILL_GAPS, STANDARDIZE, ONE_HOT, SPLIT_AND_OVERSAMPLE, AUGMENT)
