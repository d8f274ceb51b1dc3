"""Keeps the garbage collector from walking over a project's trees while they are made."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_YOUNG = 200_000
"""New objects after which the collector looks at those alone: a large file has half as many."""


@contextmanager
def rare_collection() -> Iterator[None]:
    """Let the collector look only at what is new, and only now and then.

    A check makes millions of nodes that live until it ends, which the collector would walk over
    again and again: a quarter of the time.
    """
    before = gc.get_threshold()
    if not gc.isenabled() or before[0] >= _YOUNG:
        yield
        return
    gc.set_threshold(_YOUNG, 1_000, 1_000)
    try:
        yield
    finally:
        gc.set_threshold(*before)
