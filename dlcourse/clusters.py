"""The way to a Dask cluster: who works there, and one sentence when nobody does."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from typing import Any

from dlcourse import validation

#: So long a scheduler may take to answer; one that is there takes a few milliseconds.
ANSWER_SECONDS = 5.0


def require_distributed() -> Any:
    """Return the package ``distributed``.

    Raises
    ------
    ImportError
        When it is not installed; the message says what to install.
    """
    try:
        import distributed
    except ImportError:
        raise ImportError(
            "this needs a package that is not installed: pip install 'dask[distributed]'"
        ) from None
    return distributed


@contextlib.contextmanager
def connected(cluster: Any) -> Iterator[Any]:
    """Give a client of a cluster; one that is made here is closed at the end.

    Parameters
    ----------
    cluster : str or distributed.Client
        The address of a scheduler, or a client, which is given back as it is.

    Raises
    ------
    ImportError
        When Dask is not installed.
    TypeError
        When ``cluster`` is neither.
    ValueError
        When no scheduler answers at the address within a few seconds.
    """
    distributed = require_distributed()
    if isinstance(cluster, distributed.Client):
        yield cluster
        return
    if not isinstance(cluster, str):
        raise TypeError(
            f"cluster is {validation.describe(cluster)}: expected the address of a scheduler, or a "
            "client of Dask's"
        )
    try:
        _knock(cluster)
        client = distributed.Client(cluster, timeout=f"{ANSWER_SECONDS}s")
    except (OSError, ValueError) as error:
        raise ValueError(
            f"cluster is {cluster!r}, where no scheduler answers: expected an address such as "
            "tcp://10.0.0.1:8786"
        ) from error
    with client:
        yield client


def _knock(address: str) -> None:
    """Make and end a connection, or raise.

    A client of Dask's that could not connect is a danger to the next one: when it is collected, it
    takes a lock that the other may hold while it starts (seen with distributed 2026.8). So none is
    made where nobody listens.
    """
    from distributed.comm import get_address_host_port
    from distributed.comm.addressing import parse_address

    if parse_address(address)[0] in ("tcp", "tls", "ws", "wss"):
        with socket.create_connection(get_address_host_port(address), ANSWER_SECONDS):
            pass
