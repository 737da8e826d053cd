import subprocess
import sys

import pytest

from dlcourse.kernels.cpu.compile import JIT_IS_OFF

SCRIPT = """
import numpy as np
from dlcourse.kernels import warmup
from dlcourse.kernels.cpu.compile import KERNELS
from dlcourse.layers import *
from dlcourse.losses import *
from dlcourse.model import Sequential
from dlcourse.optimizers import *
from dlcourse.regularizers import L1, L2, ElasticNet, MaxNorm

for _, compile_it in warmup.tasks():
    compile_it()
before = {name: len(dispatcher.signatures) for name, (dispatcher, _) in KERNELS.items()}

optimizers = [
    lambda p: SGD(p, 1), lambda p: SGD(p, 1, momentum=0.5), Adagrad, RMSprop, Adam, AdamW,
    lambda p: SGD(p, np.float32(1), momentum=0.5, nesterov=True), AMSGrad, Adamax,
    lambda p: RMSprop(p, 1, centered=True, momentum=0.5),
    lambda p: Adam(p, np.float64(1), weight_decay=1, decay="all"),
]
ones, signs = np.ones((6, 4)), np.where(np.arange(24).reshape(6, 4) % 2, 1, -1)
labels, shares = np.arange(6) % 4, np.full((6, 4), 0.25)
losses = [
    (MeanSquaredError(), ones), (MeanAbsoluteError(), ones), (Huber(1), ones),
    (BinaryCrossEntropy(), ones), (BinaryCrossEntropy(2), ones.astype(bool)),
    (Hinge(), signs), (SquaredHinge(), signs.astype(np.float32)), (MultiClassHinge(1), labels),
    (SoftmaxCrossEntropy(), labels.astype(np.uint8)), (SoftmaxCrossEntropy(1), labels),
    (SoftmaxCrossEntropy(0, [1, 2, 3, 4]), labels), (SoftmaxCrossEntropy(), shares),
]
layers = [
    lambda: LeakyReLU(0), lambda: LeakyReLU(np.float32(1)), lambda: ELU(1),
    GELU, SiLU, Softplus, Sigmoid, Tanh, ReLU, Softmax,
]
image_layers = [
    lambda: Conv2D(np.int64(3), (2, 3), [1, 2], 1), lambda: Conv2D(3, 1),
    lambda: MaxPool2D(2, np.uint8(1), 1), lambda: AveragePool2D(count_padding=np.bool_(False)),
    GlobalAveragePool2D, Flatten, lambda: Dropout(np.float32(0.5)), lambda: BatchNorm(1, 1),
    lambda: LayerNorm(np.float32(1)), lambda: Residual(Conv2D(2, 3, padding="same")),
]
images = np.random.default_rng(0).normal(size=(7, 5, 6, 2))
for dtype in (np.float32, np.float64):
    for make in image_layers:
        model = Sequential(make(), input_shape=(5, 6, 2), rng=0, dtype=dtype)
        for rows, training in ((7, True), (3, True), (2, False)):
            y = model.forward(images[:rows], training)
            model.backward(y, input_gradient=True)
            model.backward(y, input_gradient=False)
    for make in layers:
        model = Sequential(make(), Dense(4), input_shape=(4,), rng=0, dtype=dtype)
        model.forward(ones)
        model.backward(ones, input_gradient=True)
    for make in optimizers:
        optimizer = make(model.parameters)
        optimizer.step()
        optimizer.learning_rate = 1
        optimizer.step()
    model.parameters.set_rate("dense_1", np.float32(0.5))
    for penalty in (L1(1), L2(np.float32(1)), ElasticNet(1, 2, "all")):
        penalty.forward(model.parameters)
        penalty.backward(model.parameters)
    MaxNorm(1).apply(model.parameters)
    clip_by_norm(model.parameters, 1)
    clip_by_value(model.parameters, np.int64(1))
    for loss, target in losses:
        for weight in (None, np.arange(6), np.arange(6, dtype=np.float32)):
            y = model.forward(ones)
            loss.forward(y, target, weight)
            model.backward(loss.backward())
            if loss.classification:
                loss.count_correct(y, target)
after = {name: len(dispatcher.signatures) for name, (dispatcher, _) in KERNELS.items()}
assert after == before, set(after.items()) ^ set(before.items())
"""


@pytest.mark.skipif(JIT_IS_OFF, reason="nothing is compiled without the JIT")
def test_no_option_compiles_a_kernel_for_another_type():
    """Each kernel has the specialisations that it was declared with, whatever numbers come."""
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
