"""Added documentation in the registry: exact pages, what changed, and names that are one's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from agents.errors import HandleTaken, SourceNotFound, UsageError
from agents.registry import Registry, open_registry
from agents.registry.database import Database
from agents.registry.importer import import_paths
from agents.registry.migrations import MIGRATIONS, migrate
from agents.registry.pages import PageSubmission, Validators
from agents.settings import Settings
from agents.workspace import Workspace


@pytest.fixture
def registry(workspace: Workspace) -> Iterator[Registry]:
    with open_registry(workspace, Settings(), builtin=False) as opened:
        yield opened


def put(registry: Registry, name: str = "docs", **pages: str) -> tuple[object, ...]:
    given = [PageSubmission(f"{path}.md", text.encode()) for path, text in pages.items()]
    change = registry.put_source(name, "folder", "/docs", given)
    return change.added, change.changed, change.removed, change.unchanged


def blob_count(workspace: Workspace) -> int:
    database = Database(f"sqlite:///{workspace.registry}")
    with database.read() as db:
        count = db.value("SELECT count(*) FROM blobs")
    database.close()
    return int(count or 0)


def test_pages_come_back_byte_by_byte(registry: Registry) -> None:
    raw = b"\xef\xbb\xbf# Title\r\nbody\r"
    page = PageSubmission("a/b.md", raw, "https://example.com/a/b.md", Validators('"1"', "today"))
    registry.put_source("docs", "address", "https://example.com/llms.txt", [page])
    [found] = registry.pages("docs")
    assert (found.raw, found.origin, found.number) == (raw, "docs/a/b.md", 1)
    assert (found.address, found.validators) == (page.address, page.validators)
    [source] = registry.sources()
    assert (source.name, source.kind, source.pages) == ("docs", "address", 1)


def test_putting_again_says_what_changed_and_counts_it(registry: Registry) -> None:
    assert put(registry, a="one", b="two", c="three") == (("a.md", "b.md", "c.md"), (), (), 0)
    assert put(registry, a="one", b="other", d="four") == (("d.md",), ("b.md",), ("c.md",), 1)
    numbers = {page.path: page.number for page in registry.pages("docs")}
    assert numbers == {"a.md": 1, "b.md": 2, "d.md": 1}
    assert put(registry, a="one", b="other", d="four") == ((), (), (), 3)


@pytest.mark.own_store
def test_bytes_that_nothing_has_any_more_are_dropped(
    registry: Registry, workspace: Workspace, tmp_path: Path
) -> None:
    agent = tmp_path / "agents" / "shared.md"
    agent.parent.mkdir()
    agent.write_bytes(b"---\nname: shared\n---\nboth\n")
    import_paths(registry, [agent])
    put(registry, a=agent.read_text(), b="own")
    put(registry, "more", b="own", c="third")
    assert blob_count(workspace) == 3
    assert registry.remove_source("docs") == 2
    assert blob_count(workspace) == 3
    assert registry.remove_source("more") == 2
    assert blob_count(workspace) == 1
    assert registry.resolve("shared").raw == agent.read_bytes()


def test_what_search_can_see_changes_with_the_pages(registry: Registry) -> None:
    states = [registry.state()]
    put(registry, a="one")
    states.append(registry.state())
    put(registry, a="two")
    states.append(registry.state())
    put(registry, a="two")
    assert registry.state() == states[-1]
    assert len(set(states)) == 3
    registry.remove_source("docs")
    assert registry.state() == states[0]


def test_an_unknown_source_is_named_with_the_nearest_one(registry: Registry) -> None:
    put(registry, a="one")
    with pytest.raises(SourceNotFound) as caught:
        registry.remove_source("doc")
    assert caught.value.hint == "did you mean docs?"


@pytest.mark.parametrize("name", ["", "a b", "a/b", "x" * 101, "-a", "a\nb"])
def test_a_name_that_is_none_is_refused(registry: Registry, name: str) -> None:
    with pytest.raises(UsageError, match="can't be the name"):
        put(registry, name, a="one")
    assert registry.sources() == []


@pytest.mark.parametrize("path", ["", "x" * 1001, "a\0b"])
def test_a_path_that_is_none_is_refused(registry: Registry, path: str) -> None:
    with pytest.raises(UsageError, match="path of a page"):
        registry.put_source("docs", "folder", "/docs", [PageSubmission(path, b"text")])


def test_agents_collections_and_sources_never_share_a_name(
    registry: Registry, tmp_path: Path
) -> None:
    file = tmp_path / "team" / "helper.md"
    file.parent.mkdir()
    file.write_text("---\nname: helper\ndescription: d\n---\nText\n", encoding="utf-8")
    put(registry, "helper", a="one")
    put(registry, "team", a="one")
    import_paths(registry, [file.parent])
    version = registry.agents()[0]
    assert version.handle != "helper"
    assert version.collection not in ("team", "helper")
    with pytest.raises(HandleTaken):
        registry.rename(version.handle, "helper")
    for name in (version.handle, version.collection):
        with pytest.raises(UsageError, match=r"is an agent|is a collection"):
            put(registry, name, a="one")
    with pytest.raises(UsageError, match="is added documentation"):
        import_paths(registry, [file], collection="team")


def test_a_place_keeps_the_name_that_it_was_added_under(registry: Registry) -> None:
    assert registry.source_name("/docs", "/docs") == "docs"
    registry.put_source("guide", "folder", "/docs", [])
    assert registry.source_name("/docs", "/docs") == "guide"
    assert registry.source_name("/other/guide", "/other/guide") == "other-guide"


@pytest.mark.own_store
def test_a_registry_from_before_sources_takes_them(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "old")
    workspace.create()
    database = Database(f"sqlite:///{workspace.registry}")
    migrate(database, MIGRATIONS[:1])
    with database.write() as db:
        db.run("INSERT INTO collections VALUES (1, 'team', '/team')")
    database.close()
    with open_registry(workspace, Settings(), builtin=False) as registry:
        assert put(registry, a="one") == (("a.md",), (), (), 0)
        assert registry.collections() == {"team": "/team"}
