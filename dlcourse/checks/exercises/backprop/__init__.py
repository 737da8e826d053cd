"""The lab "backprop": a dense network's backward pass by hand, and a checker that tests it."""

from dlcourse.checks.exercises.backprop.dense_forward import DENSE_FORWARD

EXERCISES = (DENSE_FORWARD,)
