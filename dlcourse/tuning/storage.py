"""Where trials are kept, so that a search can go on, be looked at later, or be shared."""

import json
import sqlite3
import threading
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

from optuna.storages import BaseStorage, InMemoryStorage, JournalStorage, RDBStorage
from optuna.storages.journal import BaseJournalBackend, JournalFileBackend

from dlcourse import validation

#: Keeps nothing beyond the process.
MEMORY = ":memory:"


class SQLiteJournal(BaseJournalBackend):
    """Optuna's journal as rows of one SQLite table.

    Optuna's own tables in SQLite cost about ten transactions a trial, each of which waits for the
    disk. A journal adds one row for each thing that happens and never changes one, so in SQLite's
    write-ahead mode adding it is a fraction of a millisecond, and still several processes of one
    machine may share the file. (No file of SQLite's belongs on a network's disk.)

    What was written survives a killed process; a machine that loses its power may lose the last
    rows, but not the file.

    Parameters
    ----------
    path
        The file; it is made where there is none.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._local = threading.local()
        with self._connection() as connection:
            connection.execute(
                "CREATE TABLE IF NOT EXISTS journal (number INTEGER PRIMARY KEY, entry TEXT)"
            )

    def _connection(self) -> sqlite3.Connection:
        """Return this thread's connection; SQLite allows no other thread to use it."""
        if not hasattr(self._local, "connection"):
            connection = sqlite3.connect(self.path, timeout=60)
            try:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = NORMAL")
            except sqlite3.DatabaseError:
                connection.close()
                raise ValueError(
                    f"storage is {str(self.path)!r}, which is no file of SQLite's: expected one, "
                    "or a new name"
                ) from None
            self._local.connection = connection
        return self._local.connection

    def read_logs(self, log_number_from: int) -> Iterable[dict[str, Any]]:
        """Return the entries from this number on."""
        rows = self._connection().execute(
            "SELECT entry FROM journal WHERE number >= ? ORDER BY number", (log_number_from,)
        )
        return [json.loads(entry) for (entry,) in rows]

    def append_logs(self, logs: list[dict[str, Any]]) -> None:
        """Add entries; their numbers go on from the last one without a gap."""
        with self._connection() as connection:
            connection.executemany(
                "INSERT INTO journal SELECT coalesce(max(number) + 1, 0), ? FROM journal",
                [(json.dumps(entry, separators=(",", ":")),) for entry in logs],
            )

    def close(self) -> None:
        """Let go of the file, in this thread."""
        if hasattr(self._local, "connection"):
            with closing(self._local.connection):
                del self._local.connection


def open_storage(storage: str | Path | BaseStorage) -> BaseStorage:
    """Return the storage that ``storage`` names.

    Parameters
    ----------
    storage
        ``":memory:"``, for nothing beyond this process; the name of a file: a journal in text if
        it ends in ``.log`` or ``.journal`` (it may lie on a network's disk), else a journal in
        SQLite; or a database's address such as ``postgresql+psycopg://user@host/name``. An object
        of Optuna's is returned as it is.

    Raises
    ------
    TypeError, ValueError
        Something else was given, the file is another program's, or its folder is missing.
    """
    if isinstance(storage, BaseStorage):
        return storage
    if storage == MEMORY:
        return InMemoryStorage()
    if isinstance(storage, str) and "://" in storage:
        return RDBStorage(storage)
    if not isinstance(storage, (str, Path)) or not str(storage):
        raise TypeError(
            f"storage is {validation.describe(storage)}: expected a file, a database's address or "
            f"{MEMORY!r}"
        )
    path = Path(storage)
    if not path.absolute().parent.is_dir():
        raise ValueError(f"storage is {str(storage)!r}: expected a file in a folder that exists")
    if path.suffix in {".log", ".journal"}:
        return JournalStorage(JournalFileBackend(str(path)))
    return JournalStorage(SQLiteJournal(path))
