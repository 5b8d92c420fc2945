"""What the service keeps in one SQLite file, or in memory, by the standard library alone."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rag.errors import ServiceStoreError
from ui.storage.statements import BUSY_S, PRAGMAS, Row, Value, Work, schema


class SqliteFile:
    """One connection and a lock around it. Statements take tens of microseconds, so callers do not queue for long."""

    def __init__(self, connection: sqlite3.Connection, *, lock: threading.RLock) -> None:
        self._connection = connection
        self._lock = lock

    @classmethod
    def open(cls, file: Path | None) -> "SqliteFile":
        """`file`, made when it is not there. None keeps everything in memory. Raises ServiceStoreError."""
        name = ":memory:" if file is None else str(file)
        try:
            connection = sqlite3.connect(name, check_same_thread=False, isolation_level=None, timeout=BUSY_S)
            for statement in (*PRAGMAS, *schema("sqlite")):
                connection.execute(statement)
        except sqlite3.DatabaseError as error:
            raise ServiceStoreError.of(name, error) from error
        return cls(connection, lock=threading.RLock())

    def rows(self, statement: str, /, **values: Value) -> list[Row]:
        with self._lock:
            return self._connection.execute(statement, values).fetchall()

    def write(self, statement: str, /, **values: Value) -> int:
        with self._lock:
            return self._connection.execute(statement, values).rowcount

    @contextmanager
    def transaction(self) -> Iterator[Work]:
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def close(self) -> None:
        with self._lock:
            self._connection.close()
