"""Importing files with their history: which versions come of it, and what a second import finds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from agents.errors import GitError
from agents.registry import Registry, open_registry
from agents.registry.history_import import import_history
from agents.registry.importer import ImportReport, import_paths
from agents.registry.submission import Outcome
from agents.settings import Settings
from agents.workspace import Workspace


@pytest.fixture
def registry(workspace: Workspace) -> Iterator[Registry]:
    with open_registry(workspace, Settings(), builtin=False) as opened:
        yield opened


def text(body: str, name: str = "expert") -> str:
    return f"---\nname: {name}\ndescription: d\n---\n{body}\n"


def told(report: ImportReport) -> list[tuple[str, str, int | None]]:
    return [(file.file.rsplit("/", 1)[-1], file.outcome, file.versions) for file in report.files]


def messages(registry: Registry, handle: str = "expert") -> list[str | None]:
    return [version.message for version in registry.versions(handle)]


def test_each_commit_is_a_version_with_author_date_and_subject(
    tree: Any, registry: Registry
) -> None:
    tree.commit("Write it\n\nAt length.", a=text("1"))
    tree.commit("Mend it", a=text("2"), author="Bo")
    report = import_history(registry, [tree.root])
    assert told(report) == [("a.md", "created", 2)]
    one, two = registry.versions("expert")
    assert (one.author, one.created_at, one.message) == ("Ann", "2024-01-01T00:00:00Z", "Write it")
    assert (two.author, two.created_at, two.message) == ("Bo", "2024-01-01T00:01:00Z", "Mend it")
    assert (one.raw, two.raw) == (text("1").encode(), text("2").encode())
    assert two.labels == ("latest",)


def test_a_second_import_finds_nothing_and_a_third_what_was_committed_since(
    tree: Any, registry: Registry
) -> None:
    tree.commit("one", a=text("1"))
    tree.commit("two", a=text("2"))
    tree.commit("as before", a=text("1"))
    import_history(registry, [tree.root])
    assert told(import_history(registry, [tree.root])) == [("a.md", "unchanged", 0)]
    tree.commit("four", a=text("4"))
    assert told(import_history(registry, [tree.root])) == [("a.md", "new version", 1)]
    assert messages(registry) == ["one", "two", "as before", "four"]


def test_the_handle_comes_from_the_name_of_today(tree: Any, registry: Registry) -> None:
    tree.write("draft.md", text("long\n" * 20, "draft"))
    tree.commit("one")
    tree.git("mv", "draft.md", "shop.md")
    tree.write("shop.md", text("long\n" * 20, "shop"))
    tree.commit("two")
    import_history(registry, [tree.root])
    assert [version.name for version in registry.versions("shop")] == ["draft", "shop"]


def test_an_agent_that_was_imported_without_history_gets_all_of_it(
    tree: Any, registry: Registry
) -> None:
    tree.commit("one", a=text("1"))
    tree.commit("two", a=text("2"))
    import_paths(registry, [tree.root], message="by hand")
    assert told(import_history(registry, [tree.root])) == [("a.md", "new version", 2)]
    assert messages(registry) == ["by hand", "one", "two"]
    assert registry.resolve("expert").raw == text("2").encode()
    assert told(import_history(registry, [tree.root])) == [("a.md", "unchanged", 0)]


def test_what_was_imported_before_it_was_committed_is_not_imported_again(
    tree: Any, registry: Registry
) -> None:
    tree.commit("one", a=text("1"))
    import_history(registry, [tree.root])
    tree.write("a.md", text("2"))
    import_paths(registry, [tree.root], message="draft")
    tree.commit("two", a=text("2"))
    assert told(import_history(registry, [tree.root])) == [("a.md", "unchanged", 0)]
    tree.commit("three", a=text("3"))
    import_history(registry, [tree.root])
    assert messages(registry) == ["one", "draft", "three"]
    assert told(import_history(registry, [tree.root])) == [("a.md", "unchanged", 0)]


def test_what_is_not_committed_is_left_out_and_told(tree: Any, registry: Registry) -> None:
    tree.commit("one", a=text("1"))
    tree.write("a.md", text("2"))
    tree.write("new.md", text("new"))
    report = import_history(registry, [tree.root])
    taken, rejected = report.files
    assert taken.notes == ("what is not committed is left out",)
    assert registry.resolve("expert").raw == text("1").encode()
    assert (rejected.outcome, rejected.hint) == (
        Outcome.REJECTED,
        "commit it, or import it without --history",
    )


def test_commits_that_hold_no_text_are_left_out_and_told(tree: Any, registry: Registry) -> None:
    tree.commit("one", a=text("1"))
    tree.commit("broken", a="\0")
    tree.commit("two", a=text("2"))
    tree.commit("broken", b="\0")
    report = import_history(registry, [tree.root])
    assert [file.outcome for file in report.files] == [Outcome.CREATED, Outcome.REJECTED]
    assert report.files[0].notes == ("1 of its commits left out: no text, too large, or not here",)
    assert messages(registry) == ["one", "two"]
    tree.commit("broken again", a="\0\0")
    again = import_history(registry, [tree.root]).files[0]
    assert (again.outcome, len(again.notes)) == (Outcome.UNCHANGED, 1)


def test_a_message_is_put_before_the_commits_own(tree: Any, registry: Registry) -> None:
    tree.commit("one", a=text("1"))
    import_history(registry, [tree.root], message="from the shop")
    assert messages(registry) == ["from the shop: one"]
    assert told(import_history(registry, [tree.root])) == [("a.md", "unchanged", 0)]


def test_a_dry_run_tells_the_same_and_keeps_nothing(tree: Any, registry: Registry) -> None:
    tree.commit("one", a=text("1"), b=text("b", "other"))
    tree.commit("two", a=text("2"))
    tried = import_history(registry, [tree.root], dry_run=True)
    assert registry.agents() == []
    assert told(tried) == [("a.md", "created", 2), ("b.md", "created", 1)]
    assert import_history(registry, [tree.root]).files == tried.files


def test_a_named_file_belongs_to_the_agent_of_its_folder(tree: Any, registry: Registry) -> None:
    tree.commit("one", a=text("1"))
    import_history(registry, [tree.root])
    tree.commit("two", a=text("2"))
    assert told(import_history(registry, [tree.root / "a.md"])) == [("a.md", "new version", 1)]
    assert [version.origin for version in registry.versions("expert")] == ["tree/a.md"] * 2


def test_a_file_outside_any_repository_stops_the_import(
    tree: Any, registry: Registry, tmp_path: Any
) -> None:
    tree.commit("one", a=text("1"))
    (tmp_path / "loose.md").write_text(text("x"), encoding="utf-8")
    with pytest.raises(GitError):
        import_history(registry, [tree.root, tmp_path / "loose.md"])
    assert (registry.agents(), registry.collections()) == ([], {})


def test_hundreds_of_commits_are_hundreds_of_versions(tree: Any, registry: Registry) -> None:
    stream = []
    for number in range(300):
        body = text(f"Version {number}").encode()
        # A commit in three moves the file on.
        path, before = f"dir{number // 3}/a.md", f"dir{max(number - 1, 0) // 3}/a.md"
        stream.append(
            f"commit refs/heads/main\nauthor Ann <a@example.com> {1704067200 + number} +0000\n"
            f"committer Ann <a@example.com> {1704067200 + number} +0000\n"
            f"data {len(str(number))}\n{number}\n"
            + (f"R {before} {path}\n" if path != before else "")
            + f"M 100644 inline {path}\ndata {len(body)}\n{body.decode()}\n"
        )
    tree.git("fast-import", "--quiet", given="".join(stream).encode())
    tree.git("checkout", "--quiet", "main")
    (file,) = import_history(registry, [tree.root / "dir99"]).files
    assert file.versions == 300
    assert messages(registry) == [str(number) for number in range(300)]
