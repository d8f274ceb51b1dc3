"""A registry in a SQLite file, through Python's own driver."""

from __future__ import annotations

import os
import sqlite3
import time
from collections import namedtuple
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import quote, urlencode

from agents.registry.connection import BUSY_SECONDS, Connection

_RETRY_SECONDS = 0.01


class SqliteConnection(Connection):
    """A transaction on a SQLite file."""

    BYTES = "BLOB"

    def __init__(self, driver: sqlite3.Connection) -> None:
        self._driver = driver

    def rows(self, statement: str, **values: object) -> Iterator[Any]:
        """The rows of a query, read as they are asked for."""
        return iter(self._driver.execute(statement, values))

    def run(self, statement: str, **values: object) -> None:
        """Carry out a statement that has no rows."""
        self._driver.execute(statement, values)

    def run_each(self, statement: str, rows: Sequence[Mapping[str, object]]) -> None:
        """Carry out a statement once for each mapping of values."""
        self._driver.executemany(statement, rows)

    def has_table(self, name: str) -> bool:
        """Whether the file has a table of that name."""
        chosen = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = :name"
        return self.value(chosen, name=name) is not None

    def roll_back(self) -> None:
        """Undo all that this transaction did."""
        self._driver.execute("ROLLBACK")


class SqliteFile:
    """Transactions on one file, from any thread.

    The file is in WAL mode with full synchronisation, so that a write that was acknowledged
    survives a crash.
    """

    failure: type[Exception] = sqlite3.Error
    """What everything here raises where the database fails."""

    def __init__(self, path: Path) -> None:
        """Prepare to open the file, which is made at need."""
        self.name = str(path)
        self.file = path
        self._lock = Lock()
        self._idle: list[sqlite3.Connection] = []

    @contextmanager
    def transaction(self, *, writes: bool) -> Iterator[SqliteConnection]:
        """A transaction, committed at the end of the block or undone by an exception.

        One that writes takes the lock at once, so that what it reads stays true.
        """
        driver = self._take()
        try:
            driver.execute("BEGIN IMMEDIATE" if writes else "BEGIN")
            yield SqliteConnection(driver)
            if driver.in_transaction:
                driver.execute("COMMIT")
        except BaseException:
            # Closing undoes what is open, whatever state the failure has left it in.
            driver.close()
            raise
        with self._lock:
            self._idle.append(driver)

    def close(self) -> None:
        """Close the connections that are not in use."""
        with self._lock:
            idle, self._idle = self._idle, []
        for driver in idle:
            driver.close()

    def _take(self) -> sqlite3.Connection:
        with self._lock:
            if self._idle:
                return self._idle.pop()
        driver = connect(self.file)
        try:
            _prepare(driver)
        except BaseException:
            driver.close()
            raise
        return driver


def connect(path: Path) -> sqlite3.Connection:
    """A connection to a file; one that can't be written is opened so that it can be read.

    It begins no transactions by itself, and any thread may use it, one at a time.
    """
    query = _read_only_query(path)
    place = str(path) if query is None else f"file:{quote(str(path))}?{urlencode(query)}"
    return sqlite3.connect(
        place,
        timeout=BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
        uri=query is not None,
    )


def _read_only_query(path: Path) -> dict[str, str] | None:
    """What SQLite's URI of a file has to say that nobody may write; None for any other file.

    SQLite makes files beside one in WAL mode even to read it, unless it is told that nobody will
    write; which is true where nobody can, and no write is left to be taken over.
    """
    if not path.is_file() or (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
        return None
    left = path.with_name(path.name + "-wal")
    is_settled = not left.exists() or left.stat().st_size == 0
    return {"mode": "ro", **({"immutable": "1"} if is_settled else {})}


def _prepare(driver: sqlite3.Connection) -> None:
    driver.row_factory = _named
    _write_ahead(driver)
    driver.execute("PRAGMA synchronous = FULL")
    driver.execute("PRAGMA foreign_keys = ON")
    driver.execute("PRAGMA trusted_schema = OFF")


def _write_ahead(driver: sqlite3.Connection) -> None:
    """Put the file into WAL mode, which stays in it, once whoever uses it lets go.

    The change needs the whole file. SQLite doesn't wait for that itself, whatever the time-out: a
    process that makes the same new file at the same moment would be told that it is locked.
    """
    last = time.monotonic() + BUSY_SECONDS
    while driver.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        try:
            driver.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > last:
                raise
            time.sleep(_RETRY_SECONDS)
        else:
            return


def _named(cursor: sqlite3.Cursor, row: tuple[Any, ...]) -> Any:
    return _row_type(cursor.description)._make(row)


@lru_cache(maxsize=64)
def _row_type(description: tuple[tuple[str, ...], ...]) -> Any:
    return namedtuple("Row", [column[0] for column in description], rename=True)
