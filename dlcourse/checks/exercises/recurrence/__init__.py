"""The lab "recurrence": states that go through time, their gradients, gates, and clipping."""

from dlcourse.checks.exercises.recurrence.carry_state import CARRY_STATE
from dlcourse.checks.exercises.recurrence.clip_gradients import CLIP_GRADIENTS
from dlcourse.checks.exercises.recurrence.lstm_step import LSTM_STEP
from dlcourse.checks.exercises.recurrence.lstm_step_backward import LSTM_STEP_BACKWARD
from dlcourse.checks.exercises.recurrence.rnn_backward import RNN_BACKWARD
from dlcourse.checks.exercises.recurrence.rnn_forward import RNN_FORWARD

EXERCISES = (
    RNN_FORWARD,
    CARRY_STATE,
    RNN_BACKWARD,
    CLIP_GRADIENTS,
    LSTM_STEP,
    LSTM_STEP_BACKWARD,
)
