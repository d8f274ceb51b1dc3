"""What `--agents` can name: the built-in documents, paths, versions, labels and git revisions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from agents.errors import ConvexpertError, RegistryError, UsageError
from evals.revision import AtRevision, find_revision, path_in

if TYPE_CHECKING:
    from agents.git import Repository
    from agents.registry import AgentVersion, Registry

BUILTIN = "builtin"
"""Stands for the documents that come with the package."""
FORMS = "a path, a REF such as convex-expert@2, a label, a git revision, REV:PATH, or builtin"


@dataclass(frozen=True, slots=True)
class Builtin:
    """The documents that come with the package."""

    is_single = False
    """Whether one document is meant, not all that are somewhere or bear a label."""


@dataclass(frozen=True, slots=True)
class AtPath:
    """A file, or a folder of files."""

    path: Path

    @property
    def is_single(self) -> bool:
        """Whether it is a file."""
        return self.path.is_file()


@dataclass(frozen=True, slots=True)
class Registered:
    """Versions of the user's registry."""

    versions: tuple[AgentVersion, ...]
    is_single: bool
    """Whether a REF names it; a label means all versions that bear it, though it be one."""


Source = Builtin | AtPath | AtRevision | Registered


@dataclass(frozen=True, slots=True)
class Usual:
    """What a suite names itself: a revision alone means these documents as they were then."""

    agents: tuple[str, ...] = (BUILTIN,)
    folder: Path = Path()
    """Where relative paths in `agents` start."""


class NamedAgents:
    """Finds what names mean; the user's registry is opened only for those that need it.

    A name that means several things is, in this order: `builtin`, a path, a REF, a label, a git
    revision. `./NAME`, `@LABEL` and `REV:PATH` are unmistakable.
    """

    def __init__(
        self,
        open_users_registry: Callable[[], AbstractContextManager[Registry]],
        *,
        base: Path,
        usual: Usual,
    ) -> None:
        self._open_registry = open_users_registry
        self._base = base
        self._usual = usual

    def find(self, name: str) -> list[Source]:
        """What `name` means. Raises UsageError where that is nothing."""
        if name == BUILTIN:
            return [Builtin()]
        path = self._base / name
        if name and _exists(path):
            return [AtPath(path)]
        refused: RegistryError | None = None
        if name:
            try:
                with self._open_registry() as registry:
                    return [_registered(registry, name)]
            except RegistryError as error:
                refused = error
        found = self._at_revision(name)
        if found:
            return found
        told = f": {refused.message}" if refused is not None else ""
        raise UsageError(
            f"{name!r} is neither a path, a known agent or label, nor a git revision{told}",
            hint=(refused.hint if refused is not None else None) or f"--agents takes {FORMS}",
        )

    def _at_revision(self, name: str) -> list[Source]:
        revision, colon, path = name.partition(":")
        found = find_revision(self._base, revision)
        if found is None:
            return []
        repository, commit = found
        if colon:
            return [AtRevision(repository, commit, self._path(repository, path), name)]
        return [
            AtRevision(repository, commit, one, name) for one in self._usual_paths(repository, name)
        ]

    def _path(self, repository: Repository, path: str) -> str:
        """As git reads it: from the repository's root, or with `./` from the current folder."""
        if path.startswith(("./", "../")) or path in (".", ".."):
            inside = path_in(repository, self._base / path)
            if inside is None:
                raise UsageError(f"{path} lies outside the repository", hint="REV:FOLDER")
            return inside
        return path.strip("/")

    def _usual_paths(self, repository: Repository, name: str) -> list[str]:
        found = []
        for agents in self._usual.agents or (BUILTIN,):
            folder = _builtin_folder() if agents == BUILTIN else self._usual.folder / agents
            inside = path_in(repository, folder)
            if inside is None:
                what = "the built-in agents" if agents == BUILTIN else agents
                raise UsageError(
                    f"the suite is about {what}, which this repository does not hold",
                    hint=f"name the folder: {name}:FOLDER",
                )
            found.append(inside)
        return found


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def _registered(registry: Registry, name: str) -> Registered:
    """The version that a REF means, or all that bear a label; their bytes are read here."""
    versions: Sequence[AgentVersion]
    is_single = True
    try:
        versions = [registry.resolve(name)]
    except RegistryError:
        is_single = False
        versions = registry.agents(label=name.removeprefix("@")) if name != "@" else []
        if not versions:
            raise
    for version in versions:
        _ = version.raw, version.document
    return Registered(tuple(versions), is_single)


def _builtin_folder() -> Path:
    from importlib.resources import files

    folder = files("agents") / "definitions"
    if not isinstance(folder, Path):
        raise ConvexpertError("the built-in agents are not files here")
    return folder
