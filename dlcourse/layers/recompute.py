"""Activation checkpointing: memory bought with time."""

import numpy as np

from dlcourse import devices
from dlcourse.buffers import Buffers, Turns
from dlcourse.layers.block import Block


class Recompute(Block):
    """A row of layers whose activations are forgotten, and computed again when backward asks.

    Parameters
    ----------
    *layers
        New layers, one after another.

    Notes
    -----
    The results are those of the same layers without the block, to the last bit: dropout draws the
    same mask again, and running statistics move once.

    All ``Recompute`` blocks of a model work in the same memory, so that of their inner activations
    the largest block's alone are held; each keeps its output. A network of n layers in √n blocks
    needs memory for about 2 √n activations rather than n, and one more forward pass a step, a
    third more work (Chen, Xu, Zhang and Guestrin 2016, "Training deep nets with sublinear memory
    cost").
    """

    def share(self, pool: Buffers) -> None:
        for name, layer, _ in self.named():
            layer.work_in(pool.under(name))

    def take_turns(self, turns: Turns) -> None:
        super().take_turns(turns)
        for layer in self.layers:
            layer.take_turns(turns)

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        self._x = x
        self._before = self._copies("before")
        inside = self._forward_inside(x, training)
        return self._own("y", inside)

    def backward(self, dy: np.ndarray, input_gradient: bool = True) -> np.ndarray | None:
        x = self._latest("_x")
        after = self._copies("after")
        self._put(self._before)
        self._forward_inside(x, training=True)
        self._put(after)
        inside = self._backward_inside(dy, input_gradient)
        if inside is None:
            return None
        dx = self._dx(x)
        devices.copy(inside, dx)
        return dx

    def _own(self, name: str, array: np.ndarray) -> np.ndarray:
        """Return a copy in the block's own memory: that of the layers inside is shared."""
        copied = self.buffers.get(name, array.shape, array.dtype)
        devices.copy(array, copied)
        return copied

    def _copies(self, when: str) -> dict[str, np.ndarray]:
        """Return copies of the state."""
        return {
            name: self._own(f"{when}/{name}", array) if array.dtype.kind == "f" else array.copy()
            for name, array in self.state.items()
        }

    def _put(self, state: dict[str, np.ndarray]) -> None:
        for name, array in self.state.items():
            devices.copy(state[name], array)
