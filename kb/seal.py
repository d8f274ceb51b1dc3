"""Checksums of what stands in a row of a database, which notices by itself only damaged pages."""

from __future__ import annotations

import zlib

_SIZE = 4


class SealBroken(ValueError):
    """Values are not those that were written."""


def seal(*values: object) -> int:
    """A checksum of plain values."""
    return zlib.crc32(repr(values).encode("utf-8", "surrogatepass"))


def check_seal(found: object, *values: object) -> None:
    """Raise SealBroken where `found` is not the checksum of these values."""
    if found != seal(*values):
        raise SealBroken("a row is not as it was written")


def sealed(raw: bytes) -> bytes:
    """The bytes with their checksum."""
    return raw + _checksum(raw)


def unsealed(found: object) -> bytes:
    """The bytes that `sealed` was given. Raises SealBroken where they are others."""
    if isinstance(found, bytes) and len(found) >= _SIZE:
        raw = found[:-_SIZE]
        if found[-_SIZE:] == _checksum(raw):
            return raw
    raise SealBroken("bytes are not as they were written")


def _checksum(raw: bytes) -> bytes:
    return zlib.crc32(raw).to_bytes(_SIZE, "little")
