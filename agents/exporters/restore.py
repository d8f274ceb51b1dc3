"""Finding out, at import, that a file is an export, and which bytes it was made from."""

from __future__ import annotations

from pathlib import Path

from agents.errors import ExportError
from agents.exporters.lock import LOCK_NAME, MAX_LOCK, LockEntry, read_lock


class Exports:
    """The lock files of the folders that are imported, each read once."""

    def __init__(self) -> None:
        self._entries: dict[Path, dict[str, LockEntry]] = {}

    def original_of(self, file: Path, root: Path, raw: bytes) -> tuple[bytes, LockEntry] | None:
        """The bytes that `file` was exported from, and its entry; None for any other file.

        Looks for a lock file beside the file and in the folders up to `root`. A file that was
        edited since it was exported is a file like any other.
        """
        folder = file.parent
        while True:
            entry = self._of(folder).get(file.relative_to(folder).as_posix())
            if entry is not None:
                original = entry.original(raw)
                return None if original is None else (original, entry)
            if folder == root or root not in folder.parents:
                return None
            folder = folder.parent

    def _of(self, folder: Path) -> dict[str, LockEntry]:
        if folder not in self._entries:
            self._entries[folder] = _read(folder / LOCK_NAME)
        return self._entries[folder]


def _read(lock: Path) -> dict[str, LockEntry]:
    """The entries of files that hold one version each; a lock file that can't be read says none."""
    try:
        if not lock.is_file() or lock.stat().st_size > MAX_LOCK:
            return {}
        entries = read_lock(lock.read_bytes(), str(lock))
    except (OSError, ExportError):
        return {}
    return {entry.file: entry for entry in entries.values() if entry.handle}
