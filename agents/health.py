"""What is wrong with a part of a workspace, and how it can be mended: the values of `doctor`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


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


def set_aside(file: Path) -> Callable[[], str]:
    """A mend: keep a file that can't be read under another name, where nothing looks for it."""

    def mend() -> str:
        kept = file.with_name(file.name + ".damaged")
        file.replace(kept)
        return f"set it aside as {kept.name}"

    return mend


def delete(file: Path) -> Callable[[], str]:
    """A mend: remove what a killed process left behind."""

    def mend() -> str:
        file.unlink(missing_ok=True)
        return f"deleted {file.name}"

    return mend
