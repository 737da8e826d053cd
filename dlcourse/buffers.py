"""Work arrays that live from step to step, so that a training step allocates nothing."""

from collections.abc import Callable
from typing import Any

import numpy as np

Shape = tuple[int, ...]


class Buffers:
    """Work arrays by name, kept from step to step.

    The last batch of an epoch is often shorter than the others: it gets a view of the first rows'
    memory, so that going back and forth allocates nothing.
    """

    def __init__(self) -> None:
        self._empty: Callable[[int, np.dtype], Any] = np.empty
        self._storage: dict[str, np.ndarray] = {}
        self._views: dict[tuple[str, Shape], np.ndarray] = {}

    def allocate_by(self, empty: Callable[[int, np.dtype], Any]) -> None:
        """Take memory from ``empty(size, dtype)`` from now on, NumPy's or a device's.

        What was held elsewhere is let go.
        """
        if empty != self._empty:
            self._empty = empty
            self._storage.clear()
            self._views.clear()

    def get(self, name: str, shape: Shape, dtype: Any) -> np.ndarray:
        """Return the array of this name and shape; what it holds is left over from before."""
        view = self._views.get((name, shape))
        if view is None or view.dtype != dtype:
            view = self._make(name, shape, np.dtype(dtype))
        return view

    def _make(self, name: str, shape: Shape, dtype: np.dtype) -> np.ndarray:
        size = int(np.prod(shape))
        storage = self._storage.get(name)
        if storage is None or storage.size < size or storage.dtype != dtype:
            storage = self._storage[name] = self._empty(size, dtype)
            self._views = {key: view for key, view in self._views.items() if key[0] != name}
        view = self._views[name, shape] = storage[:size].reshape(shape)
        return view

    @property
    def nbytes(self) -> int:
        """The memory held, in bytes."""
        return sum(storage.nbytes for storage in self._storage.values())

    def under(self, prefix: str) -> "Buffers":
        """Return buffers whose arrays lie in these, under names that begin with ``prefix``."""
        return _Named(self, prefix)


class _Named(Buffers):
    """Buffers within others."""

    def __init__(self, pool: Buffers, prefix: str) -> None:
        super().__init__()
        self._pool, self._prefix = pool, prefix

    def allocate_by(self, empty: Callable[[int, np.dtype], Any]) -> None:
        self._pool.allocate_by(empty)

    def get(self, name: str, shape: Shape, dtype: Any) -> np.ndarray:
        return self._pool.get(f"{self._prefix}/{name}", shape, dtype)


class Turns(Buffers):
    """Two lots of memory in turn, for arrays of which each is needed until the next is made.

    Going back through a network, dx of one layer is dy of the layer before, and of no other; going
    forward, y is the next layer's x, and nothing more in a prediction or where no gradient is
    computed from it. What was handed out last is still read while the next array is written, and
    what came before that is free: two arrays do where there was one a layer.
    """

    def __init__(self) -> None:
        self._lots = [Buffers(), Buffers()]

    def allocate_by(self, empty: Callable[[int, np.dtype], Any]) -> None:
        for lot in self._lots:
            lot.allocate_by(empty)

    def get(self, name: str, shape: Shape, dtype: Any) -> np.ndarray:
        self._lots.reverse()
        return self._lots[0].get("array", shape, dtype)

    @property
    def nbytes(self) -> int:
        return sum(lot.nbytes for lot in self._lots)
