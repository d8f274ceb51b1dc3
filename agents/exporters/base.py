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


class Sharing(StrEnum):
    """Whether a file is the export's own, or a block in a file that others write to as well."""

    OWN = "own"
    MARKDOWN = "markdown"
    """A block between HTML comments."""
    YAML = "yaml"
    """A block between `#` comments."""


@dataclass(frozen=True, slots=True)
class ExportFile:
    """A file, or a block of a shared file, as it shall be, and which version it holds."""

    path: str
    """Below the output folder, with `/`."""
    content: bytes
    """Of a block: without its marks."""
    handle: str
    """Empty for a file that belongs to the export as a whole, as a plugin's manifest does."""
    version: int
    digest: str
    """Of the version's bytes; differs from the content's where `notes` say what was changed."""
    notes: tuple[str, ...] = ()
    """What is different from the version's bytes, or can't be said there; one sentence each."""
    original: bytes | None = None
    """The version's bytes, for a Markdown file that holds all of one version."""
    sharing: Sharing = Sharing.OWN
    opening: str = ""
    """The line that a new shared file begins with, and that an existing one has to have."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A version that the target has no place for."""

    handle: str
    version: int
    reason: str


@dataclass(frozen=True, slots=True)
class Exported:
    """All that a target makes of some versions."""

    files: tuple[ExportFile, ...]
    """By path, then handle."""
    skipped: tuple[Skipped, ...] = ()


class Target(Protocol):
    """A tool that agents can be exported to."""

    name: str
    summary: str
    """One line for `agents export --list`."""

    def folder(self, scope: Scope) -> str | None:
        """Where the tool looks: below the project's folder, or below the user's home.

        None where it has no such place.
        """

    def export(
        self, versions: Sequence[AgentVersion], on_collision: OnCollision, scope: Scope
    ) -> Exported:
        """The files for these versions of different agents.

        The same versions give the same files. Raises ExportError where names collide and
        `on_collision` asks for that.
        """


def exported(files: Sequence[ExportFile], skipped: Sequence[Skipped] = ()) -> Exported:
    """Files and skipped versions in the order that they are shown in."""
    return Exported(
        tuple(sorted(files, key=lambda file: (file.path, file.handle))),
        tuple(sorted(skipped, key=lambda one: one.handle)),
    )


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


def unique_slugs(handles: Sequence[str], *, underscores: bool = True) -> dict[str, str]:
    """For tools that allow only letters, digits and dashes: a name for each handle, all different.

    `underscores` are kept where the tool takes them.
    """
    pattern = r"[^a-z0-9_-]+" if underscores else r"[^a-z0-9-]+"
    slugs: dict[str, str] = {}
    taken: set[str] = set()
    # Handles that stay as they are have the first right to their name.
    for handle in sorted(
        handles, key=lambda handle: (re.search(pattern, handle) is not None, handle)
    ):
        base = re.sub(pattern, "-", handle).strip("-") or "agent"
        slug, number = base, 2
        while slug in taken:
            slug, number = f"{base}-{number}", number + 1
        taken.add(slug)
        slugs[handle] = slug
    return slugs


_SAFE_PART = re.compile(r"[A-Za-z0-9._-]{1,200}")


def check_relative(path: str) -> str:
    """`path`, if it stays below the folder that it is joined to. Raises ExportError otherwise."""
    parts = path.split("/")
    if not all(_SAFE_PART.fullmatch(part) and part.strip(".") for part in parts):
        raise ExportError(f"{path[:100]!r} is no path inside the output folder")
    return path
