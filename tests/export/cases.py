"""Models to export: each layer alone, in each of its modes."""

import numpy as np

from dlcourse.layers import (
    ELU,
    GELU,
    GRU,
    LSTM,
    RNN,
    AveragePool2D,
    BatchNorm,
    Conv2D,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    GlobalAveragePool2D,
    LayerNorm,
    LeakyReLU,
    MaxPool2D,
    Recompute,
    ReLU,
    Residual,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Tanh,
)
from dlcourse.model import Sequential

ACTIVATIONS = {
    "elu": lambda: ELU(1.3),
    "gelu": GELU,
    "leaky": lambda: LeakyReLU(0.2),
    "relu": ReLU,
    "sigmoid": Sigmoid,
    "silu": SiLU,
    "softplus": Softplus,
    "tanh": Tanh,
}

IMAGE = (7, 5, 3)
LAYERS = {
    **{name: (make, (5,)) for name, make in ACTIVATIONS.items()},
    "relu of images": (ReLU, IMAGE),
    "softmax": (Softmax, (5,)),
    "softmax of steps": (Softmax, (4, 5)),
    "dense": (lambda: Dense(6), (5,)),
    "dense at each step": (lambda: Dense(6), (4, 5)),
    "dense at each pixel": (lambda: Dense(6), IMAGE),
    "flatten": (Flatten, IMAGE),
    "flatten vectors": (Flatten, (5,)),
    "flatten numbers": (Flatten, ()),
    "dropout": (lambda: Dropout(0.3), IMAGE),
    "conv": (lambda: Conv2D(4, 3), IMAGE),
    "conv same": (lambda: Conv2D(4, (3, 5), padding="same"), IMAGE),
    "conv same, even": (lambda: Conv2D(4, (2, 4), padding="same"), IMAGE),
    "conv padded": (lambda: Conv2D(4, (3, 2), stride=(2, 1), padding=(0, 1)), IMAGE),
    "max pool": (MaxPool2D, IMAGE),
    "max pool padded": (lambda: MaxPool2D((3, 2), stride=(1, 2), padding=(1, 0)), IMAGE),
    "average pool": (AveragePool2D, IMAGE),
    "average pool padded": (lambda: AveragePool2D((2, 4), stride=1, padding=(1, 2)), IMAGE),
    "average pool, padding not counted": (
        lambda: AveragePool2D(3, stride=2, padding=1, count_padding=False),
        IMAGE,
    ),
    "global average pool": (GlobalAveragePool2D, IMAGE),
    "batch norm": (lambda: BatchNorm(epsilon=1e-3), (5,)),
    "batch norm of steps": (BatchNorm, (4, 5)),
    "batch norm of images": (BatchNorm, IMAGE),
    "layer norm": (lambda: LayerNorm(epsilon=1e-2), (5,)),
    "layer norm of images": (LayerNorm, IMAGE),
    "embedding": (lambda: Embedding(9, 4), (6,)),
    "embedding of single indices": (lambda: Embedding(9, 4), ()),
    "embedding with padding": (lambda: Embedding(9, 4, padding_index=2), (6,)),
    "residual": (lambda: Residual(Dense(5), Tanh()), (5,)),
    "residual with projection": (
        lambda: Residual(Dense(6), Tanh(), Dense(4), projection=Dense(4)),
        (5,),
    ),
    "residual of images": (
        lambda: Residual(Conv2D(3, 3, padding="same"), BatchNorm(), ReLU()),
        IMAGE,
    ),
    "residual of images, both ways round": (
        lambda: Residual(Conv2D(4, 3, stride=2), LayerNorm(), projection=Conv2D(4, 3, stride=2)),
        IMAGE,
    ),
    "recomputed": (lambda: Recompute(Dense(6), Tanh(), Dropout(0.5), Dense(4)), (5,)),
    "residual in residual": (lambda: Residual(Residual(Dense(5)), ELU()), (5,)),
    **{
        f"{cell.__name__}, {what}": (lambda cell=cell, options=options: cell(4, **options), (6, 3))
        for cell in (RNN, LSTM, GRU)
        for what, options in {
            "last state": {},
            "every state": {"return_sequences": True},
            "last state, skipping": {"padding": -1.5},
            "every state, skipping": {"padding": -1.5, "return_sequences": True},
        }.items()
    },
}


def shaken(*layers, input_shape, dtype=np.float32, seed=0):
    """Return a model in which every number matters, running statistics too."""
    rng = np.random.default_rng(seed)
    model = Sequential(*layers, input_shape=input_shape, rng=rng, dtype=dtype)
    for parameter in model.parameters:
        parameter.value[...] = rng.normal(0.2, 0.6, parameter.value.shape)
    for name, array in model.state.items():
        if array.dtype == dtype:
            low = 0.2 if name.endswith("variance") else -1
            array[...] = rng.uniform(low, 2, array.shape)
    return model


def inputs(model, rows, seed=1):
    """Return a batch of random numbers or indices, some steps of which equal -1.5."""
    rng = np.random.default_rng(seed)
    shape = (rows, *model.input_shape)
    if model.input_dtype == np.int64:
        return rng.integers(model.layers[0].count, size=shape)
    x = rng.normal(size=shape).astype(model.dtype)
    if len(shape) == 3:
        x[rng.random(shape[:2]) < 0.4] = -1.5
        x[0] = -1.5  # one with nothing but padding
    return x
