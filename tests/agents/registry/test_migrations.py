"""Older registries become today's, newer ones are refused; the steps lead to the tables."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from agents.errors import WorkspaceError
from agents.registry.database import Database
from agents.registry.migrations import MIGRATIONS, Migration, migrate
from agents.registry.tables import METADATA


def database(folder: Path) -> Database:
    return Database(f"sqlite:///{folder / 'registry.sqlite'}")


def shape(db: sa.Connection) -> dict[str, object]:
    inspector = sa.inspect(db)
    return {
        table: (
            [(c["name"], str(c["type"]), c["nullable"]) for c in inspector.get_columns(table)],
            inspector.get_pk_constraint(table)["constrained_columns"],
            sorted(
                (
                    tuple(key["constrained_columns"]),
                    str(key["referred_table"]),
                    tuple(key["referred_columns"]),
                )
                for key in inspector.get_foreign_keys(table)
            ),
            sorted(tuple(u["column_names"]) for u in inspector.get_unique_constraints(table)),
        )
        for table in sorted(inspector.get_table_names())
    }


def test_the_steps_lead_to_the_tables_that_the_code_uses(tmp_path: Path) -> None:
    migrated = database(tmp_path)
    migrate(migrated)
    made = sa.create_engine("sqlite://")
    with made.begin() as db, migrated.read() as other:
        METADATA.create_all(db)
        assert shape(other) == shape(db)
    made.dispose()
    migrated.close()


def add_note(db: sa.Connection) -> None:
    db.execute(sa.text("ALTER TABLE collections ADD COLUMN note TEXT"))
    db.execute(sa.text("UPDATE collections SET note = 'old ' || name"))


def test_a_registry_of_an_older_shape_keeps_its_rows_and_gets_the_new_shape(
    tmp_path: Path,
) -> None:
    later: tuple[Migration, ...] = (*MIGRATIONS, add_note)
    opened = database(tmp_path)
    assert migrate(opened) == 0
    with opened.write() as db:
        db.execute(sa.text("INSERT INTO collections VALUES (1, 'shop', '/shop')"))
    assert migrate(opened, later) == len(MIGRATIONS)
    with opened.read() as db:
        rows = db.execute(sa.text("SELECT name, root, note FROM collections")).all()
    assert [tuple(row) for row in rows] == [("shop", "/shop", "old shop")]
    assert migrate(opened, later) == len(later)
    opened.close()


def fail(db: sa.Connection) -> None:
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
        db.execute(sa.text("UPDATE meta SET value = 'abc' WHERE key = 'schema'"))
    with pytest.raises(WorkspaceError, match="'abc'") as refused:
        migrate(opened)
    assert refused.value.path == str(tmp_path / "registry.sqlite")
    opened.close()
