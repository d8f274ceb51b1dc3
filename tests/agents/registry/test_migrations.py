"""Older registries become today's, newer ones are refused; the steps lead to the tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.errors import WorkspaceError
from agents.registry.connection import Connection
from agents.registry.database import Database
from agents.registry.migrations import MIGRATIONS, Migration, migrate
from agents.registry.tables import TABLES, Column, Table


def database(folder: Path) -> Database:
    return Database(f"sqlite:///{folder / 'registry.sqlite'}")


def shape(db: Connection) -> dict[str, object]:
    names = db.column("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    return {
        name: (
            [tuple(row) for row in db.rows(f"PRAGMA table_info({name})")],
            [tuple(row) for row in db.rows(f"PRAGMA foreign_key_list({name})")],
            [tuple(row) for row in db.rows(f"PRAGMA index_list({name})")],
        )
        for name in names
    }


HELD = {"INTEGER": int, "TEXT": str, "VARCHAR": str, "BLOB": bytes, "BOOLEAN": bool}


def test_the_steps_lead_to_the_tables_that_the_code_uses(tmp_path: Path) -> None:
    migrated = database(tmp_path)
    migrate(migrated)
    with migrated.read() as db:
        found = {}
        for name in db.column("SELECT name FROM sqlite_master WHERE type = 'table'"):
            columns = list(db.rows(f"PRAGMA table_info({name})"))
            keys = sorted((column.pk, column.name) for column in columns if column.pk)
            found[name] = Table(
                name,
                tuple(key for _, key in keys),
                tuple(
                    Column(column.name, HELD[column.type.partition("(")[0]], not column.notnull)
                    for column in columns
                ),
            )
    migrated.close()
    assert found == {table.name: table for table in TABLES}


def test_each_table_comes_after_those_that_it_refers_to(tmp_path: Path) -> None:
    migrated = database(tmp_path)
    migrate(migrated)
    seen: set[str] = set()
    with migrated.read() as db:
        for table in TABLES:
            referred = {row.table for row in db.rows(f"PRAGMA foreign_key_list({table.name})")}
            assert referred <= seen
            seen.add(table.name)
    migrated.close()


def add_note(db: Connection) -> None:
    db.run("ALTER TABLE collections ADD COLUMN note TEXT")
    db.run("UPDATE collections SET note = 'old ' || name")


def test_a_registry_of_an_older_shape_keeps_its_rows_and_gets_the_new_shape(
    tmp_path: Path,
) -> None:
    later: tuple[Migration, ...] = (*MIGRATIONS, add_note)
    opened = database(tmp_path)
    assert migrate(opened) == 0
    with opened.write() as db:
        db.run("INSERT INTO collections VALUES (1, 'shop', '/shop')")
    assert migrate(opened, later) == len(MIGRATIONS)
    with opened.read() as db:
        rows = list(db.rows("SELECT name, root, note FROM collections"))
    assert [tuple(row) for row in rows] == [("shop", "/shop", "old shop")]
    assert migrate(opened, later) == len(later)
    opened.close()


def fail(db: Connection) -> None:
    raise RuntimeError("half-way")


def test_a_step_that_fails_leaves_the_registry_as_it_was(tmp_path: Path) -> None:
    opened = database(tmp_path)
    migrate(opened)
    with opened.read() as db:
        before = shape(db)
    with pytest.raises(RuntimeError):
        migrate(opened, (*MIGRATIONS, add_note, fail))
    with opened.read() as db:
        assert shape(db) == before
    assert migrate(opened) == len(MIGRATIONS)
    opened.close()


def test_a_registry_of_a_newer_convexpert_is_refused_and_left_alone(tmp_path: Path) -> None:
    opened = database(tmp_path)
    migrate(opened, (*MIGRATIONS, add_note))
    with pytest.raises(WorkspaceError, match="newer convexpert") as caught:
        migrate(opened)
    assert "upgrade" in str(caught.value.hint)
    opened.close()


def test_a_registry_whose_shape_is_no_number_is_refused(tmp_path: Path) -> None:
    opened = database(tmp_path)
    migrate(opened)
    with opened.write() as db:
        db.run("UPDATE meta SET value = 'abc' WHERE key = 'schema'")
    with pytest.raises(WorkspaceError, match="'abc'") as refused:
        migrate(opened)
    assert refused.value.path == str(tmp_path / "registry.sqlite")
    opened.close()
