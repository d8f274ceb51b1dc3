"""Importing real files and folders: what is taken, what is rejected, and as which agent."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from agents.errors import UsageError
from agents.registry import Registry, open_registry
from agents.registry.importer import ImportReport, import_paths
from agents.registry.submission import Outcome
from agents.settings import Settings
from agents.workspace import Workspace

SEEDS = Path(__file__).parents[4] / "shared" / "seeds"


@pytest.fixture
def registry(workspace: Workspace) -> Iterator[Registry]:
    with open_registry(workspace, Settings(), builtin=False) as opened:
        yield opened


def document(folder: Path, path: str, text: str = "Do it.", name: str = "expert") -> Path:
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(f"---\nname: {name}\ndescription: d\n---\n{text}\n".encode())
    return file


def outcomes(report: ImportReport) -> list[tuple[str | None, str]]:
    return [(file.origin, file.outcome.value) for file in report.files]


def test_a_folder_is_a_collection_of_its_own_name(registry: Registry, tmp_path: Path) -> None:
    document(tmp_path, "shop/a.md")
    document(tmp_path, "shop/deep/b.mdc")
    report = import_paths(registry, [tmp_path / "shop"], message="why", author="ann")
    assert outcomes(report) == [("shop/a.md", "created"), ("shop/deep/b.mdc", "created")]
    assert [v.handle for v in registry.agents()] == ["expert", "expert-b"]
    assert {(v.author, v.message) for v in registry.agents()} == {("ann", "why")}


def test_a_second_import_takes_only_what_changed(registry: Registry, tmp_path: Path) -> None:
    document(tmp_path, "shop/a.md")
    document(tmp_path, "shop/b.md")
    import_paths(registry, [tmp_path / "shop"])
    document(tmp_path, "shop/b.md", "Do it better.")
    report = import_paths(registry, [tmp_path / "shop"])
    assert outcomes(report) == [("shop/a.md", "unchanged"), ("shop/b.md", "new version")]
    assert registry.resolve("expert-b").number == 2


def test_a_file_belongs_to_the_collection_of_its_folder(registry: Registry, tmp_path: Path) -> None:
    file = document(tmp_path, "shop/a.md")
    import_paths(registry, [tmp_path / "shop"])
    file.write_bytes(file.read_bytes() + b"more\n")
    assert outcomes(import_paths(registry, [file])) == [("shop/a.md", "new version")]


def test_two_projects_with_like_folders_stay_apart(registry: Registry, tmp_path: Path) -> None:
    document(tmp_path, "one/agents/a.md", "one")
    document(tmp_path, "two/agents/a.md", "two")
    import_paths(registry, [tmp_path / "one/agents", tmp_path / "two/agents"])
    assert sorted(v.origin for v in registry.agents()) == ["agents/a.md", "two-agents/a.md"]


def test_a_named_collection_merges_folders_and_is_found_again(
    registry: Registry, tmp_path: Path
) -> None:
    document(tmp_path, "one/a.md", "one")
    document(tmp_path, "two/a.md", "two")
    import_paths(registry, [tmp_path / "one"], collection="team")
    import_paths(registry, [tmp_path / "two"], collection="team")
    assert [v.origin for v in registry.versions("expert")] == ["team/a.md"] * 2
    assert outcomes(import_paths(registry, [tmp_path / "two"])) == [("team/a.md", "unchanged")]


def test_two_files_that_would_be_one_agent_are_not_mixed(
    registry: Registry, tmp_path: Path
) -> None:
    document(tmp_path, "one/a.md", "one")
    document(tmp_path, "two/a.md", "two")
    report = import_paths(registry, [tmp_path / "one", tmp_path / "two"], collection="team")
    assert [file.outcome for file in report.files] == [Outcome.CREATED, Outcome.REJECTED]
    assert "team/a.md" in str(report.rejected[0].reason)
    assert len(registry.versions("expert")) == 1


def test_a_file_that_cannot_be_taken_stops_no_other(registry: Registry, tmp_path: Path) -> None:
    document(tmp_path, "shop/a.md")
    (tmp_path / "shop/binary.md").write_bytes(b"text\n\0\xff\xfe")
    (tmp_path / "shop/big.md").write_bytes(b"x" * (3 * 1024 * 1024))
    os.symlink("/etc/hostname", tmp_path / "shop/link.md")
    report = import_paths(registry, [tmp_path / "shop", tmp_path / "missing"])
    taken = [file.origin for file in report.files if file.added is not None]
    assert taken == ["shop/a.md"]
    rejected = {Path(file.file).name: file.reason for file in report.rejected}
    assert set(rejected) == {"binary.md", "big.md", "link.md", "missing"}
    assert all(rejected.values())


def test_a_folder_without_documents_is_reported(registry: Registry, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (only,) = import_paths(registry, [tmp_path / "empty"]).files
    assert (only.outcome, only.reason) == (Outcome.REJECTED, "holds no .md or .mdc file")


def test_a_dry_run_reports_the_same_and_keeps_nothing(registry: Registry, tmp_path: Path) -> None:
    document(tmp_path, "shop/a.md")
    document(tmp_path, "shop/b.md")
    tried = import_paths(registry, [tmp_path / "shop"], dry_run=True)
    assert registry.agents() == []
    assert registry.collections() == {}
    done = import_paths(registry, [tmp_path / "shop"])
    assert tried.files == done.files


def test_a_removed_agent_stays_hidden_when_its_folder_is_imported_again(
    registry: Registry, tmp_path: Path
) -> None:
    document(tmp_path, "shop/a.md")
    import_paths(registry, [tmp_path / "shop"])
    registry.remove("expert")
    (file,) = import_paths(registry, [tmp_path / "shop"]).files
    assert file.added is not None
    assert (file.outcome, file.added.removed) == (Outcome.UNCHANGED, True)
    assert registry.agents() == []


def test_what_a_document_says_oddly_is_told_with_its_line(
    registry: Registry, tmp_path: Path
) -> None:
    (tmp_path / "a.md").write_bytes(b"---\nname: a\ndescription: one: two\n---\nText.\n")
    (file,) = import_paths(registry, [tmp_path / "a.md"]).files
    assert file.outcome is Outcome.CREATED
    assert 3 in [diagnostic.line for diagnostic in file.diagnostics]
    assert registry.resolve("a").description == "one: two"


def test_a_reserved_collection_is_refused(registry: Registry, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        import_paths(registry, [tmp_path], collection="builtin")


def test_progress_counts_to_the_number_of_files(registry: Registry, tmp_path: Path) -> None:
    document(tmp_path, "shop/a.md")
    document(tmp_path, "shop/b.md")
    seen: list[tuple[str, int, int]] = []
    import_paths(registry, [tmp_path / "shop"], progress=lambda *step: seen.append(step))
    assert seen == [("Reading", 1, 2), ("Reading", 2, 2), ("Parsing", 2, 2)]


@pytest.mark.skipif(not SEEDS.is_dir(), reason="../shared/seeds is not here")
def test_the_five_seeds_are_five_agents_with_their_exact_bytes(registry: Registry) -> None:
    report = import_paths(registry, [SEEDS])
    assert report.count(Outcome.CREATED) == 5
    found = registry.agents()
    assert [v.name for v in found].count("convex-expert") == 3
    assert len({v.handle for v in found}) == 5
    for version in found:
        assert version.raw == (SEEDS / version.path).read_bytes()
