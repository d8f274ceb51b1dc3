"""The built wheel holds everything that it needs at run time."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("agents", "kb", "assistant", "evals")


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel's contents."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("convexpert-*.whl")
    zipfile.ZipFile(wheel).extractall(folder / "site")
    return folder / "site"


def test_every_tracked_file_of_the_packages_is_in_it(unpacked: Path) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "--", *PACKAGES], cwd=ROOT, check=True, capture_output=True, text=True
    )
    missing = [name for name in listed.stdout.splitlines() if not (unpacked / name).exists()]
    assert missing == []


def test_it_runs_away_from_the_source(unpacked: Path, tmp_path: Path) -> None:
    def convexpert(*args: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "assistant.cli", *args],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(unpacked), "CONVEXPERT_WORKSPACE": "w"},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    assert "convex-expert" in convexpert("agents", "list")
    assert "no-filter-in-query" in convexpert("rules")
    assert "answers" in convexpert("eval", "list")
    where = [sys.executable, "-c", "import agents; print(agents.__file__)"]
    env = {**os.environ, "PYTHONPATH": str(unpacked)}
    found = subprocess.run(where, cwd=tmp_path, env=env, capture_output=True, text=True, check=True)
    assert str(unpacked) in found.stdout
