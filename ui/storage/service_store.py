"""What the service keeps beside the documents: feedback, site keys, limits and secrets, in one database.

By default that is one SQLite file in the store folder, outside the generations, so that re-indexing and going back
leave it alone. Several processes may have it open, and by a URL several machines (`ui.storage.sql_database`): what
`youju sites revoke` stops is stopped in every running service at its next request.
"""

import hashlib
import secrets
from contextlib import AbstractContextManager
from pathlib import Path

from ui.storage.sqlite_file import SqliteFile
from ui.storage.statements import Database, Row, Value, Work

FILE_NAME = "service.sqlite"


class ServiceStore:
    """The database, and the secrets in it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @classmethod
    def open(cls, place: Path | str | None) -> "ServiceStore":
        """The file in a folder, or the database of a URL; its tables are made where they are not there.

        None keeps everything in memory. Raises ServiceStoreError.
        """
        if isinstance(place, str):
            from ui.storage.sql_database import SqlDatabase  # SQLAlchemy takes 0.2 s to import

            return cls(SqlDatabase.open(place))
        if place is None:
            return cls(SqliteFile.open(None))
        place.mkdir(parents=True, exist_ok=True)
        file = place / FILE_NAME
        opened = SqliteFile.open(file)
        file.chmod(0o600)
        return cls(opened)

    def rows(self, statement: str, /, **values: Value) -> list[Row]:
        return self._database.rows(statement, **values)

    def write(self, statement: str, /, **values: Value) -> int:
        """Run one statement; the number of rows it changed."""
        return self._database.write(statement, **values)

    def transaction(self) -> AbstractContextManager[Work]:
        """All that is done with what it gives, or nothing of it.

        SQLite lets no other writer in meanwhile; PostgreSQL holds only the rows that were written, so what was read
        may be old: put the condition into the statement that writes.
        """
        return self._database.transaction()

    def secret(self, name: str) -> str | None:
        found = self.rows("SELECT value FROM secret WHERE name = :name", name=name)
        return str(found[0][0]) if found else None

    def set_secret(self, name: str, value: str) -> None:
        self.write(
            "INSERT INTO secret (name, value) VALUES (:name, :value)"
            " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            name=name,
            value=value,
        )

    def add_secret(self, name: str, value: str) -> bool:
        """Keep it if there is none of this name yet; whether it was kept."""
        statement = "INSERT INTO secret (name, value) VALUES (:name, :value) ON CONFLICT (name) DO NOTHING"
        return self.write(statement, name=name, value=value) == 1

    def signing_key(self) -> bytes:
        """32 random bytes, made once: tokens and links signed before a restart, or by another process, hold."""
        self.add_secret("signing", secrets.token_hex(32))
        return bytes.fromhex(self.secret("signing") or "")

    def close(self) -> None:
        self._database.close()


def token_hash(token: str) -> str:
    """SHA-256 in hex. A slow hash would protect nothing more: tokens are 256 random bits."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
