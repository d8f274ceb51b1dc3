"""Connections and transactions: the only module that knows how a database wants to be opened."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa  # noqa: TID253 - this package owns the import
from sqlalchemy.exc import ArgumentError, SQLAlchemyError  # noqa: TID253

from agents.errors import UsageError, WorkspaceError

BUSY_SECONDS = 30
"""How long a write waits for another process's."""
CONNECT_SECONDS = 10
"""How long a server has to answer."""

_ROOM = 1 << 20
"""Bytes below which a disk counts as full."""
_WRITES = "convexpert_writes"
_WRITE_LOCK = 0x636F6E766578
"""The number of the advisory lock that PostgreSQL's writers take; any number of our own."""


class Database:
    """One SQL database. Reads see one consistent state; a write is one transaction or nothing.

    Only one write runs at a time: it takes a lock at its beginning, so that what it reads stays
    true. SQLite runs in WAL mode with full synchronisation, so that a write that was acknowledged
    survives a crash; on PostgreSQL that is the server's own promise.
    """

    def __init__(self, url: str) -> None:
        """Prepare to connect to `url`, a SQLAlchemy URL. Raises UsageError where it is none."""
        try:
            parsed = _readable(sa.make_url(url))
            backend = parsed.get_backend_name()
            is_sqlite = backend == "sqlite"
            # A connection that a restarted server forgot is replaced before it is used.
            engine = sa.create_engine(
                parsed, connect_args=_CONNECT.get(backend, {}), pool_pre_ping=not is_sqlite
            )
        except ArgumentError as error:
            raise UsageError(
                "the registry's address is no SQLAlchemy URL",
                hint="for example postgresql+psycopg://user@host/name",
            ) from error
        except ModuleNotFoundError as error:
            raise UsageError(
                f"the registry's address needs the Python package {error.name}",
                hint=f"pip install {error.name}",
            ) from error
        file = (parsed.database or "").removeprefix("file:") if is_sqlite else None
        self.name = file or parsed.render_as_string()
        """For messages: the SQLite file, or the URL without its password."""
        self._is_file = is_sqlite
        self._reading = engine
        self._writing = engine.execution_options(**{_WRITES: True})
        if is_sqlite:
            sa.event.listen(engine, "connect", _prepare_sqlite)
            sa.event.listen(engine, "begin", _begin_sqlite)
        elif backend == "postgresql":
            sa.event.listen(engine, "begin", _begin_postgresql)
            self._reading = engine.execution_options(isolation_level="REPEATABLE READ")

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A transaction that only reads. Raises WorkspaceError where the database fails."""
        with self._translated(), self._reading.begin() as db:
            yield db

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """A transaction that is committed at the end of the block, or undone by an exception.

        Raises WorkspaceError where the database fails.
        """
        with self._translated(), self._writing.begin() as db:
            yield db

    def close(self) -> None:
        """Close all connections."""
        self._reading.dispose()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            reason = " ".join(str(getattr(error, "orig", None) or error).split())
            if self._disk_is_full():
                # SQLite says "disk I/O error" where there is no room for its side files.
                reason = "the disk is full"
            raise WorkspaceError(
                f"the registry can't be used: {reason}", hint=_hint(reason), path=self.name
            ) from error

    def _disk_is_full(self) -> bool:
        try:
            free = shutil.disk_usage(Path(self.name).parent).free if self._is_file else _ROOM
        except OSError:
            return False
        return free < _ROOM


def _readable(url: sa.URL) -> sa.URL:
    """The address, for a SQLite file that can't be written one by which it can still be read."""
    if url.get_backend_name() != "sqlite" or not url.database:
        return url
    query = read_only_query(Path(url.database))
    return url if query is None else url.set(database=f"file:{url.database}", query=query)


def read_only_query(path: Path) -> dict[str, str] | None:
    """What SQLite's URI of a file has to say that nobody may write; None for any other file.

    SQLite makes files beside one in WAL mode even to read it, unless it is told that nobody will
    write; which is true where nobody can, and no write is left to be taken over.
    """
    if not path.is_file() or (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
        return None
    left = path.with_name(path.name + "-wal")
    is_settled = not left.exists() or left.stat().st_size == 0
    return {"uri": "true", "mode": "ro", **({"immutable": "1"} if is_settled else {})}


_CONNECT: dict[str, dict[str, Any]] = {
    "sqlite": {"timeout": BUSY_SECONDS},
    "postgresql": {"connect_timeout": CONNECT_SECONDS, "application_name": "convexpert"},
}
"""What the drivers are told at each connection."""


def _hint(reason: str) -> str:
    if "locked" in reason or "lock timeout" in reason:
        return "another process is writing to it; try again when it has finished"
    if any(sign in reason for sign in ("not a database", "malformed", "no such table")):
        return "the file is damaged; restore it from a backup, or choose another workspace"
    if "is full" in reason:
        return "make room; nothing was written"
    if any(sign in reason for sign in _SERVER_GONE):
        return "is the database server up? nothing was written; try again"
    return "see whether it is there, readable and writable"


_SERVER_GONE = (
    "connection failed",
    "connection timeout",
    "consuming input failed",
    "closed the connection",
    "terminating connection",
    "the database system is",
)


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # SQLAlchemy's "begin" event starts the transactions (below), not the driver.
    connection.isolation_level = None
    cursor = connection.cursor()
    # WAL mode stays in the file: asked for once, since changing it needs the whole file.
    if cursor.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA trusted_schema = OFF")
    cursor.close()


def _begin_sqlite(db: sa.Connection) -> None:
    writes = db.get_execution_options().get(_WRITES, False)
    db.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _begin_postgresql(db: sa.Connection) -> None:
    # Not at a row of a table: the first writers of all make the tables.
    if db.get_execution_options().get(_WRITES, False):
        db.exec_driver_sql(f"SET LOCAL lock_timeout = '{BUSY_SECONDS}s'")
        db.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITE_LOCK})")
