"""An export writes what is new, keeps what people wrote, and never leaves its folder."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from agents.document import digest_of
from agents.errors import ExportError
from agents.exporters.base import ExportFile, exported
from agents.exporters.lock import LOCK_NAME
from agents.exporters.targets.claude import ClaudeTarget
from agents.exporters.write import Change, ExportPlan, plan_export, write_export


def file(handle: str, content: bytes = b"text\n", version: int = 1) -> ExportFile:
    return ExportFile(f"{handle}.md", content, handle, version, digest_of(content))


def plan(folder: Path, *files: ExportFile, everything: bool = True) -> ExportPlan:
    knows = (lambda digest: True) if everything else None
    return plan_export(exported(files), folder, ClaudeTarget(), knows=knows)


def changes(made: ExportPlan) -> dict[str, Change]:
    return {planned.path: planned.change for planned in made.files}


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    write_export(plan(folder, file("a"), file("b")))
    return folder


def test_a_file_where_the_folder_should_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(ExportError, match="a file stands where a folder is needed") as caught:
        write_export(plan(tmp_path / "out", file("a")))
    assert caught.value.path == str(tmp_path / "out")
    assert (tmp_path / "out").read_text() == "mine"


def test_planning_writes_nothing(tmp_path: Path) -> None:
    made = plan(tmp_path / "out", file("a"))
    assert not made.up_to_date
    assert not (tmp_path / "out").exists()


def test_an_export_again_changes_nothing(out: Path) -> None:
    before = {p.name: p.stat().st_mtime_ns for p in out.iterdir()}
    made = plan(out, file("b"), file("a"))
    assert made.up_to_date
    write_export(made)
    assert {p.name: p.stat().st_mtime_ns for p in out.iterdir()} == before
    assert set(before) == {"a.md", "b.md", LOCK_NAME}


def test_the_lock_file_tells_each_file_and_its_version(out: Path) -> None:
    table = json.loads((out / LOCK_NAME).read_text(encoding="utf-8"))
    assert table["files"][0] == {
        "file": "a.md",
        "target": "claude",
        "handle": "a",
        "version": 1,
        "digest": digest_of(b"text\n"),
        "content": digest_of(b"text\n"),
    }


def test_a_new_version_replaces_the_file_that_was_exported(out: Path) -> None:
    made = plan(out, file("a", b"new\n", 2), file("b"))
    assert changes(made) == {"a.md": Change.CHANGED, "b.md": Change.UNCHANGED}
    write_export(made)
    assert (out / "a.md").read_bytes() == b"new\n"


def test_a_file_edited_by_hand_is_kept_unless_forced(out: Path) -> None:
    (out / "a.md").write_bytes(b"mine\n")
    made = plan(out, file("a", b"new\n", 2), file("b", b"new\n", 2))
    assert changes(made) == {"a.md": Change.EDITED, "b.md": Change.CHANGED}
    with pytest.raises(ExportError, match=r"a\.md would lose"):
        write_export(made)
    assert (out / "a.md").read_bytes() == b"mine\n"
    assert (out / "b.md").read_bytes() == b"text\n"
    write_export(made, force=True)
    assert (out / "a.md").read_bytes() == b"new\n"
    assert plan(out, file("a", b"new\n", 2), file("b", b"new\n", 2)).up_to_date


def test_a_file_of_somebody_else_is_kept_unless_forced(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"mine\n")
    made = plan(tmp_path, file("a"))
    assert changes(made) == {"a.md": Change.FOREIGN}
    with pytest.raises(ExportError):
        write_export(made)
    assert not (tmp_path / LOCK_NAME).exists()


def test_a_file_that_is_there_already_as_it_shall_be_is_taken_over(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"text\n")
    made = plan(tmp_path, file("a"))
    assert changes(made) == {"a.md": Change.UNCHANGED}
    assert not made.up_to_date
    write_export(made)
    assert plan(tmp_path, file("a")).up_to_date


def test_what_is_exported_no_longer_is_deleted_and_other_files_stay(out: Path) -> None:
    (out / "mine.md").write_bytes(b"mine\n")
    made = plan(out, file("a"))
    assert changes(made) == {"a.md": Change.UNCHANGED, "b.md": Change.DELETED}
    write_export(made)
    assert {p.name for p in out.iterdir()} == {"a.md", "mine.md", LOCK_NAME}
    assert plan(out, file("a")).up_to_date


def test_an_edited_file_is_not_deleted_unless_forced(out: Path) -> None:
    (out / "b.md").write_bytes(b"mine\n")
    made = plan(out, file("a"))
    assert changes(made)["b.md"] is Change.EDITED
    with pytest.raises(ExportError):
        write_export(made)
    assert (out / "b.md").exists()


def test_exporting_some_agents_leaves_the_others_alone(out: Path) -> None:
    made = plan(out, file("a"), everything=False)
    assert changes(made) == {"a.md": Change.UNCHANGED}
    assert made.up_to_date


def test_files_of_another_registry_are_left_alone(out: Path) -> None:
    made = plan_export(exported([file("a")]), out, ClaudeTarget(), knows=lambda digest: False)
    assert changes(made) == {"a.md": Change.UNCHANGED}


def test_a_deleted_file_comes_back(out: Path) -> None:
    (out / "a.md").unlink()
    assert changes(plan(out, file("a"), file("b")))["a.md"] is Change.ADDED


def test_nothing_is_written_or_read_through_a_link(tmp_path: Path) -> None:
    outside = tmp_path / "outside.md"
    outside.write_bytes(b"secret\n")
    folder = tmp_path / "out"
    folder.mkdir()
    os.symlink(outside, folder / "a.md")
    with pytest.raises(ExportError, match="no regular file"):
        plan(folder, file("a"))
    (tmp_path / "elsewhere").mkdir()
    os.symlink(tmp_path / "elsewhere", folder / "deep")
    nested = ExportFile("deep/b.md", b"text\n", "b", 1, digest_of(b"text\n"))
    with pytest.raises(ExportError, match="is a link"):
        plan(folder, nested)
    assert outside.read_bytes() == b"secret\n"
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_link_that_appears_after_planning_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside.md"
    outside.write_bytes(b"secret\n")
    made = plan(tmp_path / "out", file("a"))
    (tmp_path / "out").mkdir()
    os.symlink(outside, tmp_path / "out/a.md")
    write_export(made)
    assert outside.read_bytes() == b"secret\n"
    assert (tmp_path / "out/a.md").read_bytes() == b"text\n"
    assert not (tmp_path / "out/a.md").is_symlink()


@pytest.mark.parametrize(
    "lock",
    [
        "{",
        "[]",
        '{"format": 2, "files": []}',
        '{"format": 1, "files": [{"file": "a.md"}]}',
        '{"format": 1, "files": [7]}',
        "[" * 100_000,
    ],
)
def test_a_broken_lock_file_is_one_clear_error(out: Path, lock: str) -> None:
    (out / LOCK_NAME).write_text(lock, encoding="utf-8")
    with pytest.raises(ExportError, match="lock file"):
        plan(out, file("a"))


def test_a_lock_file_cannot_have_files_outside_deleted(out: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.md"
    outside.write_bytes(b"text\n")
    lock = (out / LOCK_NAME).read_text(encoding="utf-8").replace('"b.md"', '"../outside.md"')
    (out / LOCK_NAME).write_text(lock, encoding="utf-8")
    with pytest.raises(ExportError):
        plan(out, file("a"))
    assert outside.exists()


def test_a_folder_that_cannot_be_made_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ExportError):
        write_export(plan(tmp_path / "file" / "out", file("a")))
