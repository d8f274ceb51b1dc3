"""Opening makes, migrates and fills a registry; several processes at once lose nothing."""

from __future__ import annotations

import multiprocessing
import sqlite3
import threading
from pathlib import Path

import pytest

from agents.builtin import BuiltinDocument, builtin_documents
from agents.errors import UsageError, WorkspaceError
from agents.registry import open_registry
from agents.registry.database import Database
from agents.registry.importer import import_paths
from agents.registry.migrations import MIGRATIONS
from agents.settings import Settings, load_settings
from agents.workspace import Workspace

WRITERS = 3
FILES = 20


def test_a_new_workspace_holds_the_built_in_agents(workspace: Workspace) -> None:
    with open_registry(workspace, Settings()) as registry:
        found = registry.agents()
    assert {v.path for v in found} == {d.path for d in builtin_documents()}
    assert {v.collection for v in found} == {"builtin"}
    assert all(v.handle == v.name for v in found)


def test_an_empty_workspace_never_gets_the_built_in_agents(workspace: Workspace) -> None:
    for builtin in (False, True):
        with open_registry(workspace, Settings(), builtin=builtin) as registry:
            assert registry.agents() == []


def builtin(text: str) -> tuple[BuiltinDocument, ...]:
    raw = f"---\nname: helper\ndescription: d\n---\n{text}\n".encode()
    return (BuiltinDocument("helper.md", raw),)


def test_changed_built_in_documents_become_new_versions_once(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    # An older and a newer package take turns on one registry.
    for text, number in (("old", 1), ("new", 2), ("old", 2), ("new", 2), ("newer", 3)):
        monkeypatch.setattr("agents.registry.opening.builtin_documents", lambda t=text: builtin(t))
        with open_registry(workspace, Settings()) as registry:
            assert registry.resolve("helper").number == number


def test_a_removed_built_in_agent_stays_removed(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    for text in ("old", "new"):
        monkeypatch.setattr("agents.registry.opening.builtin_documents", lambda t=text: builtin(t))
        with open_registry(workspace, Settings()) as registry:
            registry.remove("helper")
            assert registry.agents() == []


def test_a_setting_puts_the_registry_elsewhere(workspace: Workspace, tmp_path: Path) -> None:
    settings = Settings(registry_url=f"sqlite:///{tmp_path / 'shared.sqlite'}")
    with open_registry(workspace, settings, builtin=False) as registry:
        assert registry.agents() == []
    assert (tmp_path / "shared.sqlite").exists()
    assert not workspace.exists


@pytest.mark.parametrize(
    "url", ["nonsense", "nodb://x", "mysql+nodriver://x/y", "sqlite://", "sqlite:///"]
)
def test_an_address_that_is_none_is_refused(workspace: Workspace, url: str) -> None:
    with pytest.raises(UsageError):
        open_registry(workspace, Settings(registry_url=url))


@pytest.mark.own_store
def test_a_file_that_is_no_database_is_one_clear_error(workspace: Workspace) -> None:
    workspace.create()
    workspace.registry.write_bytes(b"not a database at all" * 100)
    with pytest.raises(WorkspaceError) as caught:
        open_registry(workspace, Settings())
    assert caught.value.path == str(workspace.registry)
    assert "damaged" in str(caught.value.hint)


@pytest.mark.own_store
def test_a_registry_of_a_newer_convexpert_is_refused(workspace: Workspace) -> None:
    open_registry(workspace, Settings(), builtin=False).close()
    db = sqlite3.connect(workspace.registry)
    with db:
        db.execute("UPDATE meta SET value = ? WHERE key = 'schema'", (str(len(MIGRATIONS) + 1),))
    db.close()
    with pytest.raises(WorkspaceError, match="newer convexpert"):
        open_registry(workspace, Settings())


@pytest.mark.own_store
def test_bytes_that_were_damaged_on_disk_are_never_handed_out(workspace: Workspace) -> None:
    with open_registry(workspace, Settings()) as registry:
        handle = registry.agents()[0].handle
    db = sqlite3.connect(workspace.registry)
    with db:
        db.execute("UPDATE blobs SET raw = CAST('other' AS BLOB)")
    db.close()
    with (
        open_registry(workspace, Settings()) as registry,
        pytest.raises(Exception, match="damaged"),
    ):
        _ = registry.resolve(handle).raw


def test_writes_are_synchronised_to_disk_in_full(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'registry.sqlite'}")
    with database.read() as db:
        modes = [
            db.value(f"PRAGMA {name}") for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    database.close()
    assert modes == ["wal", 2, 1]


def test_a_new_file_that_another_process_is_about_to_fill_is_waited_for(
    workspace: Workspace,
) -> None:
    workspace.registry.parent.mkdir(parents=True)
    other = sqlite3.connect(workspace.registry, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    let_go = threading.Timer(0.3, lambda: other.execute("COMMIT"))
    let_go.start()
    with open_registry(workspace, Settings()) as registry:
        assert registry.agents()
    let_go.join()
    other.close()


def import_one_by_one(root: Path, folder: Path) -> None:
    with open_registry(Workspace(root), load_settings(root)) as registry:
        for file in sorted(folder.iterdir()):
            import_paths(registry, [file])


def test_processes_that_make_and_fill_a_registry_at_once_lose_nothing(
    workspace: Workspace, tmp_path: Path
) -> None:
    folders = [tmp_path / f"project{n}" for n in range(WRITERS)]
    for folder in folders:
        folder.mkdir()
        for number in range(FILES):
            (folder / f"{number}.md").write_text(f"{folder.name} {number}", encoding="utf-8")
    start = multiprocessing.get_context("spawn")
    writers = [start.Process(target=import_one_by_one, args=(workspace.root, f)) for f in folders]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0] * WRITERS
    with open_registry(workspace, Settings()) as registry:
        found = [v for v in registry.agents() if v.collection != "builtin"]
        builtin_numbers = {v.number for v in registry.agents() if v.collection == "builtin"}
        assert all(v.raw.decode() == f"{v.collection} {v.path.removesuffix('.md')}" for v in found)
    assert len(found) == WRITERS * FILES
    assert builtin_numbers <= {1}
