"""A folder that was exported is imported: unchanged files are what they were made from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from agents.exporters.export import export_plan
from agents.exporters.lock import LOCK_NAME
from agents.exporters.write import write_export
from agents.registry import Registry, open_registry
from agents.registry.importer import ImportReport, import_paths
from agents.settings import Settings
from agents.workspace import Workspace

RAW = b"---\nname: expert\ndescription: Use it: always\nmodel: opus\n---\nText\r\n"


@pytest.fixture
def registry(workspace: Workspace) -> Iterator[Registry]:
    with open_registry(workspace, Settings(), builtin=False) as opened:
        yield opened


@pytest.fixture
def out(registry: Registry, tmp_path: Path) -> Path:
    (tmp_path / "expert.md").write_bytes(RAW)
    import_paths(registry, [tmp_path / "expert.md"])
    write_export(export_plan(registry.agents(), "opencode", tmp_path / "project/.opencode"))
    return tmp_path / "project"


def elsewhere(tmp_path: Path, folder: Path) -> tuple[ImportReport, list[bytes]]:
    with open_registry(Workspace(tmp_path / "fresh"), Settings(), builtin=False) as fresh:
        report = import_paths(fresh, [folder])
        return report, [version.raw for version in fresh.agents()]


def test_an_unchanged_export_is_the_version_that_it_was_made_from(
    out: Path, tmp_path: Path
) -> None:
    assert (out / ".opencode/agents/expert.md").read_bytes() != RAW
    report, raws = elsewhere(tmp_path, out)
    assert raws == [RAW]
    assert [file.restored_from for file in report.files] == ["opencode"]


def test_an_export_that_was_edited_is_taken_as_it_stands(out: Path, tmp_path: Path) -> None:
    file = out / ".opencode/agents/expert.md"
    file.write_bytes(file.read_bytes() + b"More\n")
    report, raws = elsewhere(tmp_path, out)
    assert raws == [file.read_bytes()]
    assert [one.restored_from for one in report.files] == [None]


@pytest.mark.parametrize("lock", [b"{", b"", b'{"format": 1, "files": [{}]}'])
def test_a_lock_file_that_can_not_be_read_changes_nothing(
    out: Path, tmp_path: Path, lock: bytes
) -> None:
    (out / ".opencode" / LOCK_NAME).write_bytes(lock)
    _, raws = elsewhere(tmp_path, out)
    assert raws == [(out / ".opencode/agents/expert.md").read_bytes()]


def test_a_lock_file_can_not_make_other_bytes_of_a_file(out: Path, tmp_path: Path) -> None:
    lock = out / ".opencode" / LOCK_NAME
    text = lock.read_text(encoding="utf-8")
    lock.write_text(text.replace("Use it: always", "Do something else"), encoding="utf-8")
    _, raws = elsewhere(tmp_path, out)
    assert raws == [(out / ".opencode/agents/expert.md").read_bytes()]
