"""What the service keeps beside the documents: feedback, site keys, limits and secrets, in one SQLite file.

It stands in the store folder, outside the generations, so that re-indexing and going back leave it alone. Several
processes may have it open: `youju sites revoke` takes effect in the running service at its next request.
"""

import hashlib
import secrets
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

FILE_NAME = "service.sqlite"

_SCHEMA = """
CREATE TABLE IF NOT EXISTS secret (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS api_key (
    hash TEXT PRIMARY KEY, name TEXT NOT NULL, created REAL NOT NULL, revoked REAL);
CREATE TABLE IF NOT EXISTS feedback (
    id INTEGER PRIMARY KEY, created REAL NOT NULL, way TEXT NOT NULL, answer_id TEXT NOT NULL, rating TEXT NOT NULL,
    reason TEXT NOT NULL, comment TEXT NOT NULL, question TEXT NOT NULL, answer TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS site (
    id TEXT PRIMARY KEY, key TEXT NOT NULL UNIQUE, name TEXT NOT NULL, origins TEXT NOT NULL,
    per_minute INTEGER NOT NULL, per_day INTEGER NOT NULL, created REAL NOT NULL, revoked REAL);
CREATE TABLE IF NOT EXISTS old_key (key TEXT PRIMARY KEY, site_id TEXT NOT NULL, rotated REAL NOT NULL);
CREATE TABLE IF NOT EXISTS used (
    scope TEXT NOT NULL, subject TEXT NOT NULL, begin INTEGER NOT NULL, seconds INTEGER NOT NULL, n INTEGER NOT NULL,
    PRIMARY KEY (scope, subject, begin)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tally (
    site_id TEXT NOT NULL, day TEXT NOT NULL, what TEXT NOT NULL, n INTEGER NOT NULL,
    PRIMARY KEY (site_id, day, what)) WITHOUT ROWID;
"""

Value = str | int | float | None


class ServiceStore:
    """One connection and a lock around it. Statements take tens of microseconds, so callers do not queue for long."""

    def __init__(self, connection: sqlite3.Connection, *, lock: threading.RLock) -> None:
        self._connection = connection
        self._lock = lock

    @classmethod
    def open(cls, folder: Path | None) -> "ServiceStore":
        """The file in `folder`, made when it is not there. None keeps everything in memory."""
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
        name = ":memory:" if folder is None else str(folder / FILE_NAME)
        connection = sqlite3.connect(name, check_same_thread=False, isolation_level=None, timeout=5.0)
        connection.execute("PRAGMA journal_mode = WAL")
        # A power cut may lose the last counts of a limit, never the file.
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.executescript(_SCHEMA)
        if folder is not None:
            (folder / FILE_NAME).chmod(0o600)
        return cls(connection, lock=threading.RLock())

    def rows(self, statement: str, values: Sequence[Value] = ()) -> list[tuple[Value, ...]]:
        with self._lock:
            return self._connection.execute(statement, values).fetchall()

    def write(self, statement: str, values: Sequence[Value] = ()) -> int:
        """Run one statement; the number of rows it changed."""
        with self._lock:
            return self._connection.execute(statement, values).rowcount

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All the writes inside, or none. Nothing else, in any process, writes in between."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def secret(self, name: str) -> str | None:
        found = self.rows("SELECT value FROM secret WHERE name = ?", (name,))
        return str(found[0][0]) if found else None

    def set_secret(self, name: str, value: str) -> None:
        self.write("INSERT OR REPLACE INTO secret VALUES (?, ?)", (name, value))

    def signing_key(self) -> bytes:
        """32 random bytes, made once: tokens and links signed before a restart hold after it."""
        self.write("INSERT OR IGNORE INTO secret VALUES ('signing', ?)", (secrets.token_hex(32),))
        return bytes.fromhex(self.secret("signing") or "")

    def close(self) -> None:
        with self._lock:
            self._connection.close()


def token_hash(token: str) -> str:
    """SHA-256 in hex. A slow hash would protect nothing more: tokens are 256 random bits."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
