"""PyTorch with ``torch.compile``: the model and its loss as one compiled graph.

The LSTM is PyTorch's own kernel either way, and an optimizer that is fused is compiled already:
there is nothing to gain, and nothing to compare.
"""

from functools import singledispatch
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from tests.benchmarks.contestants import pytorch
from tests.benchmarks.networks import LSTM, Network
from tests.benchmarks.workloads import Augmenting, Epoch, OptimizerStep, Prediction, Training

_FUSED_ALREADY = {"SGD", "momentum", "Nesterov", "Adagrad", "Adam", "AdamW", "AMSGrad"}


@singledispatch
def prepare(workload: Any) -> Any:
    return None


@prepare.register
def _(workload: Training) -> Any:
    if _is_recurrent(workload.network):
        return None
    model, x, labels = pytorch.model_and_data(workload.network)
    compiled = torch.compile(lambda x, labels: functional.cross_entropy(model(x), labels))
    return pytorch.training_step(model, x, labels, compiled)


@prepare.register
def _(workload: Prediction) -> Any:
    if _is_recurrent(workload.network):
        return None
    model, x, _ = pytorch.model_and_data(workload.network)
    return pytorch.prediction(torch.compile(model.eval()), x)


@prepare.register
def _(workload: OptimizerStep) -> Any:
    if workload.optimizer in _FUSED_ALREADY:
        return None
    p, optimizer = pytorch.optimizer_of(workload)
    compiled = torch.compile(lambda: optimizer.step())

    def step() -> np.ndarray:
        compiled()
        return p.detach()[:100].numpy()

    return step


@prepare.register
def _(workload: Augmenting) -> Any:
    return None


@prepare.register
def _(workload: Epoch) -> Any:
    model, _, _ = pytorch.model_and_data(workload.network)
    x, labels = map(torch.from_numpy, workload.data())
    batch = workload.network.batch
    # Two graphs: one for whole batches, one for the shorter batch at the end.
    compiled = torch.compile(model, dynamic=False)
    return pytorch.epoch(compiled, torch.nn.CrossEntropyLoss(), x, labels, batch)


def _is_recurrent(network: Network) -> bool:
    return any(isinstance(layer, LSTM) for layer in network.layers)
