"""A PostgreSQL server of Debian's package, started for the tests that need one."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from tests.ports import free_port


def programs() -> Path | None:
    """Give the folder of the server's programs, which Debian leaves out of the PATH."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return folders[-1].parent if folders else None


class Server:
    """
    A server that runs.

    Attributes
    ----------
    port
        On 127.0.0.1; it asks for no password.
    """

    def __init__(self, port: int) -> None:
        self.port = port

    def database(self, name: str) -> str:
        """Make an empty database; give its address as SQLAlchemy writes it."""
        with psycopg.connect(self._address("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')  # type: ignore[call-overload]
        return self._address(name).replace("postgresql://", "postgresql+psycopg://")

    def _address(self, name: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{name}"


@contextmanager
def server() -> Iterator[Server]:
    """Start a server in a folder of its own; skip where it is not installed."""
    if (folder := programs()) is None:
        pytest.skip("PostgreSQL is not installed (Debian, Ubuntu: apt install postgresql)")
    # The server refuses to run as root, as whom containers work; its user may not look into the
    # folders of pytest's.
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="postgresql_") as place:
        if as_user:
            shutil.chown(place, "postgres")
        data = f"{place}/data"

        def call(program: str, *arguments: str) -> None:
            ran = subprocess.run(
                [*as_user, str(folder / program), "-D", data, *arguments],
                cwd=place, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            )  # fmt: skip
            assert ran.returncode == 0, ran.stderr

        call("initdb", "--username=postgres", "--auth=trust", "--no-sync", "--encoding=UTF8")
        # Nothing here outlives the test, so it need not wait for the disk.
        options = f"-p {port} -k {place} -c listen_addresses=127.0.0.1 -c fsync=off"
        call("pg_ctl", "-w", "-l", f"{place}/log", "-o", options, "start")
        try:
            yield Server(port)
        finally:
            call("pg_ctl", "-w", "-m", "immediate", "stop")
