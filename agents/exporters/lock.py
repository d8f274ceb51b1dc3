"""`convexpert.lock`: what was exported into a folder, so that hand edits are seen."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from agents.errors import ExportError
from agents.exporters.base import check_relative

LOCK_NAME = "convexpert.lock"
_FORMAT = 1
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class LockEntry:
    """One exported file."""

    file: str
    """Below the output folder, with `/`."""
    target: str
    handle: str
    version: int
    digest: str
    """SHA-256 of the version's bytes."""
    content: str
    """SHA-256 of the file as it was written."""


def render_lock(entries: Mapping[str, LockEntry]) -> bytes:
    """The lock file's bytes: sorted, so that it changes where an export changes."""
    files = [asdict(entries[path]) for path in sorted(entries)]
    text = json.dumps({"format": _FORMAT, "files": files}, indent=2, ensure_ascii=False)
    return (text + "\n").encode()


def read_lock(raw: bytes, path: str) -> dict[str, LockEntry]:
    """The entries of a lock file by their file. Raises ExportError where it can't be read.

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
    return {entry.file: entry for entry in entries}


def _entry(values: Any) -> LockEntry:
    entry = LockEntry(**values)
    check_relative(entry.file)
    texts = (entry.target, entry.handle)
    if not all(isinstance(text, str) for text in texts) or not isinstance(entry.version, int):
        raise ValueError(f"a wrong value in the entry of {entry.file}")
    if not all(_DIGEST.fullmatch(digest) for digest in (entry.digest, entry.content)):
        raise ValueError(f"a wrong digest in the entry of {entry.file}")
    return entry
