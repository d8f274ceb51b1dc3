"""Saving what can still be read of a damaged SQLite registry.

Rows are read one after the other from both ends of each table, so that one damaged page costs the
rows on it and what only it led to. They go into a new file of today's shape. What the lost rows
leave dangling is made whole: a version whose bytes are gone keeps its number, and reading it says
that they are damaged; an agent whose row is gone comes back under a name made of its versions'.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from itertools import count
from pathlib import Path
from typing import Any

from agents.document import digest_of
from agents.errors import WorkspaceError
from agents.registry.database import Database
from agents.registry.migrations import MIGRATIONS, migrate
from agents.registry.naming import free_handle
from agents.registry.tables import TABLES, Column, Table

Row = dict[str, Any]

_LOST = "0" * 64
"""The digest of bytes that are gone. No bytes have it, so that reading them is an error."""
_COLLECTION = "salvaged"
_SIDECARS = ("-wal", "-shm", "-journal")


def salvage(path: Path) -> str:
    """Put a new registry in the place of a damaged one, which is kept beside it.

    No other process may use the registry meanwhile. Returns what was saved, in one line. Raises
    WorkspaceError where nothing could be read, and then changes nothing.
    """
    saved = {table.name: list(_rows(path, table)) for table in TABLES}
    if not saved["blobs"] and not saved["versions"]:
        raise WorkspaceError(
            "nothing can be read of the damaged registry",
            hint="restore it from a backup, or choose another workspace",
            path=str(path),
        )
    _make_whole(saved)
    scratch = path.with_name(path.name + ".salvaged")
    _remove(scratch)
    _write(scratch, saved)
    kept = _free_name(path)
    for ending in ("", *_SIDECARS):
        with suppress(FileNotFoundError):
            path.with_name(path.name + ending).rename(kept.with_name(kept.name + ending))
    scratch.rename(path)
    lost = sum(row["digest"] == _LOST for row in saved["versions"])
    numbers = f"{len(saved['agents'])} agents with {len(saved['versions'])} versions"
    gone = f", the bytes of {lost} of them are lost" if lost else ""
    return f"saved {numbers}{gone}; the damaged file is {kept.name}"


def _rows(path: Path, table: Table) -> Iterator[Row]:
    seen: set[int] = set()
    for direction in ("ASC", "DESC"):
        for found in _readable(path, table.name, direction):
            if found["rowid"] in seen:
                break  # the ends have met
            seen.add(found.pop("rowid"))
            row = {column.name: found.get(column.name) for column in table.columns}
            if all(_fits(column, row[column.name]) for column in table.columns):
                yield row


def _readable(path: Path, table: str, direction: str) -> Iterator[Row]:
    """Rows up to the first that can't be read."""
    with suppress(sqlite3.Error), closing(sqlite3.connect(path, timeout=30)) as db:
        db.row_factory = sqlite3.Row
        # Not text that must be UTF-8: one damaged byte would end the table.
        db.text_factory = lambda raw: raw.decode("utf-8", "replace")
        query = f'SELECT rowid AS rowid, * FROM "{table}" NOT INDEXED ORDER BY rowid {direction}'
        for row in db.execute(query):
            yield dict(zip(row.keys(), row, strict=True))


def _fits(column: Column, value: object) -> bool:
    if value is None:
        return column.nullable
    return isinstance(value, int if column.holds is bool else column.holds)


def _make_whole(saved: dict[str, list[Row]]) -> None:
    """Mend or drop what refers to rows that are gone."""
    for table in TABLES:
        unique = {tuple(row[key] for key in table.key): row for row in saved[table.name]}
        saved[table.name] = list(unique.values())
    saved["blobs"] = [row for row in saved["blobs"] if digest_of(row["raw"]) == row["digest"]]
    digests = {row["digest"] for row in saved["blobs"]}
    for row in saved["versions"]:
        if row["digest"] not in digests:
            row["digest"] = _LOST
    _number_without_gaps(saved)
    _bring_back_agents(saved)
    if any(row["digest"] == _LOST for row in saved["versions"]):
        saved["blobs"].append({"digest": _LOST, "raw": b""})
    numbers = {(row["agent_id"], row["number"]) for row in saved["versions"]}
    agents = {row["id"] for row in saved["agents"]}
    sources = {row["id"] for row in saved["sources"]}
    saved["labels"] = [
        row for row in saved["labels"] if (row["agent_id"], row["number"]) in numbers
    ]
    saved["label_moves"] = [row for row in saved["label_moves"] if row["agent_id"] in agents]
    saved["pages"] = [
        row for row in saved["pages"] if row["source_id"] in sources and row["digest"] in digests
    ]
    saved["meta"] = [row for row in saved["meta"] if row["key"] != "schema"]


def _number_without_gaps(saved: dict[str, list[Row]]) -> None:
    """Give each version number that is gone a version whose bytes are lost."""
    by_agent: dict[int, dict[int, Row]] = {}
    for row in saved["versions"]:
        by_agent.setdefault(row["agent_id"], {})[row["number"]] = row
    latest = {row["id"]: row["latest"] for row in saved["agents"]}
    for agent, known in by_agent.items():
        nearest = known[max(known)]
        for number in range(1, max(*known, latest.get(agent, 1)) + 1):
            if number not in known:
                lost = {"number": number, "digest": _LOST, "author": None, "message": None}
                saved["versions"].append({**nearest, **lost})


def _bring_back_agents(saved: dict[str, list[Row]]) -> None:
    last: dict[int, Row] = {}
    for row in sorted(saved["versions"], key=lambda row: (row["agent_id"], row["number"])):
        last[row["agent_id"]] = row
    saved["agents"] = [row for row in saved["agents"] if row["id"] in last]
    homes = {row["id"] for row in saved["collections"]}
    spare = max(homes, default=0) + 1
    handles = {row["handle"] for row in saved["agents"]}
    known = {row["id"] for row in saved["agents"]}
    for agent, version in last.items():
        if agent not in known:
            path = f"{agent}.md"
            handle = free_handle(version["name"], f"{_COLLECTION}/{path}", handles.__contains__)
            handles.add(handle)
            back = {"id": agent, "collection_id": spare, "path": path, "handle": handle}
            saved["agents"].append({**back, "latest": version["number"], "removed": False})
    for row in saved["agents"]:
        row["latest"] = last[row["id"]]["number"]
        row["removed"] = bool(row["removed"])
        if row["collection_id"] not in homes:
            row["collection_id"] = spare
            row["path"] = f"{row['id']}.md"
    if any(row["collection_id"] == spare for row in saved["agents"]):
        names = {row["name"] for row in saved["collections"]}
        name = next(name for name in _numbered(_COLLECTION) if name not in names)
        saved["collections"].append({"id": spare, "name": name, "root": None})


def _numbered(name: str) -> Iterator[str]:
    yield name
    yield from (f"{name}-{number}" for number in count(2))


def _write(path: Path, saved: dict[str, list[Row]]) -> None:
    database = Database(f"sqlite:///{path}")
    try:
        migrate(database, MIGRATIONS)
        with database.write() as db:
            for table in TABLES:
                db.run_each(table.insert, saved[table.name])
    finally:
        database.close()


def _free_name(path: Path) -> Path:
    names = (path.with_name(name) for name in _numbered(f"{path.name}.damaged"))
    return next(name for name in names if not name.exists())


def _remove(path: Path) -> None:
    for ending in ("", *_SIDECARS):
        path.with_name(path.name + ending).unlink(missing_ok=True)
