"""On a disk with no room left: one clear error, nothing half, and all goes on once there is room.

A small tmpfs is mounted, which takes root; elsewhere the tests are skipped.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
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
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "small"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=12m", "none", str(folder)]
    try:
        mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        mounted = False
    if not mounted:
        pytest.skip("mounting a small disk takes root")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.fixture
def convexpert(small_disk: Path, tmp_path: Path) -> Convexpert:
    """Runs the command on a workspace on the small disk."""

    def run(*args: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "assistant.cli", *args],
            cwd=tmp_path,
            env={**os.environ, "CONVEXPERT_WORKSPACE": str(small_disk / "w")},
            capture_output=True,
            encoding="utf-8",
            check=False,
            timeout=300,
        )

    return run


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
    convexpert: Convexpert, small_disk: Path, tmp_path: Path
) -> None:
    documents = tmp_path / "documents"
    documents.mkdir()
    for number in range(20):
        text = HEAD + f"- Rule {number}.\n" * 2000
        (documents / f"{number}.md").write_text(text, encoding="utf-8")
    before = convexpert("agents", "list").stdout
    filler = fill(small_disk)
    assert "full" in one_error(convexpert("agents", "import", "documents"))
    filler.unlink()
    assert list(verify_registry(Workspace(small_disk / "w"), Settings())) == []
    assert convexpert("agents", "list").stdout == before
    assert convexpert("agents", "import", "documents").returncode == 0
    assert len(convexpert("agents", "list").stdout.splitlines()) == 20 + len(before.splitlines())


def test_an_index_that_finds_no_room_is_built_when_there_is(
    convexpert: Convexpert, small_disk: Path, tmp_path: Path
) -> None:
    open_registry(Workspace(small_disk / "w"), Settings(), builtin=False).close()
    (tmp_path / "a.md").write_text(f"{HEAD}Use `withIndex`.\n", encoding="utf-8")
    convexpert("agents", "import", "a.md")
    filler = fill(small_disk)
    one_error(convexpert("kb", "build"))
    filler.unlink()
    found = convexpert("kb", "search", "withIndex")
    assert found.returncode == 0, found.stderr
    assert convexpert("doctor").returncode == 0


def test_a_run_that_finds_no_room_is_an_error_and_no_half_file(
    convexpert: Convexpert, small_disk: Path
) -> None:
    convexpert("agents", "list")
    filler = fill(small_disk)
    one_error(convexpert("eval", "run", "check"))
    filler.unlink()
    runs = small_disk / "w" / "runs"
    assert not runs.exists() or list(runs.iterdir()) == []
