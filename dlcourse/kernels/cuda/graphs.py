"""A step recorded once and launched as a whole: a CUDA graph.

A launch from Python takes microseconds, and a small step is a hundred of them. The driver can
record what goes to a stream and launch all of it by one call.

What is recorded are launches with the numbers that they were given. The count of steps, which
Adam's step and dropout depend on, goes on from replay to replay (see ``replays``); a learning rate
stays what it was, and nothing is seen of what Python does between launches. So put each batch into
the arrays that were recorded, and record anew where a rate has changed.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import cuda

from dlcourse.kernels.cuda.replays import count_replay, counted_by
from dlcourse.kernels.cuda.streams import on_stream


def can_capture() -> bool:
    """Return whether the driver's functions for this are there (package ``cuda-bindings``)."""
    try:
        from cuda.bindings import driver
    except ImportError:
        return False
    return hasattr(driver, "cuStreamBeginCapture") and cuda.is_available()


class Graph:
    """What ``record`` took down; ``replay()`` launches it, in the order of its own stream.

    The arrays that were used must stay alive: a graph knows their addresses only.

    Attributes
    ----------
    replays
        How often it was launched. The optimizer and the dropout layers have counted the recording
        as a step, which the first replay is; of the others they know nothing.
    """

    def __init__(self, executable: Any, stream: Any, counter: Any) -> None:
        self.executable, self.stream = executable, stream
        self.replays = 0
        self._counter = counter  # the graph writes there: it has to live as long

    def replay(self) -> None:
        """Launch everything again; does not wait."""
        from cuda.bindings import driver

        _checked(driver.cuGraphLaunch(self.executable, int(self.stream)))
        self.replays += 1

    def synchronize(self) -> None:
        """Wait until all that was launched is done."""
        self.stream.synchronize()


def record(step: Callable[[], Any]) -> Graph:
    """Run ``step`` once for real, then once more without executing it, to take down its launches.

    The first run compiles what is not compiled and makes the memory that the step works in: during
    the recording nothing may be allocated, and no number be read.
    """
    from cuda.bindings import driver

    stream = cuda.stream()
    before = np.array([-1])  # of the first replay: its own launch makes it 0
    counter = cuda.to_device(before)
    with on_stream(stream), counted_by(counter):
        count_replay(counter)
        step()
        stream.synchronize()
        counter.copy_to_device(before)
        mode = driver.CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL
        _checked(driver.cuStreamBeginCapture(int(stream), mode))
        try:
            count_replay(counter)
            step()
        finally:  # the stream is of no use to anyone while it records
            ended = driver.cuStreamEndCapture(int(stream))
    (graph,) = _checked(ended)
    (executable,) = _checked(driver.cuGraphInstantiate(graph, 0))
    _checked(driver.cuGraphDestroy(graph))
    return Graph(executable, stream, counter)


def _checked(answer: tuple) -> tuple:
    """Return what a function of the driver returned beside its status."""
    status, *rest = answer
    if int(status) != 0:
        raise RuntimeError(f"the CUDA driver answered {status.name} to a graph: expected success")
    return tuple(rest)
