"""Shared by the tests of what goes wrong outside: small disks, and the command on one of them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest


@pytest.fixture
def mount(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """Mounts a disk in memory, of a size such as `12m`; where that is refused, skips the test."""
    folder = tmp_path / "disk"
    mounted = False

    def mount_one(size: str) -> Path:
        nonlocal mounted
        folder.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "none", str(folder)]
        try:
            mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
        except OSError:
            mounted = False
        if not mounted:
            pytest.skip("mounting a disk takes root")
        return folder

    yield mount_one
    if mounted:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.fixture
def convexpert(disk: Path, tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs the command on a workspace on the disk, which the file of tests says how to make."""

    def run(*args: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "assistant.cli", *args],
            cwd=tmp_path,
            env={**os.environ, "CONVEXPERT_WORKSPACE": str(disk / "w")},
            capture_output=True,
            encoding="utf-8",
            check=False,
            timeout=300,
        )

    return run
