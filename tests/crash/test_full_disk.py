"""On a disk with no room left: one clear error, nothing half, and all goes on once there is room.

A small tmpfs is mounted, which takes root; elsewhere the tests are skipped.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from agents.registry import open_registry
from agents.registry.verify import verify_registry
from agents.settings import Settings
from agents.workspace import Workspace

pytestmark = [pytest.mark.slow, pytest.mark.own_store]

HEAD = "---\nname: a\ndescription: d\n---\n"

Convexpert = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def disk(mount: Callable[[str], Path]) -> Path:
    """A disk that is soon full."""
    return mount("12m")


def fill(disk: Path) -> Path:
    """Take all the room that is left."""
    filler = disk / "filler"
    with suppress(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(b"x" * 4096)
    return filler


def one_error(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 2, (done.stdout, done.stderr)
    assert "Traceback" not in done.stderr
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    return line


def test_an_import_that_finds_no_room_changes_nothing(
    convexpert: Convexpert, disk: Path, tmp_path: Path
) -> None:
    documents = tmp_path / "documents"
    documents.mkdir()
    for number in range(20):
        text = HEAD + f"- Rule {number}.\n" * 2000
        (documents / f"{number}.md").write_text(text, encoding="utf-8")
    before = convexpert("agents", "list").stdout
    filler = fill(disk)
    assert "full" in one_error(convexpert("agents", "import", "documents"))
    filler.unlink()
    assert list(verify_registry(Workspace(disk / "w"), Settings())) == []
    assert convexpert("agents", "list").stdout == before
    assert convexpert("agents", "import", "documents").returncode == 0
    assert len(convexpert("agents", "list").stdout.splitlines()) == 20 + len(before.splitlines())


def test_an_index_that_finds_no_room_is_built_when_there_is(
    convexpert: Convexpert, disk: Path, tmp_path: Path
) -> None:
    open_registry(Workspace(disk / "w"), Settings(), builtin=False).close()
    (tmp_path / "a.md").write_text(f"{HEAD}Use `withIndex`.\n", encoding="utf-8")
    convexpert("agents", "import", "a.md")
    filler = fill(disk)
    one_error(convexpert("kb", "build"))
    filler.unlink()
    found = convexpert("kb", "search", "withIndex")
    assert found.returncode == 0, found.stderr
    assert convexpert("doctor").returncode == 0


def test_a_run_that_finds_no_room_is_an_error_and_no_half_file(
    convexpert: Convexpert, disk: Path
) -> None:
    convexpert("agents", "list")
    filler = fill(disk)
    one_error(convexpert("eval", "run", "check"))
    filler.unlink()
    runs = disk / "w" / "runs"
    assert not runs.exists() or list(runs.iterdir()) == []
