"""What the service keeps in a database named by a URL, by way of SQLAlchemy: SQLite in one file, or PostgreSQL."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    InterfaceError,
    NoSuchModuleError,
    OperationalError,
    SQLAlchemyError,
    TimeoutError,  # noqa: A004
)
from sqlalchemy.pool import QueuePool

from rag.errors import ServiceStoreError
from ui.storage.statements import BUSY_S, PRAGMAS, Row, Value, Work, schema

_DRIVERS = {
    "sqlite": "sqlite",
    "sqlite+pysqlite": "sqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}
_BEGIN = {"sqlite": "BEGIN IMMEDIATE", "postgresql": "BEGIN ISOLATION LEVEL READ COMMITTED"}
_POSTGRES: dict[str, Any] = {
    "client_encoding": "utf8",
    "connect_timeout": 5,
    "tcp_user_timeout": 10_000,  # ms; a machine that vanished is given up
    "prepare_threshold": None,  # PgBouncer may send the next statement to a server that prepared nothing
}
_SCHEMA_LOCK = 0x796F756A75  # "youju"; any number that others do not take


class SqlDatabase:
    """Connections are lent by a pool, tried before they are lent, and made anew after the server was away."""

    def __init__(self, engine: Engine, *, name: str) -> None:
        self._engine = engine
        self._name = name

    @classmethod
    def open(cls, url: str) -> "SqlDatabase":
        """The database of `url`, its tables made where they are missing. Raises ServiceStoreError, without password."""
        where = parse(url)
        name = shown(where)
        database = cls(_engine(where, name), name=name)
        try:
            database._make()
        except (SQLAlchemyError, sqlite3.Error) as error:
            raise ServiceStoreError.of(name, getattr(error, "orig", None) or error, hidden=where.password) from None
        if where.drivername == "sqlite":
            Path(where.database or "").chmod(0o600)
        return database

    def rows(self, statement: str, /, **values: Value) -> list[Row]:
        with self._connection() as connection:
            return _Work(connection).rows(statement, **values)

    def write(self, statement: str, /, **values: Value) -> int:
        with self._connection() as connection:
            return _Work(connection).write(statement, **values)

    @contextmanager
    def transaction(self) -> Iterator[Work]:
        with self._connection() as connection:
            connection.exec_driver_sql(_BEGIN[connection.dialect.name])
            try:
                yield _Work(connection)
            except BaseException:
                with suppress(DBAPIError):  # the connection may be what failed
                    connection.exec_driver_sql("ROLLBACK")
                raise
            connection.exec_driver_sql("COMMIT")

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        try:
            with self._engine.connect() as connection:
                yield connection
        except (OperationalError, InterfaceError, TimeoutError) as error:
            orig = getattr(error, "orig", None) or error
            raise ServiceStoreError.of(self._name, orig, hidden=self._engine.url.password) from orig

    def _make(self) -> None:
        """Looks first: whoever may use tables need not be one who may make them."""
        statements = schema(self._engine.dialect.name)
        with self._engine.connect() as connection:
            there = set(inspect(connection).get_table_names())
        if all(statement.split()[5] in there for statement in statements):
            return
        with self.transaction() as work:
            if self._engine.dialect.name == "postgresql":
                # Two that make one table at once fail in its catalogue, IF NOT EXISTS or not.
                work.rows("SELECT pg_advisory_xact_lock(:lock)", lock=_SCHEMA_LOCK)
            for statement in statements:
                work.write(statement)


class _Work:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def rows(self, statement: str, /, **values: Value) -> list[Row]:
        return [tuple(row) for row in self._connection.execute(text(statement), self._kept(values))]

    def write(self, statement: str, /, **values: Value) -> int:
        return self._connection.execute(text(statement), self._kept(values)).rowcount

    def _kept(self, values: dict[str, Value]) -> dict[str, Value]:
        if self._connection.dialect.name == "sqlite":
            return values
        # PostgreSQL has no text with a NUL in it.
        return {n: v.replace("\x00", "\ufffd") if isinstance(v, str) else v for n, v in values.items()}


def parse(url: str) -> URL:
    """Raises ServiceStoreError, which repeats no more than the scheme: what cannot be read may be a password."""
    scheme = url.partition("://")[0]
    try:
        where = make_url(url)
    except (ArgumentError, ValueError):
        raise ServiceStoreError.unread(scheme, "it cannot be read") from None
    if scheme not in _DRIVERS:
        raise ServiceStoreError.unread(scheme, "this kind of database is not known here")
    if url.count("@") > 1:
        raise ServiceStoreError.unread(scheme, "it has more than one @; write those of the password as %40")
    if scheme.startswith("sqlite") and where.database in (None, "", ":memory:"):
        raise ServiceStoreError.unread(scheme, "it names no file")
    return where.set(drivername=_DRIVERS[scheme])


def shown(where: URL) -> str:
    """Without the password, and without the query, where one may stand as well."""
    return URL.create(
        where.drivername, where.username, host=where.host, port=where.port, database=where.database
    ).render_as_string()


def _engine(where: URL, name: str) -> Engine:
    # Every statement stands for itself unless `transaction` begins one; nothing that was asked gets into a message.
    options: dict[str, Any] = {"isolation_level": "AUTOCOMMIT", "hide_parameters": True, "poolclass": QueuePool}
    if where.drivername == "sqlite":
        Path(where.database or "").absolute().parent.mkdir(parents=True, exist_ok=True)
        # One connection: threads queue for it here, fairly, where SQLite would let them sleep and try again.
        engine = create_engine(where, pool_size=1, max_overflow=0, connect_args={"timeout": BUSY_S}, **options)
        event.listen(engine, "connect", _prepare)
        return engine
    asked = {key: value for key, value in _POSTGRES.items() if key not in where.query}
    try:
        return create_engine(where, pool_pre_ping=True, pool_timeout=10, connect_args=asked, **options)
    except (ImportError, NoSuchModuleError) as error:
        reason = str(error).partition("\n")[0]
        raise ServiceStoreError(
            f"{name} takes a driver that is not here ({reason}); pip install 'youju[postgres]' brings it"
        ) from error


def _prepare(connection: sqlite3.Connection, _: object) -> None:
    for statement in PRAGMAS:
        connection.execute(statement)
