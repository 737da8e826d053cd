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
from dlcourse.layers.base import Layer, copy_of
from dlcourse.layers.block import Block
from dlcourse.layers.convolution import Conv2D
from dlcourse.layers.dense import Dense
from dlcourse.layers.dropout import Dropout
from dlcourse.layers.embedding import Embedding
from dlcourse.layers.gru import GRU
from dlcourse.layers.lstm import LSTM
from dlcourse.layers.normalization import BatchNorm, LayerNorm
from dlcourse.layers.pooling import AveragePool2D, GlobalAveragePool2D, MaxPool2D
from dlcourse.layers.recompute import Recompute
from dlcourse.layers.recurrent import Recurrent
from dlcourse.layers.residual import Residual
from dlcourse.layers.rnn import RNN
from dlcourse.layers.shape import Flatten

__all__ = [
    "ELU",
    "GELU",
    "GRU",
    "LSTM",
    "RNN",
    "AveragePool2D",
    "BatchNorm",
    "Block",
    "Conv2D",
    "Dense",
    "Dropout",
    "Embedding",
    "Flatten",
    "GlobalAveragePool2D",
    "Layer",
    "LayerNorm",
    "LeakyReLU",
    "MaxPool2D",
    "ReLU",
    "Recompute",
    "Recurrent",
    "Residual",
    "SiLU",
    "Sigmoid",
    "Softmax",
    "Softplus",
    "Tanh",
    "copy_of",
]
