"""A git repository to import from."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest


class WorkTree:
    """A repository whose commits are made one minute after the other, from 2024-01-01 on."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._minute = 0
        root.mkdir()
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *args: str, given: bytes = b"") -> str:
        done = subprocess.run(
            ["git", *args], cwd=self.root, input=given, capture_output=True, check=True
        )
        return done.stdout.decode()

    def write(self, path: str, text: str) -> Path:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode())
        return file

    def commit(self, subject: str, *, author: str = "Ann", **files: str) -> None:
        """Commit everything, with files given as `name=text` for `name.md` written before."""
        for name, text in files.items():
            self.write(f"{name}.md", text)
        date = f"2024-01-01T{self._minute // 60:02}:{self._minute % 60:02}:00Z"
        self._minute += 1
        self.git("add", "--all")
        args = ("--quiet", "--allow-empty", f"--author={author} <{author.lower()}@example.com>")
        self.git("commit", *args, f"--date={date}", f"--message={subject}")


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> WorkTree:
    """An empty repository `tree`, with no settings but its own."""
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "Cy")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "cy@example.com")
    return WorkTree(tmp_path / "tree")
