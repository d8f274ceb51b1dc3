"""Arrays in a file that tells whether its bytes are those that were written.

For copies of what the index holds: each is made by a build and named after it. A file is mapped
into memory, not read; its checksum is as quick as adding up its bytes, a tenth of what SHA-256
takes, and needs no other pass over the disk than searching does. It tells damage, not forgery:
whoever can write the folder can write another file.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BLOCK = 4096
"""Bytes that are added up to one number: a page of a disk."""
_ALIGNED = 64
"""Bytes to whose multiple each array is filled up, so that the next one can be used in place."""
_CHECKSUM = hashlib.sha256().digest_size


def write_copy(folder: Path, prefix: str, build: str, arrays: Sequence[NDArray[Any]]) -> None:
    """Write the copy of a build, of at least one array, and drop the others.

    Does nothing where the disk refuses it.
    """
    name = _name(prefix, build)
    scratch = folder / f".{name}.{os.getpid()}"
    try:
        _write(scratch, arrays)
        scratch.replace(folder / name)
        # Also what a killed process had not finished.
        for file in (*folder.glob(f"{prefix}*"), *folder.glob(f".{prefix}*")):
            if file.name != name:
                file.unlink(missing_ok=True)
    except OSError:
        with suppress(OSError):
            scratch.unlink()


def read_copy(folder: Path, prefix: str, build: str) -> tuple[NDArray[Any], ...] | None:
    """The arrays of the copy of a build, not to be written; None where it is missing or damaged."""
    try:
        return _read(folder / _name(prefix, build))
    except (OSError, ValueError):
        return None


def is_damaged(folder: Path, prefix: str, build: str) -> bool:
    """Whether the copy of a build is there and not whole."""
    return (folder / _name(prefix, build)).exists() and read_copy(folder, prefix, build) is None


def _name(prefix: str, build: str) -> str:
    return f"{prefix}{build}.npy"


def _write(file: Path, arrays: Sequence[NDArray[Any]]) -> None:
    import numpy

    with file.open("wb") as stream:
        for array in arrays:
            numpy.save(stream, numpy.ascontiguousarray(array), allow_pickle=False)
            stream.write(bytes(-stream.tell() % _ALIGNED))
    checksum = _checksum(_mapped(file))
    with file.open("ab") as stream:
        stream.write(checksum)


def _read(file: Path) -> tuple[NDArray[Any], ...]:
    """Raises OSError where the file can't be read, ValueError where it is not whole."""
    raw = _mapped(file)
    contents = raw[:-_CHECKSUM]
    if raw[-_CHECKSUM:].tobytes() != _checksum(contents):
        raise ValueError("the checksum is another one")
    arrays = []
    with file.open("rb") as stream:
        while stream.tell() < len(contents):
            arrays.append(_next_array(stream, contents))
    return tuple(arrays)


def _next_array(stream: BinaryIO, contents: NDArray[Any]) -> NDArray[Any]:
    """The array whose head the stream is at, which is left at the next one's."""
    import numpy
    from numpy.lib import format as npy

    npy.read_magic(stream)
    shape, _, dtype = npy.read_array_header_1_0(stream)
    start = stream.tell()
    end = start + dtype.itemsize * int(numpy.prod(shape, dtype=numpy.int64))
    stream.seek(end + -end % _ALIGNED)
    return contents[start:end].view(dtype).reshape(shape)


def _mapped(file: Path) -> NDArray[Any]:
    import numpy

    return numpy.asarray(numpy.memmap(file, dtype=numpy.uint8, mode="r"))


def _checksum(raw: NDArray[Any]) -> bytes:
    """SHA-256 over the sum of the 64-bit words of each block, and over what is left at the end.

    A sum misses other bytes once in 2^64 times, and blocks that changed places never.
    """
    import numpy

    whole = len(raw) - len(raw) % _BLOCK
    words = raw[:whole].view(numpy.dtype("<u8")).reshape(-1, _BLOCK // 8)
    found = hashlib.sha256(words.sum(axis=1, dtype=numpy.uint64).astype("<u8").tobytes())
    found.update(raw[whole:].tobytes())
    found.update(len(raw).to_bytes(8, "little"))
    return found.digest()
