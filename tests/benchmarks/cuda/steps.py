"""One training step of whole networks: the library on the GPU and on the CPU, and PyTorch."""

from collections.abc import Callable, Iterable
from importlib.util import find_spec
from time import perf_counter
from typing import Any

import numpy as np

from dlcourse.kernels.cuda import graphs
from dlcourse.losses import SoftmaxCrossEntropy
from dlcourse.optimizers import Adam
from tests.benchmarks.contestants.library import model_of
from tests.benchmarks.cuda.clock import Clock
from tests.benchmarks.networks import LSTM, Dense, Network, cnn, mlp
from tests.benchmarks.workloads import NETWORKS

#: Where a GPU has enough to do.
LARGE = (
    mlp(4096, 4096, 4096, 1000, batch=2048),
    cnn("CNN 64×64×3 batch norm", (64, 64, 3), 64, 128, 256, batch=256, norm=True),
    Network("LSTM 128 steps 256→512", (128, 256), (LSTM(512), Dense(10)), 256),
)
EVERY = (*NETWORKS, *LARGE)


def rows(clock: Clock, networks: Iterable[Network]) -> list[dict[str, Any]]:
    """Return a row for each network: seconds of a step by each way to take it."""
    return [row(clock, network) for network in networks]


def row(clock: Clock, network: Network) -> dict[str, Any]:
    """Time one network's step, with Adam, as ``tests.benchmarks.workloads.Training`` has it."""
    gpu, gpu_with_transfers, copies = ours(clock, network)
    cpu = on_the_cpu(network, clock)
    return {
        "network": f"{network.name}, batch {network.batch}",
        "dlcourse": gpu,
        "dlcourse with batch in and loss out": gpu_with_transfers,
        "batch in": copies,
        "dlcourse on the CPU": cpu,
        "the CPU is faster": cpu < gpu,
        **as_a_graph(clock, network),
        **pytorch(clock, network),
    }


def as_a_graph(clock: Clock, network: Network) -> dict[str, Any]:
    """Time the step as a CUDA graph; where the driver refuses, its answer is kept."""
    if clock.simulated or not graphs.can_capture():
        return {"dlcourse as a graph": None}
    model = model_of(network).to(clock.device)
    loss, optimizer = SoftmaxCrossEntropy(), Adam(model.parameters)
    x, labels = map(clock.device.put, network.data())

    def step() -> None:
        loss.forward(model.forward(x), labels)
        model.backward(loss.backward())
        optimizer.step()

    try:
        graph = graphs.record(step)
    except RuntimeError as error:
        return {"dlcourse as a graph": None, "why there is no graph": str(error)}
    return {"dlcourse as a graph": clock.time(graph.replay)}


def ours(clock: Clock, network: Network) -> tuple[float, float, float]:
    """Time the step alone, the step with a batch copied in and the loss out, and that copy."""
    model = model_of(network).to(clock.device)
    loss, optimizer = SoftmaxCrossEntropy(), Adam(model.parameters)
    x, labels = network.data()
    there = clock.device.put(x), clock.device.put(labels)

    def step(batch: tuple) -> Any:
        value = loss.forward(model.forward(batch[0]), batch[1])
        model.backward(loss.backward())
        optimizer.step()
        return value

    def copy_in() -> None:
        there[0].copy_to_device(x)
        there[1].copy_to_device(labels)

    def whole() -> float:
        copy_in()
        return float(step(there))

    return clock.time(lambda: step(there)), clock.time(whole), clock.time(copy_in)


def on_the_cpu(network: Network, clock: Clock) -> float:
    """Time the same step by the library on the CPU."""
    from tests.benchmarks.contestants.library import prepare
    from tests.benchmarks.workloads import Training

    step = prepare(Training(network))
    step()
    times = []
    for _ in range(clock.rounds):
        begin = perf_counter()
        step()
        times.append(perf_counter() - begin)
    return float(np.median(times))


def pytorch(clock: Clock, network: Network) -> dict[str, float | None]:
    """Time PyTorch's step on the GPU, eager and as a CUDA graph; TF32 stays off."""
    names = "pytorch eager", "pytorch graph"
    if clock.simulated or find_spec("torch") is None:
        return dict.fromkeys(names)
    import torch
    from torch.nn import functional

    from tests.benchmarks.contestants.pytorch import model_and_data

    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    model, x, labels = model_and_data(network)
    model, x, labels = model.cuda(), x.cuda(), labels.cuda()
    learnt = [parameter for parameter in model.parameters() if parameter.requires_grad]

    def stepper(**options: Any) -> Callable[[], Any]:
        optimizer = torch.optim.Adam(learnt, lr=1e-3, fused=True, **options)

        def step() -> Any:
            optimizer.zero_grad(set_to_none=not options)
            loss = functional.cross_entropy(model(x), labels)
            loss.backward()
            optimizer.step()
            return loss

        return step

    eager = clock.time(stepper())
    step = stepper(capturable=True)
    beside = torch.cuda.Stream()
    beside.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(beside):  # as PyTorch asks for: a few steps before the recording
        for _ in range(3):
            step()
    torch.cuda.current_stream().wait_stream(beside)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        step()
    return dict(zip(names, (eager, clock.time(graph.replay)), strict=True))
