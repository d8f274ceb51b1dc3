"""Whether the files of Chroma's graph can be opened: damaged ones end the process that does it.

A build notes the digest of the files that it leaves. Where they are others, since a build was
killed or a disk failed, a process of its own tries them first.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

_NOTE = "graph.sha256"
_LONGEST = 300.0
"""Seconds for trying the files; what takes longer is taken for damaged."""


def note_graph(folder: Path) -> None:
    """Note that the files in the store's folder are whole. Does nothing where the disk refuses."""
    with suppress(OSError):
        (folder / _NOTE).write_text(_digest(folder), encoding="ascii")


def is_as_noted(folder: Path) -> bool:
    """Whether the files in the store's folder are those that a build left."""
    try:
        return _digest(folder) == (folder / _NOTE).read_text(encoding="ascii")
    except (OSError, ValueError):
        return False


def is_read_only(folder: Path) -> bool:
    """Whether nobody may write the store: Chroma opens no such one, and nobody changes it."""
    return folder.is_dir() and not os.access(folder, os.W_OK)


def can_be_opened(folder: Path, collection: str) -> bool:
    """Whether the store can be opened and used without harm.

    To be asked only while nobody else builds: files that no build noted are written to.
    """
    if is_as_noted(folder) or not _graph_files(folder):
        return True
    # -P: a folder that happens to be the current one has no say in what is imported.
    command = [sys.executable, "-P", "-m", "kb.chroma_trial", str(folder), collection]
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=_LONGEST)
    except subprocess.TimeoutExpired:
        return False
    except OSError:
        return True  # no process can be started: then nothing speaks against the files
    return done.returncode == 0


def _graph_files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.glob("*/*") if file.is_file())


def _digest(folder: Path) -> str:
    found = hashlib.sha256()
    for file in _graph_files(folder):
        with file.open("rb") as stream:
            contents = hashlib.file_digest(stream, "sha256").hexdigest()
        found.update(f"{file.relative_to(folder)}\0{contents}\0".encode())
    return found.hexdigest()
