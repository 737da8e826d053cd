"""The lab "capstone": a network of one's own on real data, from the split to the one test."""

from dlcourse.checks.exercises.capstone.choose_network import CHOOSE_NETWORK
from dlcourse.checks.exercises.capstone.evaluate import EVALUATE
from dlcourse.checks.exercises.capstone.stratified_split import STRATIFIED_SPLIT
from dlcourse.checks.exercises.capstone.train_and_predict import TRAIN_AND_PREDICT
from dlcourse.checks.exercises.data.standardize import STANDARDIZE

EXERCISES = (STRATIFIED_SPLIT, STANDARDIZE, EVALUATE, CHOOSE_NETWORK, TRAIN_AND_PREDICT)
