"""Connections and transactions: the only module that knows how a database wants to be opened."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa  # noqa: TID253 - this package owns the import
from sqlalchemy.exc import ArgumentError, SQLAlchemyError  # noqa: TID253

from agents.errors import UsageError, WorkspaceError

BUSY_SECONDS = 30
"""How long a SQLite transaction waits for another process's."""

_WRITES = "convexpert_writes"


class Database:
    """One SQL database. Reads see one consistent state; a write is one transaction or nothing.

    SQLite runs in WAL mode with full synchronisation, so that a write that was acknowledged
    survives a crash, and a write takes the lock at its beginning, so that what it reads stays true.
    """

    def __init__(self, url: str) -> None:
        """Prepare to connect to `url`, a SQLAlchemy URL. Raises UsageError where it is none."""
        try:
            parsed = sa.make_url(url)
            is_sqlite = parsed.get_backend_name() == "sqlite"
            options = {"timeout": BUSY_SECONDS} if is_sqlite else {}
            engine = sa.create_engine(parsed, connect_args=options)
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
        self.name = (parsed.database if is_sqlite else None) or parsed.render_as_string()
        """For messages: the SQLite file, or the URL without its password."""
        if is_sqlite:
            sa.event.listen(engine, "connect", _prepare_sqlite)
            sa.event.listen(engine, "begin", _begin_sqlite)
        self._engine = engine
        self._writing = engine.execution_options(**{_WRITES: True})

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A transaction that only reads. Raises WorkspaceError where the database fails."""
        with self._translated(), self._engine.begin() as db:
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
        self._engine.dispose()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            reason = " ".join(str(getattr(error, "orig", None) or error).split())
            raise WorkspaceError(
                f"the registry can't be used: {reason}", hint=_hint(reason), path=self.name
            ) from error


def _hint(reason: str) -> str:
    if "locked" in reason:
        return "another process is writing to it; try again when it has finished"
    if any(sign in reason for sign in ("not a database", "malformed", "no such table")):
        return "the file is damaged; restore it from a backup, or choose another workspace"
    if "disk is full" in reason:
        return "make room; nothing was written"
    return "see whether it is there, readable and writable"


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
