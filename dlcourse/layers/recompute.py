"""Activation checkpointing: memory bought with time."""

from itertools import pairwise

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
        self._pool = pool
        for name, layer, _ in self.named():
            layer.work_in(pool.under(name))

    def work_in(self, buffers: Buffers) -> None:
        super().work_in(buffers)
        self._pool = buffers

    def take_turns(self, turns: Turns) -> None:
        super().take_turns(turns)
        for layer in self.layers:
            layer.take_turns(turns)
        for layer, following in pairwise(self.layers):
            layer.precede(following)

    def forward(self, x: np.ndarray, training: bool = True) -> np.ndarray:
        self._x = x
        self._before = self._copies("before")
        inside = self._forward_inside(x, training)
        return _copied(inside, self.buffers, "y")  # the memory of the layers inside is shared

    def backward(self, dy: np.ndarray, input_gradient: bool = True) -> np.ndarray | None:
        x = self._latest("_x")
        # Going forward again writes where dy lies, in memory that all layers use in turn.
        dy = _copied(dy, self._pool, "dy")
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

    def _copies(self, when: str) -> dict[str, np.ndarray]:
        """Return copies of the state."""
        return {
            name: _copied(array, self.buffers, f"{when}/{name}")
            if array.dtype.kind == "f"
            else array.copy()
            for name, array in self.state.items()
        }

    def _put(self, state: dict[str, np.ndarray]) -> None:
        for name, array in self.state.items():
            devices.copy(state[name], array)


def _copied(array: np.ndarray, buffers: Buffers, name: str) -> np.ndarray:
    """Return a copy in an array of these buffers."""
    copied = buffers.get(name, array.shape, array.dtype)
    devices.copy(array, copied)
    return copied
