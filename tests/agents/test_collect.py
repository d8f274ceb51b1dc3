"""Which files of a path are documents."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from agents.collect import MAX_DEPTH, Collected, Refused, collect_documents
from agents.errors import DocumentError
from agents.parse import MAX_BYTES


def write(root: Path, *paths: str) -> None:
    for path in paths:
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"# {path}\n", encoding="utf-8")


def taken(*paths: Path) -> list[str]:
    return [one.path for one in collect_documents(paths) if isinstance(one, Collected)]


def refused(*paths: Path) -> dict[str, str]:
    found = collect_documents(paths)
    return {one.file.name: one.reason for one in found if isinstance(one, Refused)}


def test_a_folder_gives_its_markdown_sorted_and_by_its_path(tmp_path: Path) -> None:
    write(tmp_path, "b.md", "a/z.mdc", "a/b/c.MD", "a.markdown", "notes.txt", "x.ts")
    assert taken(tmp_path) == ["a/b/c.MD", "a/z.mdc", "a.markdown", "b.md"]
    assert refused(tmp_path) == {}


def test_hidden_and_dependency_folders_are_left_out_except_where_agents_live(
    tmp_path: Path,
) -> None:
    write(tmp_path, ".git/a.md", "node_modules/p/README.md", ".venv/b.md", ".claude/agents/c.md")
    write(tmp_path, ".cursor/rules/d.mdc", "sub/.claude/agents/e.md", "sub/node_modules/f.md")
    assert taken(tmp_path) == [
        ".claude/agents/c.md",
        ".cursor/rules/d.mdc",
        "sub/.claude/agents/e.md",
    ]


def test_a_file_that_is_named_is_taken_whatever_its_ending(tmp_path: Path) -> None:
    write(tmp_path, "agent.txt", ".hidden/x.md")
    assert taken(tmp_path / "agent.txt", tmp_path / ".hidden" / "x.md") == ["agent.txt", "x.md"]


def test_no_file_comes_twice(tmp_path: Path) -> None:
    write(tmp_path, "a.md", "b.md")
    (tmp_path / "c.md").symlink_to("a.md")
    assert taken(tmp_path / "b.md", tmp_path, tmp_path) == ["b.md", "a.md"]


def test_links_lead_nowhere_but_inside_the_folder(tmp_path: Path) -> None:
    write(tmp_path, "out/secret.md", "in/.kept/real.md", "in/a.md")
    inside = tmp_path / "in"
    (inside / "leak.md").symlink_to(tmp_path / "out" / "secret.md")
    (inside / "folder").symlink_to(tmp_path / "out")
    (inside / "loop").symlink_to(inside)
    (inside / "gone.md").symlink_to("nothing.md")
    (inside / "link.md").symlink_to(".kept/real.md")
    assert taken(inside) == ["a.md", "link.md"]
    assert refused(inside) == {
        "leak.md": "a link that leads out of the folder",
        "gone.md": "a link that leads nowhere, or a file that can't be opened",
    }


def test_what_is_too_large_or_no_file_is_refused_unread(tmp_path: Path) -> None:
    with (tmp_path / "big.md").open("wb") as stream:
        stream.truncate(MAX_BYTES + 1)
    os.mkfifo(tmp_path / "pipe.md")
    assert taken(tmp_path) == []
    assert refused(tmp_path) == {"big.md": "larger than 2048 KiB", "pipe.md": "not a regular file"}


def test_a_path_that_is_not_there_is_refused_and_the_others_are_taken(tmp_path: Path) -> None:
    write(tmp_path, "a.md")
    assert refused(tmp_path / "none.md", tmp_path) == {"none.md": "no such file or folder"}
    assert taken(tmp_path / "none.md", tmp_path) == ["a.md"]


def test_folders_are_followed_down_to_a_bound(tmp_path: Path) -> None:
    write(
        tmp_path, "/".join(["d"] * MAX_DEPTH) + "/a.md", "/".join(["e"] * (MAX_DEPTH + 1)) + "/b.md"
    )
    assert [Path(path).name for path in taken(tmp_path)] == ["a.md"]
    assert list(refused(tmp_path).values()) == [f"lies more than {MAX_DEPTH} folders deep"]


def test_a_folder_that_ends_like_a_document_is_a_folder(tmp_path: Path) -> None:
    write(tmp_path, "notes.md/a.md")
    assert taken(tmp_path) == ["notes.md/a.md"]


def test_reading_gives_the_exact_bytes_or_says_why_not(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"\xef\xbb\xbfx\r\n\0")
    (item,) = collect_documents([tmp_path])
    assert isinstance(item, Collected)
    assert item.read() == b"\xef\xbb\xbfx\r\n\0"
    (tmp_path / "a.md").unlink()
    with pytest.raises(DocumentError, match="can't be read"):
        item.read()


def test_rules_in_files_without_a_stem_are_taken_too(tmp_path: Path) -> None:
    for name in (".cursorrules", ".windsurfrules", ".gitignore", "notes.txt"):
        (tmp_path / name).write_text("- Rule\n", encoding="utf-8")
    (tmp_path / ".clinerules").mkdir()
    (tmp_path / ".clinerules" / "style.md").write_text("- Rule\n", encoding="utf-8")
    found = [one.path for one in collect_documents([tmp_path]) if isinstance(one, Collected)]
    assert found == [".clinerules/style.md", ".cursorrules", ".windsurfrules"]
