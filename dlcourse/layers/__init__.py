"""Layers: each a forward and a backward pass, side by side."""

from dlcourse.layers.activations import ReLU, Sigmoid, Tanh
from dlcourse.layers.base import Layer
from dlcourse.layers.dense import Dense

__all__ = ["Dense", "Layer", "ReLU", "Sigmoid", "Tanh"]
