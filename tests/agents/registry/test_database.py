"""Transactions on a registry's file: whole, undone, refused, and from several threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from agents.errors import WorkspaceError
from agents.registry.database import Database


@pytest.fixture
def database(tmp_path: Path) -> Database:
    made = Database(f"sqlite:///{tmp_path / 'registry.sqlite'}")
    with made.write() as db:
        db.run("CREATE TABLE notes (id INTEGER NOT NULL, word TEXT)")
    return made


def words(database: Database) -> list[str]:
    with database.read() as db:
        return db.column("SELECT word FROM notes ORDER BY id")


def test_what_an_exception_ends_is_undone_and_the_next_transaction_works(
    database: Database,
) -> None:
    with pytest.raises(RuntimeError), database.write() as db:
        db.run("INSERT INTO notes VALUES (1, 'lost')")
        raise RuntimeError
    with database.write() as db:
        db.run("INSERT INTO notes VALUES (:id, :word)", id=2, word="kept")
    assert words(database) == ["kept"]
    database.close()


def test_what_is_rolled_back_is_undone_without_an_exception(database: Database) -> None:
    with database.write() as db:
        db.run_each("INSERT INTO notes VALUES (:id, :word)", [{"id": 1, "word": "lost"}])
        db.roll_back()
    assert words(database) == []
    database.close()


def test_values_are_never_part_of_the_statement(database: Database) -> None:
    hostile = "x'); DROP TABLE notes; --"
    with database.write() as db:
        db.run("INSERT INTO notes VALUES (1, :word)", word=hostile)
        assert db.among("notes", "word", [hostile, "other"]) == {hostile}
        assert db.has_table("notes")
        assert not db.has_table(hostile)
    database.close()


def test_a_statement_that_fails_is_one_error_that_names_the_file(
    database: Database, tmp_path: Path
) -> None:
    with pytest.raises(WorkspaceError, match="no such table") as caught, database.read() as db:
        db.value("SELECT * FROM absent")
    assert caught.value.path == str(tmp_path / "registry.sqlite")
    assert words(database) == []
    database.close()


def test_a_read_sees_one_state_while_others_write(database: Database) -> None:
    with database.read() as db:
        before = db.value("SELECT count(*) FROM notes")
        with database.write() as other:
            other.run("INSERT INTO notes VALUES (1, 'new')")
        assert db.value("SELECT count(*) FROM notes") == before
    assert words(database) == ["new"]
    database.close()


def test_threads_share_a_database_and_lose_nothing(database: Database) -> None:
    def add(_: int) -> None:
        with database.write() as db:
            db.run("INSERT INTO notes VALUES (:id, 'word')", id=db.next_id("notes"))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(64)))
    with database.read() as db:
        assert db.column("SELECT id FROM notes ORDER BY id") == list(range(1, 65))
    database.close()
