"""`convexpert.lock`: what was exported into a folder, so that hand edits are seen."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from agents.document import digest_of
from agents.errors import ExportError
from agents.exporters.base import check_relative

LOCK_NAME = "convexpert.lock"
MAX_LOCK = 64 * 1024 * 1024
"""Bytes; more is no lock file that an export wrote."""
_FORMAT = 1
_DIGEST = re.compile(r"[0-9a-f]{64}")

Place = tuple[str, str]
"""A file and the handle whose text it holds: a shared file has a block for each of several."""


@dataclass(frozen=True, slots=True)
class Restoring:
    """How the version's bytes come out of the exported ones: by another middle."""

    prefix: int
    """Bytes at the beginning that are the same."""
    suffix: int
    """Bytes at the end that are the same."""
    middle: str
    """What the version has between them."""


@dataclass(frozen=True, slots=True)
class LockEntry:
    """One exported file, or one block of a shared file."""

    file: str
    """Below the output folder, with `/`."""
    target: str
    handle: str
    version: int
    digest: str
    """SHA-256 of the version's bytes."""
    content: str
    """SHA-256 of the file, or of the block with its marks, as it was written."""
    restore: Restoring | None = None
    """For a Markdown file that holds one version with changes."""

    @property
    def place(self) -> Place:
        """The key of this entry."""
        return (self.file, self.handle)

    def original(self, exported: bytes) -> bytes | None:
        """The version's bytes, where `exported` is the file as it was written; None otherwise."""
        if digest_of(exported) != self.content:
            return None
        if self.restore is None:
            return exported if self.digest == self.content else None
        kept = len(exported) - self.restore.suffix
        middle = self.restore.middle.encode("utf-8", "replace")
        raw = exported[: self.restore.prefix] + middle + exported[max(kept, 0) :]
        return raw if digest_of(raw) == self.digest else None


def restoring(original: bytes, exported: bytes) -> Restoring | None:
    """What leads from the exported bytes back to the original ones; None where they are the same.

    Cuts at line breaks, so that the middle is text.
    """
    if original == exported:
        return None
    shortest = min(len(original), len(exported))
    prefix = next((n for n in range(shortest) if original[n] != exported[n]), shortest)
    prefix = original.rfind(b"\n", 0, prefix) + 1
    most = shortest - prefix
    suffix = next((n for n in range(most) if original[-n - 1] != exported[-n - 1]), most)
    cut = original.find(b"\n", len(original) - suffix)
    suffix = len(original) - cut - 1 if cut >= 0 else 0
    return Restoring(prefix, suffix, original[prefix : len(original) - suffix].decode())


def render_lock(entries: Mapping[Place, LockEntry]) -> bytes:
    """The lock file's bytes: sorted, so that it changes where an export changes."""
    files = [_as_json(entries[place]) for place in sorted(entries)]
    text = json.dumps({"format": _FORMAT, "files": files}, indent=2, ensure_ascii=False)
    return (text + "\n").encode()


def _as_json(entry: LockEntry) -> dict[str, Any]:
    values = asdict(entry)
    if entry.restore is None:
        del values["restore"]
    return values


def read_lock(raw: bytes, path: str) -> dict[Place, LockEntry]:
    """The entries of a lock file by their place. Raises ExportError where it can't be read.

    The file may have been changed by anybody: its paths are checked like all others.
    """
    try:
        table = json.loads(raw)
        if table["format"] != _FORMAT:
            raise ValueError(f"format {table['format']!r}, known is {_FORMAT}")
        entries = [_entry(values) for values in table["files"]]
    except (ValueError, KeyError, TypeError, RecursionError, ExportError) as error:
        raise ExportError(
            f"can't read the lock file: {error}", hint="delete it and export again", path=path
        ) from error
    return {entry.place: entry for entry in entries}


def _entry(values: Any) -> LockEntry:
    restore = values.get("restore") if isinstance(values, dict) else None
    if restore is not None:
        restore = Restoring(**restore)
        sizes = (restore.prefix, restore.suffix)
        if not all(isinstance(size, int) and size >= 0 for size in sizes):
            raise ValueError("a wrong size")
        if not isinstance(restore.middle, str):
            raise ValueError("a wrong middle")
    entry = LockEntry(**{**values, "restore": restore})
    check_relative(entry.file)
    texts = (entry.target, entry.handle)
    if not all(isinstance(text, str) for text in texts) or not isinstance(entry.version, int):
        raise ValueError(f"a wrong value in the entry of {entry.file}")
    if not all(_DIGEST.fullmatch(digest) for digest in (entry.digest, entry.content)):
        raise ValueError(f"a wrong digest in the entry of {entry.file}")
    return entry
