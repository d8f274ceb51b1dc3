"""What the server reads and writes its messages with."""

from __future__ import annotations

import asyncio
import os
import threading
from contextlib import suppress

_PIECE = 64 * 1024
LONGEST_HEADER = 64 * 1024
"""Bytes of a line of a message's head."""


class Writer:
    """What the server writes to."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def write(self, data: bytes) -> None:
        """Write a whole message."""
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]

    def close(self) -> None:
        """Nothing is held back, and the descriptor is not ours to close."""


def reader(descriptor: int) -> asyncio.StreamReader:
    """What the server reads: a descriptor's bytes, handed to the running loop as they come."""
    loop = asyncio.get_running_loop()
    stream = asyncio.StreamReader(LONGEST_HEADER)

    def read() -> None:
        # Whatever is raised here: the loop has ended.
        with suppress(Exception):
            try:
                while piece := os.read(descriptor, _PIECE):
                    loop.call_soon_threadsafe(stream.feed_data, piece)
            finally:
                loop.call_soon_threadsafe(stream.feed_eof)

    # A daemon: a read that nobody answers can't be interrupted.
    threading.Thread(target=read, name="convexpert-lsp-stdin", daemon=True).start()
    return stream
