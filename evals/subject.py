"""What a run evaluates: agent documents in a workspace of their own.

The user's registry is only read, for references; the user's index is neither used nor changed.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from agents.errors import ConvexpertError, RegistryError, UsageError
from agents.settings import Settings
from agents.workspace import Workspace

if TYPE_CHECKING:
    from agents.registry import AgentVersion, Registry
    from kb.knowledge_base import KnowledgeBase

FOLDER = "eval-index"
"""In the user's workspace: the index of the last documents under test, so that the next run embeds
only what changed. It can be deleted at any time."""

BUILTIN = "builtin"
"""Stands for the documents that come with the package."""


class Progress(Protocol):
    """How long work reports where it is."""

    def __call__(self, step: str, done: int, total: int) -> None:
        """`done` of `total` units of `step` are finished."""


@dataclass(frozen=True, slots=True)
class AgentUnderTest:
    """Which document, in which state."""

    handle: str
    origin: str
    """Its collection and path in the registry of the run."""
    digest: str
    """SHA-256 of the exact bytes."""
    reference: str | None = None
    """`HANDLE@N` in the user's registry, where it was taken from there."""


class Subject:
    """The documents under test, their registry and, when first asked for, their index."""

    def __init__(
        self,
        registry: Registry,
        workspace: Workspace,
        settings: Settings,
        closing: ExitStack,
        *,
        references: dict[str, str] | None = None,
        progress: Progress | None = None,
    ) -> None:
        self.registry = registry
        self.versions: tuple[AgentVersion, ...] = tuple(registry.agents())
        self._workspace = workspace
        self._settings = settings
        self._closing = closing
        self._references = references or {}
        self._progress = progress

    @property
    def agents(self) -> tuple[AgentUnderTest, ...]:
        """The documents, by handle."""
        return tuple(
            AgentUnderTest(v.handle, v.origin, v.digest, self._references.get(v.origin))
            for v in sorted(self.versions, key=lambda v: v.handle)
        )

    @cached_property
    def knowledge_base(self) -> KnowledgeBase:
        """The knowledge base over these documents and nothing else."""
        from kb.knowledge_base import KnowledgeBase

        opened = KnowledgeBase.open(
            self._workspace, self.registry, self._settings, progress=self._progress
        )
        return self._closing.enter_context(opened)

    @cached_property
    def embedding_model(self) -> str:
        """Name and digest of the embedding model that applies."""
        from kb.model import choose_model, prepared_model

        return prepared_model(choose_model(self._settings.embedding_model)).id


@contextmanager
def open_subject(
    agents: Sequence[str] = (),
    *,
    workspace: Workspace,
    settings: Settings,
    base: Path | None = None,
    progress: Progress | None = None,
) -> Iterator[Subject]:
    """The documents that `agents` name: `builtin` (also when empty), files or folders, or REFs.

    Paths are relative to `base` (the current folder without it); REFs are of the registry of
    `workspace`. Raises UsageError for a name that is none of these, or where no document is found.
    """
    named = list(agents) or [BUILTIN]
    own = replace(settings, registry_url=None, chroma_url=None)
    with ExitStack() as closing:
        place = _own_workspace(workspace, closing)
        registry = closing.enter_context(_registry(place, own, builtin=BUILTIN in named))
        references: dict[str, str] = {}
        for name in named:
            if name == BUILTIN:
                continue
            path = (base or Path.cwd()) / name
            if path.exists():
                _import(registry, path)
            else:
                references |= _copy(registry, name, workspace, settings)
        subject = Subject(registry, place, own, closing, references=references, progress=progress)
        if not subject.versions:
            raise UsageError(f"no agent document in {', '.join(named)}", hint="name .md files")
        yield subject


def _own_workspace(users: Workspace, closing: ExitStack) -> Workspace:
    """A workspace with an empty registry and, unless another run uses them, the last vectors."""
    from filelock import FileLock, Timeout

    users.create()
    lock = FileLock(users.root / f"{FOLDER}.lock")
    try:
        closing.enter_context(lock.acquire(timeout=0))
    except Timeout:
        folder = closing.enter_context(tempfile.TemporaryDirectory(prefix="convexpert-eval-"))
        return Workspace(Path(folder) / "workspace")
    kept = Workspace(users.root / FOLDER)
    for file in kept.root.glob(f"{kept.registry.name}*"):
        file.unlink()
    return kept


def _registry(workspace: Workspace, settings: Settings, *, builtin: bool) -> Registry:
    from agents.registry import open_registry

    return open_registry(workspace, settings, builtin=builtin)


def _import(registry: Registry, path: Path) -> None:
    """Import the documents at `path`; one that can't be taken ends the run, as it would skew it."""
    from agents.registry.importer import import_paths

    report = import_paths(registry, [path])
    for rejected in report.rejected:
        raise UsageError(
            f"can't evaluate this document: {rejected.reason}",
            hint=rejected.hint,
            path=rejected.file,
            line=rejected.line,
        )


def _copy(
    registry: Registry, reference: str, workspace: Workspace, settings: Settings
) -> dict[str, str]:
    """Copy one version of the user's registry, under its handle; its REF by its origin."""
    from agents.registry.submission import Submission

    try:
        with _registry(workspace, settings, builtin=True) as users:
            found = users.resolve(reference)
            raw, document = found.raw, found.document
    except RegistryError as error:
        raise UsageError(
            f"{reference!r} is neither a file or folder nor a known agent: {error.message}",
            hint=error.hint or "--agents takes a path, a REF such as convex-expert@2, or builtin",
        ) from error
    submission = Submission(found.collection, found.path, raw, document.name, document.description)
    (added,) = registry.add([submission])
    if added.handle != found.handle:
        try:
            registry.rename(added.handle, found.handle)
        except ConvexpertError as error:
            raise UsageError(
                f"two documents under test have the handle {found.handle!r}",
                hint="leave one of them out",
            ) from error
    return {found.origin: found.reference}
