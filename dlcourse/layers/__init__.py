"""Layers: each a forward and a backward pass, side by side."""

from dlcourse.layers.activations import (
    ELU,
    GELU,
    LeakyReLU,
    ReLU,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Tanh,
)
from dlcourse.layers.base import Layer
from dlcourse.layers.dense import Dense

__all__ = [
    "ELU",
    "GELU",
    "Dense",
    "Layer",
    "LeakyReLU",
    "ReLU",
    "SiLU",
    "Sigmoid",
    "Softmax",
    "Softplus",
    "Tanh",
]
