"""Which database a registry's address means, and what its failures are called."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

from agents.errors import UsageError, WorkspaceError
from agents.registry.connection import Connection
from agents.registry.sqlite_file import SqliteFile

_SQLITE = ("sqlite:///", "sqlite+pysqlite:///")
_ROOM = 1 << 20
"""Bytes below which a disk counts as full."""


class _Store(Protocol):
    """What a database of either kind can do."""

    failure: type[Exception]
    name: str

    @property
    def file(self) -> Path | None:
        """The file that it is, if it is one."""

    def transaction(self, *, writes: bool) -> AbstractContextManager[Connection]:
        """A transaction, committed at the end of the block or undone by an exception."""

    def close(self) -> None:
        """Close what is open."""


class Database:
    """One SQL database. Reads see one consistent state; a write is one transaction or nothing.

    Only one write runs at a time: it takes a lock at its beginning, so that what it reads stays
    true.
    """

    def __init__(self, url: str, *, timeout: float | None = None) -> None:
        """Prepare to connect to `url`, a SQLAlchemy URL. Raises UsageError where it is none.

        `timeout` are the seconds that a server may take for one statement.
        """
        self._store = _store(url, timeout)
        self.name = self._store.name
        """For messages: the SQLite file, or the URL without its password."""

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads. Raises WorkspaceError where the database fails."""
        with self._translated(), self._store.transaction(writes=False) as db:
            yield db

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that is committed at the end of the block, or undone by an exception.

        Raises WorkspaceError where the database fails.
        """
        with self._translated(), self._store.transaction(writes=True) as db:
            yield db

    def close(self) -> None:
        """Close all connections."""
        self._store.close()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except self._store.failure as error:
            reason = " ".join(str(getattr(error, "orig", None) or error).split())
            if self._disk_is_full():
                # SQLite says "disk I/O error" where there is no room for its side files.
                reason = "the disk is full"
            raise WorkspaceError(
                f"the registry can't be used: {reason}", hint=_hint(reason), path=self.name
            ) from error

    def _disk_is_full(self) -> bool:
        if self._store.file is None:
            return False
        try:
            return shutil.disk_usage(self._store.file.parent).free < _ROOM
        except OSError:
            return False


def _store(url: str, timeout: float | None) -> _Store:
    for start in _SQLITE:
        if url.startswith(start) and len(url) > len(start):
            return SqliteFile(Path(url.removeprefix(start)))
    if url.startswith("sqlite"):
        raise UsageError(
            "the registry's address names no SQLite file",
            hint="for example sqlite:////folder/registry.sqlite",
        )
    try:
        # SQLAlchemy takes as long to import as a whole command on a file: only a server needs it.
        from agents.registry.server import ANSWER_SECONDS, Server

        return Server(url, timeout=timeout or ANSWER_SECONDS)
    except ModuleNotFoundError as error:
        raise UsageError(
            f"the registry's address needs the Python package {error.name}",
            hint="pip install 'convexpert[postgres]' for PostgreSQL",
        ) from error


def _hint(reason: str) -> str:
    if "locked" in reason or "lock timeout" in reason:
        return "another process is writing to it; try again when it has finished"
    if any(sign in reason for sign in ("not a database", "malformed", "no such table")):
        return "the file is damaged; restore it from a backup, or choose another workspace"
    if "is full" in reason:
        return "make room; nothing was written"
    if "has not answered" in reason:
        return "is the database server up? try again: what was written already stays as it is"
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
