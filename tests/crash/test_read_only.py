"""A workspace that nobody may write can still be read, as in a container's image."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.own_store]


@pytest.fixture
def read_only(tmp_path: Path) -> Iterator[Path]:
    """A workspace with the built-in agents on a file system that was mounted read-only since."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64m", "none", str(folder)]
    try:
        mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    except OSError:
        mounted = False
    if not mounted:
        pytest.skip("mounting a disk takes root")
    try:
        assert convexpert(folder, "agents", "list").returncode == 0
        subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def convexpert(disk: Path, *args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "assistant.cli", *args],
        cwd="/",
        env={**os.environ, "CONVEXPERT_WORKSPACE": str(disk / "w")},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@pytest.mark.parametrize(
    "command",
    [
        ("agents", "list"),
        ("agents", "show", "convex-expert"),
        ("agents", "checklist", "convex-expert"),
        ("rules", "no-filter-in-query"),
        ("doctor",),
    ],
)
def test_what_only_reads_works(read_only: Path, command: tuple[str, ...]) -> None:
    done = convexpert(read_only, *command)
    assert done.returncode == 0, done.stderr
    assert done.stdout


def test_what_writes_says_that_it_can_not(read_only: Path) -> None:
    done = convexpert(read_only, "agents", "label", "convex-expert", "production")
    assert done.returncode == 2
    assert "readonly" in done.stderr
    assert "Traceback" not in done.stderr
