"""Exercises of the small lab that kill whoever asks for them.

They are looked up by name in other processes, so this module imports little.
"""

import os
import signal

from dlcourse.grading.marking import Task
from tests.grading.small import small_exercises


def with_exercises(task, exercises):
    return Task(**{**vars(task), "exercises": exercises})


def kill_once(marker, parent, lab):
    """Give the exercises, after the death of the process that asks first, or of its parent."""
    if not marker.exists():
        process = os.getppid() if parent else os.getpid()
        marker.write_text(str(process))
        os.kill(process, signal.SIGKILL)
    return small_exercises(lab)


def kill_always(lab):
    os.kill(os.getpid(), signal.SIGKILL)


def kill_parent_always(lab):
    os.kill(os.getppid(), signal.SIGKILL)


def fail(lab):
    raise RuntimeError("the grader's own fault")
