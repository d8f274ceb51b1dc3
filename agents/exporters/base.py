"""What every target has in common: it maps agent versions to files, in memory."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from agents.errors import ExportError
from agents.registry.version import AgentVersion


class Scope(StrEnum):
    """Whose files a tool shall find the agents among."""

    PROJECT = "project"
    USER = "user"


class OnCollision(StrEnum):
    """What to do where two agents would be one to the tool."""

    RENAME = "rename"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class ExportFile:
    """A file as it shall be, and which version it holds."""

    path: str
    """Below the output folder, with `/`."""
    content: bytes
    handle: str
    version: int
    digest: str
    """Of the version's bytes; differs from the content's where `notes` say what was changed."""
    notes: tuple[str, ...] = ()
    """What is different from the version's bytes, one sentence each."""


class Target(Protocol):
    """A tool that agents can be exported to."""

    name: str
    summary: str
    """One line for `agents export --list`."""

    def folder(self, scope: Scope) -> str:
        """Where the tool looks: below the project's folder, or below the user's home."""

    def files(
        self, versions: Sequence[AgentVersion], on_collision: OnCollision
    ) -> list[ExportFile]:
        """The files for these versions of different agents, by path.

        The same versions give the same files. Raises ExportError where names collide and
        `on_collision` asks for that.
        """


# Windows takes these for devices, with any ending.
_DEVICES = {"con", "prn", "aux", "nul"} | {f"{d}{n}" for d in ("com", "lpt") for n in range(10)}
# Tools read these as instructions for everybody, whatever the case of their letters.
_INSTRUCTIONS = {"agents", "claude", "gemini", "readme"}


def file_name(handle: str, ending: str) -> str:
    """A file name for a handle that means the file and nothing else on every system.

    Handles are unique, lower-case and without separators, so different handles give different
    names, also where the file system doesn't tell case.
    """
    special = handle.split(".")[0] in _DEVICES or handle in _INSTRUCTIONS
    return f"{handle}{'_' if special else ''}{ending}"


_SAFE_PART = re.compile(r"[A-Za-z0-9._-]{1,200}")


def check_relative(path: str) -> str:
    """`path`, if it stays below the folder that it is joined to. Raises ExportError otherwise."""
    parts = path.split("/")
    if not all(_SAFE_PART.fullmatch(part) and part.strip(".") for part in parts):
        raise ExportError(f"{path[:100]!r} is no path inside the output folder")
    return path
