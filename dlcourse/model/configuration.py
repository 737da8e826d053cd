"""A model's make-up as plain data, and back: what a saved file says beside its numbers."""

from collections.abc import Mapping
from typing import Any

from dlcourse import initializers, layers
from dlcourse.layers import Layer


def encode(value: Any) -> Any:
    """Return ``value`` as JSON's types: a layer as its class and options, layers inside it too."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, (tuple, list)):
        return [encode(part) for part in value]
    if isinstance(value, Layer):
        options = {name: encode(part) for name, part in value.options.items()}
        return {"layer": type(value).__name__, "options": options}
    if callable(value) and hasattr(value, "options"):
        options = {name: encode(part) for name, part in value.options.items()}
        return {"initializer": type(value).__name__, "options": options}
    if callable(value):
        return {"initializer": value.__name__}
    raise TypeError(
        f"{value!r} cannot be saved: expected numbers, text, tuples, layers and initializers"
    )


def decode(value: Any, known: Mapping[str, Any] | None = None) -> Any:
    """Return what ``encode`` was given; ``known`` names classes that are not dlcourse's own."""
    known = known or {}
    if isinstance(value, list):
        return tuple(decode(part, known) for part in value)
    if not isinstance(value, dict):
        return value
    kind, module = ("layer", layers) if "layer" in value else ("initializer", initializers)
    name = value[kind]
    if name in known:
        made = known[name]
    elif name in module.__all__:
        made = getattr(module, name)
    else:
        raise ValueError(
            f"{kind} {name!r} is not one of dlcourse's: pass its class as known={{{name!r}: …}}"
        )
    if "options" not in value:
        return made
    options = {name: decode(part, known) for name, part in value["options"].items()}
    return made.from_options(options) if kind == "layer" else made(**options)
