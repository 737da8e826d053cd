"""How examples come to a model, batch by batch, wherever the model is."""

from collections.abc import Iterator

import numpy as np

from dlcourse.data import Augmentation, Dataset, batches
from dlcourse.devices import Device
from dlcourse.team import ALONE, Team

#: The share of a GPU's free memory that data may take; the rest is for the model at work.
SHARE = 0.5


class Feed:
    """Checked examples on their way to a device.

    Where they fit, they are copied there once, and batches are put together there. Otherwise, or
    where each batch is augmented (which is the host's work), they are put together in the host's
    memory, and while the device works on one batch, the next is copied.

    Parameters
    ----------
    device
        Where batches are wanted.
    data
        All examples, in the host's memory.
    augment
        Changes the inputs of each batch.
    team
        Who shares each batch; its member here gets its rows of them.

    Attributes
    ----------
    targets
        All targets, in the host's memory.
    """

    def __init__(
        self,
        device: Device,
        data: Dataset,
        augment: Augmentation | None = None,
        team: Team = ALONE,
    ) -> None:
        self.device, self.data, self.augment, self.team = device, data, augment, team
        self.targets = data.y
        self._resident = (
            augment is None and data.x.nbytes + data.y.nbytes <= SHARE * device.free_bytes()
        )
        if self._resident:
            self.data = Dataset(device.put(data.x), device.put(data.y))

    def __len__(self) -> int:
        return len(self.data.x)

    def batches(self, size: int, rng: np.random.Generator | None = None) -> Iterator[Dataset]:
        """Yield batches, as ``dlcourse.data.batches`` does; the next may overwrite the last."""
        if self._resident:
            return batches(self.data, size, rng, self.team.share)
        return self.device.ahead(self._on_host(size, rng))

    def _on_host(self, size: int, rng: np.random.Generator | None) -> Iterator[Dataset]:
        # Of a team each draws its own changes, from a generator that the common one begins.
        own = None if rng is None or self.augment is None else self.team.generator(rng)
        for x, target in batches(self.data, size, rng, self.team.share):
            if self.augment is not None:
                assert own is not None
                x = self.augment(x, own)
            yield Dataset(x, target)
