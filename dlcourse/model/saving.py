"""Models in files: written whole or not at all, read without running anything."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from dlcourse import archive
from dlcourse.devices import copy, to_host
from dlcourse.model.configuration import decode, encode
from dlcourse.model.sequential import Sequential

KIND = "dlcourse model"


def configuration(model: Sequential) -> dict[str, Any]:
    """Return what the model is made of, as JSON's types."""
    return {
        "layers": [encode(layer) for layer in model.layers],
        "input_shape": list(model.input_shape),
        "dtype": model.dtype.name,
        "rates": {part.name: part.rate for part in model.parameters if part.rate != 1},
    }


def arrays(model: Sequential) -> dict[str, np.ndarray]:
    """Return all that the model has learnt and remembers, by name; views, not copies.

    Of a model on a GPU they lie there.
    """
    return {part.name: part.value for part in model.parameters} | model.state


def save(model: Sequential, path: str | Path) -> None:
    """Save the model's make-up, parameters, their rates and state to one ``.npz`` file.

    The file is replaced in one step: an interrupt leaves the old one or the new one.
    """
    own = {name: to_host(array) for name, array in arrays(model).items()}
    archive.write(path, KIND, configuration(model), own)


def load(path: str | Path, known: Mapping[str, type] | None = None) -> Sequential:
    """Return the model that was saved to ``path``.

    Parameters
    ----------
    path
        A file written by ``save``.
    known
        Layers of your own that the model contains: {"MyLayer": MyLayer}.

    Raises
    ------
    FileNotFoundError, dlcourse.archive.ArchiveError
        There is no such file; it is broken, of another kind or of a newer version.
    """
    description, saved = archive.read(path, KIND)
    model = Sequential(
        *decode(description["layers"], known),
        input_shape=tuple(description["input_shape"]),
        rng=0,  # drawn, then overwritten by what was saved
        dtype=description["dtype"],
    )
    put_into(model, saved, path)
    for name, rate in description["rates"].items():
        model.parameters.set_rate(name, rate)
    return model


def load_into(model: Sequential, path: str | Path) -> None:
    """Give ``model`` the parameters and the state that were saved to ``path``.

    Raises
    ------
    dlcourse.archive.ArchiveError
        The file holds another architecture; the message names the first difference, and the
        model is left as it was.
    """
    _, saved = archive.read(path, KIND)
    put_into(model, saved, path)


def put_into(model: Sequential, saved: Mapping[str, np.ndarray], path: str | Path) -> None:
    """Copy the saved arrays into the model's own after checking every name, shape and type."""
    own = arrays(model)
    for name in [*own, *saved]:
        if name not in saved or name not in own:
            where = "the file" if name not in saved else "the model"
            raise archive.ArchiveError(
                f"{path} is of another architecture: {where} has no {name!r}"
            )
        if own[name].shape != saved[name].shape:
            raise archive.ArchiveError(
                f"{path} is of another architecture: {name} has shape {saved[name].shape} there "
                f"and {own[name].shape} in the model"
            )
        if own[name].dtype != saved[name].dtype:
            raise archive.ArchiveError(
                f"{path} holds {name} as {saved[name].dtype}: expected {own[name].dtype}, the "
                "model's type"
            )
    for name, array in own.items():
        copy(saved[name], array)
