"""A registry on a database server, through SQLAlchemy: its drivers, addresses and pool."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa  # noqa: TID253 - imported where a server is named
from sqlalchemy.exc import ArgumentError, SQLAlchemyError  # noqa: TID253

from agents.errors import UsageError
from agents.registry.connection import BUSY_SECONDS, Connection

CONNECT_SECONDS = 10
"""How long a server has to answer."""
ANSWER_SECONDS = 60.0
"""How long a server may take for one statement, where nothing else is set."""

_WRITE_LOCK = 0x636F6E766578
"""The number of the advisory lock that PostgreSQL's writers take; any number of our own."""


class ServerConnection(Connection):
    """A transaction on a database server."""

    BYTES = "BYTEA"

    def __init__(self, db: sa.Connection) -> None:
        self._db = db

    def rows(self, statement: str, **values: object) -> Iterator[Any]:
        """The rows of a query, read as they are asked for."""
        return iter(self._db.execute(sa.text(statement), values))

    def run(self, statement: str, **values: object) -> None:
        """Carry out a statement that has no rows."""
        self._db.execute(sa.text(statement), values)

    def run_each(self, statement: str, rows: Sequence[Mapping[str, object]]) -> None:
        """Carry out a statement once for each mapping of values."""
        if rows:
            self._db.execute(sa.text(statement), rows)

    def has_table(self, name: str) -> bool:
        """Whether the database has a table of that name."""
        return sa.inspect(self._db).has_table(name)

    def roll_back(self) -> None:
        """Undo all that this transaction did."""
        self._db.rollback()


class Server:
    """Transactions on a server, from any thread.

    Only one write runs at a time: it takes a lock at its beginning. What was acknowledged survives
    a crash by the server's own promise.
    """

    failure: type[Exception] = SQLAlchemyError
    """What everything here raises where the database fails."""
    file = None

    def __init__(self, url: str, *, timeout: float = ANSWER_SECONDS) -> None:
        """Prepare to connect to `url`, a SQLAlchemy URL; a statement may take `timeout` seconds.

        Raises UsageError where it is none, ModuleNotFoundError where its driver is not installed.
        """
        try:
            parsed = sa.make_url(url)
            backend = parsed.get_backend_name()
            # A connection that a restarted server forgot is replaced before it is used.
            engine = sa.create_engine(parsed, pool_pre_ping=True)
        except ArgumentError as error:
            raise UsageError(
                "the registry's address is no SQLAlchemy URL",
                hint="for example postgresql+psycopg://user@host/name",
            ) from error
        self.name = parsed.render_as_string()
        """The address without its password."""
        self._is_postgresql = backend == "postgresql"
        self._patience = timeout
        if engine.dialect.driver == "psycopg":
            sa.event.listen(engine, "do_connect", self._connect)
        self._writing = engine
        self._reading = (
            engine.execution_options(isolation_level="REPEATABLE READ")
            if self._is_postgresql
            else engine
        )

    @contextmanager
    def transaction(self, *, writes: bool) -> Iterator[ServerConnection]:
        """A transaction, committed at the end of the block or undone by an exception."""
        with (self._writing if writes else self._reading).begin() as db:
            if writes and self._is_postgresql:
                # Not at a row of a table: the first writers of all make the tables.
                db.exec_driver_sql(f"SET LOCAL lock_timeout = '{BUSY_SECONDS}s'")
                db.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITE_LOCK})")
            yield ServerConnection(db)

    def _connect(
        self, _dialect: object, _record: object, _given: object, options: dict[str, Any]
    ) -> object:
        from agents.registry.bounded_psycopg import connect

        return connect(
            options,
            patience=self._patience,
            connect_timeout=min(CONNECT_SECONDS, math.ceil(self._patience)),
        )

    def close(self) -> None:
        """Close all connections."""
        self._writing.dispose()
