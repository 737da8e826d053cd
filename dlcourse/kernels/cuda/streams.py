"""Which stream launches go to: work in one stream keeps its order, two streams run side by side."""

import contextlib
import contextvars
from collections.abc import Iterator
from typing import Any

#: Numba's name for the default stream, which every launch takes unless told otherwise.
DEFAULT = 0

_current: contextvars.ContextVar[Any] = contextvars.ContextVar("stream", default=DEFAULT)


def current_stream() -> Any:
    """Return the stream that launches and copies take now."""
    return _current.get()


@contextlib.contextmanager
def on_stream(stream: Any) -> Iterator[None]:
    """Let every launch within the ``with`` block go to ``stream`` (of ``numba.cuda.stream()``)."""
    token = _current.set(stream)
    try:
        yield
    finally:
        _current.reset(token)
