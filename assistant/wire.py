"""Standard input and output for a protocol alone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wire:
    """Private descriptors of the client's ends."""

    reading: int
    writing: int


@contextmanager
def wire() -> Iterator[Wire]:
    """Keep standard input and output for the protocol while others find nothing and write to 2.

    Libraries print, and their native parts write to the descriptor itself: all that goes to
    standard error.
    """
    kept = Wire(os.dup(0), os.dup(1))
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    try:
        yield kept
    finally:
        os.dup2(kept.reading, 0)
        os.dup2(kept.writing, 1)
