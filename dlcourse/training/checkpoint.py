"""Checkpoints: a run that was cut off goes on where it was, bit for bit."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from dlcourse import archive, validation
from dlcourse.devices import to_host
from dlcourse.model import saving
from dlcourse.training.callback import Callback, Run

KIND = "dlcourse checkpoint"


class Checkpoint(Callback):
    """Write the whole state of the run to one file after each epoch, for ``fit(resume=path)``.

    Parameters
    ----------
    path
        The file, replaced each time in one step: an interrupt or a power cut leaves the old one
        or the new one, never half of one.
    every
        Write after every so many epochs.

    Notes
    -----
    The file holds the model's parameters and state, the optimizer's, the generator's, what the
    other callbacks remember, and the history. A run resumed from it does what the run that was
    cut off would have done, to the last bit, given the same data and arguments.

    Of several processes the first writes the file, and what each keeps of the optimizer's state is
    brought together in it: a run may be resumed by another number of processes.
    """

    def __init__(self, path: str | Path, every: int = 1) -> None:
        self.path = Path(path)
        self.every = validation.count("every", every)

    def on_fit_begin(self, run: Run) -> None:
        if run.team.leads and not self.path.parent.is_dir():
            raise FileNotFoundError(f"path is {self.path}: expected a file in an existing folder")

    def on_epoch_end(self, run: Run, values: Mapping[str, float]) -> None:
        if run.epoch % self.every == 0:
            write(run, self.path)


def write(run: Run, path: str | Path) -> None:
    """Write the state of a run, at the end of an epoch, to a checkpoint file.

    All members of a team must call it.
    """
    team, optimizer = run.team, run.optimizer.snapshot()
    for name in run.optimizer.state:
        optimizer[name] = team.whole(optimizer[name])
    if not team.leads:
        return
    arrays = {f"model/{name}": to_host(array) for name, array in saving.arrays(run.model).items()}
    for name, array in optimizer.items():
        arrays[f"optimizer/{name}"] = to_host(array)
    remembered = []
    for position, callback in enumerate(run.callbacks):
        plain = {}
        for name, value in callback.state().items():
            if isinstance(value, np.ndarray) or validation.on_gpu(value):
                arrays[f"callback {position}/{name}"] = to_host(value)
            else:
                plain[name] = value
        remembered.append({"type": type(callback).__name__, "values": plain})
    description = {
        "model": saving.configuration(run.model),
        "optimizer": type(run.optimizer).__name__,
        "rng": run.rng.bit_generator.state,
        "epoch": run.epoch,
        "history": dict(run.history),
        "callbacks": remembered,
    }
    archive.write(path, KIND, description, arrays)


def restore(run: Run, path: str | Path) -> None:
    """Bring a run that has not begun to where the one in the file was.

    Raises
    ------
    FileNotFoundError, dlcourse.archive.ArchiveError
        There is no such file; it is broken, or was written by a run with another model,
        optimizer, generator or other callbacks: the message says which.
    """
    description, arrays = archive.read(path, KIND)

    def part(prefix: str) -> dict[str, np.ndarray]:
        return {
            name.removeprefix(prefix): array
            for name, array in arrays.items()
            if name.startswith(prefix)
        }

    optimizer, kept = run.optimizer, part("optimizer/")
    callbacks = [type(callback).__name__ for callback in run.callbacks]
    for what, found, expected in (
        ("optimizer", description["optimizer"], type(optimizer).__name__),
        ("optimizer state", sorted(kept), sorted(optimizer.snapshot())),
        ("generator", description["rng"]["bit_generator"], type(run.rng.bit_generator).__name__),
        ("callbacks", [one["type"] for one in description["callbacks"]], callbacks),
    ):
        if found != expected:
            raise archive.ArchiveError(
                f"{path} was written by another run: {what} {found} there and {expected} here"
            )
    saving.put_into(run.model, part("model/"), path)
    optimizer.restore(kept)
    run.rng.bit_generator.state = description["rng"]
    run.epoch = description["epoch"]
    run.history.replace(description["history"])
    for position, (callback, one) in enumerate(
        zip(run.callbacks, description["callbacks"], strict=True)
    ):
        if run.team.leads or not callback.leads_only:
            callback.restore(one["values"] | part(f"callback {position}/"))
