"""How the server and its worker, two processes of ours, talk: a length, then a pickled value."""

from __future__ import annotations

import pickle
import struct
from typing import Any

HEAD = struct.Struct("!Q")
"""The number of bytes that follow."""


def packed(value: Any) -> bytes:
    """A value as a frame."""
    body = pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)
    return HEAD.pack(len(body)) + body


def unpacked(body: bytes) -> Any:
    """The value of a frame that came from the other process."""
    return pickle.loads(body)
