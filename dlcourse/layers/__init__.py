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
from dlcourse.layers.embedding import Embedding
from dlcourse.layers.gru import GRU
from dlcourse.layers.lstm import LSTM
from dlcourse.layers.recurrent import Recurrent
from dlcourse.layers.rnn import RNN

__all__ = [
    "ELU",
    "GELU",
    "GRU",
    "LSTM",
    "RNN",
    "Dense",
    "Embedding",
    "Layer",
    "LeakyReLU",
    "ReLU",
    "Recurrent",
    "SiLU",
    "Sigmoid",
    "Softmax",
    "Softplus",
    "Tanh",
]
