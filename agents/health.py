"""What is wrong with a part of a workspace, and how it can be mended: the values of `doctor`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Symptom:
    """Something that is not as it should be."""

    part: str
    """What it is about: registry, index, vectors, runs, sessions, settings."""
    message: str
    """One line."""
    hint: str
    """What to do, where nothing can be mended by itself."""
    mend: Callable[[], str] | None = None
    """Mends it, and returns what it did in one line. None where only a person can."""
