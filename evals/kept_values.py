"""Values by what they depend on, kept as they come.

A run that was killed goes on from here, and a run after an edit takes from here what the edit can't
have changed. A convenience that may vanish at any time: whatever goes wrong with the file, what it
would have held is just found out again.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import Any

from agents.closing import Closing

FILE = "eval-cases.sqlite"
"""In the user's workspace."""
SHAPE = 1
MOST = 100_000
"""Values that are kept; beyond, the older half is dropped."""


class KeptValues(Closing):
    """The open file: JSON values by digests. A context manager; used by one thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._db = self._connect()

    def close(self) -> None:
        """Close the file."""
        if self._db is not None:
            with suppress(sqlite3.Error):
                self._db.close()

    def find(self, key: str) -> Any:
        """The value that was kept under `key`; None where there is none."""
        if self._db is None:
            return None
        try:
            query = self._db.execute("SELECT outcome FROM outcomes WHERE key = ?", (key,))
            found = query.fetchone()
            return json.loads(found[0]) if found is not None else None
        except (sqlite3.Error, ValueError, TypeError, RecursionError):
            return None

    def keep(self, key: str, value: Any) -> None:
        """Keep a value that JSON can hold, in place of an earlier one."""
        if self._db is None:
            return
        text = json.dumps(value, ensure_ascii=True)
        with suppress(sqlite3.Error), self._db:
            self._db.execute(
                "INSERT OR REPLACE INTO outcomes (key, outcome) VALUES (?, ?)", (key, text)
            )

    def _connect(self) -> sqlite3.Connection | None:
        for attempt in range(2):
            try:
                return self._open()
            except sqlite3.OperationalError:
                return None
            except sqlite3.DatabaseError:
                if attempt:
                    return None
                with suppress(OSError):  # it is no database: a new one takes its place
                    self._path.unlink(missing_ok=True)
        return None

    def _open(self) -> sqlite3.Connection:
        db = sqlite3.connect(self._path, timeout=5)
        try:
            # A killed process loses nothing by this, and a crash of the machine little.
            db.execute("PRAGMA synchronous = OFF")
            with db:
                if db.execute("PRAGMA user_version").fetchone()[0] != SHAPE:
                    db.execute("DROP TABLE IF EXISTS outcomes")
                    db.execute(f"PRAGMA user_version = {SHAPE}")
                db.execute(
                    "CREATE TABLE IF NOT EXISTS outcomes (number INTEGER PRIMARY KEY AUTOINCREMENT,"
                    " key TEXT NOT NULL UNIQUE, outcome TEXT NOT NULL)"
                )
                count, last = db.execute("SELECT count(*), max(number) FROM outcomes").fetchone()
                if count > MOST:
                    db.execute("DELETE FROM outcomes WHERE number <= ?", (last - MOST // 2,))
        except BaseException:
            db.close()
            raise
        return db
