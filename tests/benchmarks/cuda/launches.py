"""What it costs to ask the device for something, whatever it does then."""

from typing import Any

import numpy as np

from dlcourse.kernels.cuda import adam_step, graphs, memory
from tests.benchmarks.cuda.clock import Clock

#: Launches of a graph.
MANY = 100


def costs(clock: Clock) -> dict[str, Any]:
    """Return seconds of a launch, alone and in a graph, and of reading a number."""
    one = clock.device.put(np.ones(1, np.float32))
    four = [clock.device.put(np.ones(1, np.float32)) for _ in range(4)]
    found: dict[str, Any] = {
        "one array": clock.time(lambda: memory.fill(one, 1)),
        "four arrays, seven numbers": clock.time(
            lambda: adam_step(*four, 1e-3, 0.9, 0.999, 1e-8, 1, 1.0)
        ),
        "reading a number": clock.time(one.copy_to_host),
        "one array, in a graph": None,
    }
    if not clock.simulated and graphs.can_capture():
        graph = graphs.record(lambda: [memory.fill(one, 1) for _ in range(MANY)])
        found["one array, in a graph"] = clock.time(graph.replay) / MANY
    return found
