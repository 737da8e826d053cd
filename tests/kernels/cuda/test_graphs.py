"""What is asked of the driver to record a graph, by a stand-in for it; on a GPU: ``tests.gpu``."""

from types import SimpleNamespace

import pytest
from numba import cuda

from dlcourse.kernels.cuda import graphs
from dlcourse.kernels.cuda.replays import replay_counter
from dlcourse.kernels.cuda.simulated_memory import to_device
from dlcourse.kernels.cuda.streams import current_stream

driver = pytest.importorskip("cuda.bindings.driver", reason="cuda-bindings is not installed")

SUCCESS, REFUSED = (
    driver.CUresult.CUDA_SUCCESS,
    driver.CUresult.CUDA_ERROR_STREAM_CAPTURE_INVALIDATED,
)
ANSWERS = {
    "cuStreamBeginCapture": (), "cuStreamEndCapture": ("graph",), "cuGraphInstantiate": ("made",),
    "cuGraphDestroy": (), "cuGraphLaunch": (),
}  # fmt: skip


class Stream:
    def __init__(self, calls):
        self.calls = calls

    def __int__(self):
        return 77

    def synchronize(self):
        self.calls.append(("synchronize",))


@pytest.fixture
def calls(monkeypatch):
    """Every call of the driver and of the stream, with its arguments, in order."""
    made = []

    def stand_in(name, answer):
        def call(*arguments):
            made.append((name, *arguments))
            return SUCCESS, *answer

        return call

    for name, answer in ANSWERS.items():
        monkeypatch.setattr(driver, name, stand_in(name, answer))
    monkeypatch.setattr(cuda, "stream", lambda: Stream(made))
    monkeypatch.setattr(cuda, "to_device", to_device)
    return made


def names(calls):
    return [call[0] for call in calls]


def test_a_step_is_run_once_and_then_recorded(calls):
    counts = []

    def step():
        calls.append(("step", int(current_stream())))
        counts.append(int(replay_counter().copy_to_host()[0]))

    graph = graphs.record(step)
    assert names(calls) == [
        "step", "synchronize", "cuStreamBeginCapture", "step", "cuStreamEndCapture",
        "cuGraphInstantiate", "cuGraphDestroy",
    ]  # fmt: skip
    assert [call[1] for call in calls if call[0] in ("step", "cuStreamBeginCapture")] == [77] * 3
    # The run for real and the first replay both add nothing to the steps that they are told.
    assert counts == [0, 0]
    assert replay_counter() is None
    del calls[:]
    graph.replay()
    graph.replay()
    graph.synchronize()
    assert calls == [("cuGraphLaunch", "made", 77)] * 2 + [("synchronize",)]
    assert graph.replays == 2


def test_a_step_that_fails_leaves_no_stream_recording(calls):
    def step():
        if "cuStreamBeginCapture" in names(calls):
            raise MemoryError("no more")

    with pytest.raises(MemoryError, match="no more"):
        graphs.record(step)
    assert names(calls)[-1] == "cuStreamEndCapture"
    assert replay_counter() is None


@pytest.mark.parametrize("refuses", ["cuStreamEndCapture", "cuGraphInstantiate"])
def test_a_refusal_of_the_driver_is_told(calls, refuses, monkeypatch):
    monkeypatch.setattr(driver, refuses, lambda *arguments: (REFUSED, None))
    with pytest.raises(RuntimeError, match="CUDA_ERROR_STREAM_CAPTURE_INVALIDATED to a graph"):
        graphs.record(lambda: None)


def test_without_a_gpu_nothing_can_be_captured(monkeypatch):
    monkeypatch.setattr(graphs, "cuda", SimpleNamespace(is_available=lambda: False))
    assert not graphs.can_capture()
    monkeypatch.setattr(graphs, "cuda", SimpleNamespace(is_available=lambda: True))
    assert graphs.can_capture()
