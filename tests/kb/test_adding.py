"""Folders and files added to the knowledge base: what is searched, what changes, what is shared."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from agents.errors import DocumentError, UsageError
from agents.registry import Registry, open_registry
from agents.settings import Settings
from agents.workspace import Workspace
from kb.adding import AddReport, add_documentation
from kb.fetch import Fetcher
from kb.knowledge_base import KnowledgeBase
from kb.search import Mode

Put = Callable[[str, str], None]
Open = Callable[..., KnowledgeBase]

UPLOADS = """---
title: Uploading files
description: Store what users send
---
import Snippet from "@theme/Snippet";

<Step title="Make an address">
    Call `generateUploadUrl` in a mutation.
</Step>
"""
CRONS = "# Cron jobs\n\nRun a function at a fixed interval.\n"


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "project" / "docs"
    (folder / "files").mkdir(parents=True)
    (folder / "files" / "upload.mdx").write_text(UPLOADS, encoding="utf-8")
    (folder / "crons.md").write_text(CRONS, encoding="utf-8")
    (folder / "data.json").write_text("{}", encoding="utf-8")
    return folder


@pytest.fixture
def add(registry: Registry) -> Callable[..., AddReport]:
    def added(path: Path, name: str | None = None) -> AddReport:
        return add_documentation(registry, str(path), name=name, fetcher=Fetcher)

    return added


Add = Callable[..., AddReport]


def test_a_folder_is_found_by_its_name_and_paths(
    add: Add, docs: Path, knowledge_base: Open
) -> None:
    report = add(docs)
    assert report.change.name == "docs"
    assert report.change.added == ("crons.md", "files/upload.mdx")
    base = knowledge_base()
    for mode in Mode:
        best = base.search("generateUploadUrl mutation", mode=mode, sources=["docs"]).hits[0].chunk
        assert (best.source, best.path, best.origin) == (
            "docs",
            "files/upload.mdx",
            "docs/files/upload.mdx",
        )
    assert best.lines.as_list() == [7, 8]
    assert best.text == "\n".join(UPLOADS.split("\n")[6:8])
    assert best.heading == ("Uploading files",)


def test_a_question_in_the_words_of_the_title_finds_the_page(
    add: Add, docs: Path, knowledge_base: Open, put: Put
) -> None:
    put("payments", "## Payments\n\nCall the Stripe API from an action.\n")
    add(docs)
    hits = knowledge_base().search("how are uploading files stored?").hits
    assert hits[0].chunk.path == "files/upload.mdx"


def test_adding_again_reads_only_what_changed(
    add: Add, docs: Path, knowledge_base: Open, registry: Registry
) -> None:
    add(docs)
    base = knowledge_base()
    assert base.refresh() is None
    (docs / "crons.md").write_text(CRONS + "\nEvery hour, say.\n", encoding="utf-8")
    (docs / "new.md").write_text("# New\n\nText\n", encoding="utf-8")
    (docs / "files" / "upload.mdx").unlink()
    change = add(docs).change
    assert (change.added, change.changed, change.removed) == (
        ("new.md",),
        ("crons.md",),
        ("files/upload.mdx",),
    )
    report = base.refresh()
    assert report is not None
    assert (report.added, report.removed, report.embedded) == (2, 1, 3)
    hit = base.search("every hour").hits[0]
    assert (hit.chunk.path, hit.chunk.version) == ("crons.md", 2)
    assert all("upload" not in hit.chunk.path for hit in base.search("generateUploadUrl").hits)
    registry.remove_source("docs")
    base.refresh()
    assert base.search("every hour").hits == ()


def test_another_machine_with_the_same_registry_finds_the_same(
    add: Add, docs: Path, knowledge_base: Open, workspace: Workspace, tmp_path: Path
) -> None:
    add(docs)
    here = knowledge_base().search("fixed interval").hits
    shutil.rmtree(docs)
    other = Workspace(tmp_path / "other")
    settings = Settings(registry_url=f"sqlite:///{workspace.registry}")
    with (
        open_registry(other, settings, builtin=False) as registry,
        KnowledgeBase.open(other, registry, settings) as base,
    ):
        assert base.search("fixed interval").hits == here


def test_a_file_is_added_by_itself(add: Add, docs: Path, registry: Registry) -> None:
    report = add(docs / "crons.md")
    assert (report.kind, report.change.name, report.change.added) == (
        "file",
        "crons",
        ("crons.md",),
    )
    [page] = registry.pages("crons")
    assert page.raw == CRONS.encode()


def test_a_saved_full_text_is_split(add: Add, tmp_path: Path, registry: Registry) -> None:
    file = tmp_path / "llms-full.txt"
    file.write_bytes(b"# One\n\na\n# Two\n\nb\n")
    assert add(file).change.added == ("one.md", "two.md")


def test_a_name_can_be_given_and_keeps_to_its_place(add: Add, docs: Path) -> None:
    assert add(docs, "guide").change.name == "guide"
    assert add(docs).change.name == "guide"


def test_pages_that_are_no_text_are_left_out_and_named(add: Add, docs: Path) -> None:
    (docs / "binary.md").write_bytes(b"\0")
    (docs / "big.mdx").write_bytes(b"x" * (2 * 1024 * 1024 + 1))
    report = add(docs)
    assert sorted(Path(left.path).name for left in report.left_out) == ["big.mdx", "binary.md"]
    assert report.change.added == ("crons.md", "files/upload.mdx")


def test_a_link_out_of_the_folder_is_not_followed(add: Add, docs: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.md"
    secret.write_text("secret", encoding="utf-8")
    (docs / "link.md").symlink_to(secret)
    report = add(docs)
    assert "link.md" not in report.change.added
    assert [Path(left.path).name for left in report.left_out] == ["link.md"]


@pytest.mark.parametrize("what", ["missing", "", " "])
def test_nothing_to_add_is_a_usage_error(registry: Registry, what: str) -> None:
    with pytest.raises(UsageError):
        add_documentation(registry, what, fetcher=Fetcher)
    assert registry.sources() == []


def test_a_folder_without_pages_changes_nothing(add: Add, docs: Path, registry: Registry) -> None:
    add(docs)
    for file in (docs / "crons.md", docs / "files" / "upload.mdx"):
        file.unlink()
    with pytest.raises(UsageError, match="holds no pages"):
        add(docs)
    assert len(registry.pages("docs")) == 2


def test_a_file_that_is_no_text_is_a_document_error(add: Add, tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    file.write_bytes(b"\xff")
    with pytest.raises(DocumentError):
        add(file)


def test_status_notices_a_vanished_or_damaged_vector_store(
    add: Add, docs: Path, workspace: Workspace, knowledge_base: Open
) -> None:
    add(docs)
    knowledge_base().close()
    database = workspace.vectors / "chroma.sqlite3"
    database.unlink()
    assert not knowledge_base(update=False).status().up_to_date
    base = knowledge_base()
    assert base.status().up_to_date
    assert database.is_file()
    assert base.search("fixed interval", mode=Mode.DENSE).hits[0].chunk.path == "crons.md"


def test_a_search_doesnt_open_chroma_and_makes_a_lost_copy_again(
    add: Add, docs: Path, workspace: Workspace, knowledge_base: Open
) -> None:
    add(docs)
    before = knowledge_base().search("fixed interval").hits
    for file in workspace.root.glob("dense-*"):
        file.unlink()
    assert knowledge_base().search("fixed interval").hits == before
    assert len(list(workspace.root.glob("dense-*.npy"))) == 1
