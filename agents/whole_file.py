"""Files that are there as a whole or not at all, whatever happens while they are written."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

UNFINISHED = ".new-"
"""How the names of files begin that are still being written, or were when their writer died."""


def write_whole(path: Path, content: bytes, *, mode: int | None = None) -> None:
    """Put a file in its place at once: who reads it sees all of what it was, or all of what it is.

    Its bytes are on disk before it takes its place. A link at `path` is replaced, not followed.
    `mode`: exact permissions; without it those that any new file gets. Raises OSError, and leaves
    nothing then.
    """
    beside = path.with_name(f"{UNFINISHED}{os.urandom(8).hex()}")
    # O_EXCL: a link that somebody put there meanwhile is not followed.
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    descriptor = os.open(beside, flags, 0o666 if mode is None else mode)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        if mode is not None:
            os.chmod(beside, mode)  # exact, whatever the process masks
        os.replace(beside, path)
    except BaseException:
        with suppress(OSError):
            beside.unlink()
        raise
