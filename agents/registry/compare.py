"""What `agents diff` and `agents checklist` look at: versions of the registry, working files."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from agents.collect import ENDINGS, Collected, Refused, collect_documents
from agents.document import Document
from agents.errors import AgentNotFound, DocumentError, InvalidReference, UsageError
from agents.parse import parse_document
from agents.registry.store import Registry
from agents.registry.version import AgentVersion


@dataclass(frozen=True)
class Side:
    """A document to be looked at, or compared with another one."""

    name: str
    """The version's REF with its number, or the file as the user named it."""
    version: AgentVersion | None = None
    """None for a working file."""
    file: Document | None = None
    """None for a version."""

    @property
    def document(self) -> Document:
        """The version's document, parsed when first asked for, or the file's."""
        if self.file is not None:
            return self.file
        assert self.version is not None
        return self.version.document

    @property
    def digest(self) -> str:
        """SHA-256 of the exact bytes, in lower-case hexadecimal digits."""
        return self.document.digest if self.version is None else self.version.digest


def chosen_sides(registry: Registry, references: Sequence[str]) -> tuple[Side, Side]:
    """The two documents that one or two REFs or paths of files ask to be compared.

    Two are compared as they are given. One REF is compared with the version before it, one file
    with the latest version of the agent that was imported from it. What is no REF of a known agent
    and names a file is a path; `./NAME` always is.

    Raises UsageError where there is nothing to compare with, DocumentError for a file that can't
    be read, and what `Registry.resolve` raises.
    """
    if len(references) == 2:
        return side_of(registry, references[0]), side_of(registry, references[1])
    if len(references) != 1:
        raise UsageError(
            f"{len(references)} documents can't be compared", hint="give one REF or two"
        )
    after = side_of(registry, references[0])
    if after.version is None:
        return _version_side(_imported_from(registry, Path(references[0]))), after
    return _version_side(_before(registry, after.version)), after


def all_sides(registry: Registry) -> list[Side]:
    """The latest version of each visible agent, by handle."""
    return [_version_side(version) for version in registry.agents()]


def side_of(registry: Registry, reference: str) -> Side:
    """The version, or the file, that `reference` names; see `chosen_sides`."""
    if _is_path(reference):
        return _file_side(reference)
    try:
        return _version_side(registry.resolve(reference, removed=True))
    except (AgentNotFound, InvalidReference):
        if Path(reference).is_file() or reference.lower().endswith(ENDINGS):
            return _file_side(reference)
        raise


def _is_path(reference: str) -> bool:
    separators = tuple(filter(None, (os.sep, os.altsep)))
    return any(separator in reference.partition("@")[0] for separator in separators)


def _version_side(version: AgentVersion) -> Side:
    return Side(version.reference, version)


def _file_side(name: str) -> Side:
    (found,) = collect_documents([Path(name)]) if not Path(name).is_dir() else (None,)
    if isinstance(found, Collected):
        # With its folder, as a file is called that is imported: kinds and names come from it.
        called = f"{found.file.resolve().parent.name}/{found.path}".removeprefix("/")
        return Side(name, file=parse_document(found.read(), filename=called))
    if isinstance(found, Refused):
        raise DocumentError(found.reason, hint=found.hint, path=name)
    raise DocumentError("is a folder", hint="name one file of it", path=name)


def _before(registry: Registry, version: AgentVersion) -> AgentVersion:
    if version.number == 1:
        raise UsageError(
            f"{version.reference} is the first version, there is none before it",
            hint=f"name what to compare it with: `agents diff {version.reference} REF-or-FILE`",
        )
    return registry.resolve(f"{version.handle}@{version.number - 1}", removed=True)


def _imported_from(registry: Registry, file: Path) -> AgentVersion:
    """The latest version of the agent whose file this is."""
    where = file.resolve()
    for collection, root in registry.collections().items():
        if root is None or not where.is_relative_to(root):
            continue
        path = where.relative_to(root).as_posix()
        found = registry.latest_of(collection).get(path)
        if found is not None:
            return found
    raise UsageError(
        f"no agent was imported from {file}",
        hint=f"name the version to compare it with: `agents diff REF {file}`",
    )
