"""What a run evaluates: agent documents in a workspace of their own.

The user's registry is only read, for references; the user's index is neither used nor changed.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from agents.builtin import builtin_documents
from agents.errors import ConvexpertError, UsageError
from agents.settings import Settings
from agents.workspace import Workspace
from evals.named_agents import BUILTIN, AtPath, Builtin, NamedAgents, Registered, Source, Usual
from evals.revision import AtRevision, write_documents

if TYPE_CHECKING:
    from agents.registry import AgentVersion, Registry
    from assistant.model.conversation import ChatModel
    from evals.type_check import TypeChecker
    from kb.knowledge_base import KnowledgeBase

FOLDER = "eval-index"
"""In the user's workspace: the index of the last documents under test, so that the next run embeds
only what changed. It can be deleted at any time."""

MOST_CODE_TOKENS = 4_000
"""Of a reply that is code."""

COLLECTION = "documents"
"""Of all documents under test."""


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
    """`HANDLE@N` in the user's registry, or `COMMIT:PATH`, where it was taken from there."""


class Subject:
    """The documents under test, their registry and, when first asked for, their index."""

    def __init__(
        self,
        registry: Registry,
        workspace: Workspace,
        settings: Settings,
        closing: ExitStack,
        *,
        model: str | None = None,
        judge: str | None = None,
        references: dict[str, str] | None = None,
        is_chosen: bool = False,
        progress: Progress | None = None,
    ) -> None:
        self.registry = registry
        self.is_chosen = is_chosen
        """Whether documents were named one by one, so that others are not asked about."""
        self.model = model
        """`provider:name` of the chat model that cases may ask; None where they get none."""
        self.judge_model = judge
        """`provider:name` of the chat model that judges; None where nobody does."""
        self.versions: tuple[AgentVersion, ...] = tuple(registry.agents())
        self.workspace = workspace
        self.settings = settings
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
        """The knowledge base over these documents and nothing else.

        It keeps every vector, of questions too: the next run asks the same.
        """
        from kb.knowledge_base import KnowledgeBase
        from kb.remembered import RememberingEmbedder

        opened = KnowledgeBase.open(
            self.workspace,
            self.registry,
            self.settings,
            progress=self._progress,
            # The file of single texts' vectors keeps those of all texts and questions here.
            embedder_of=lambda model: RememberingEmbedder(model, self.workspace.embedded),
        )
        return self._closing.enter_context(opened)

    @cached_property
    def chat_model(self) -> ChatModel | None:
        """The model that cases may ask, opened; None where the run has none.

        Raises UsageError for a name that is none, ModelError where its package or key is missing.
        """
        return self._opened(self.model)

    @cached_property
    def coding_model(self) -> ChatModel | None:
        """The same model with room for whole files. Raises as `chat_model` does."""
        return self._opened(self.model, most_tokens=MOST_CODE_TOKENS)

    @cached_property
    def judge(self) -> ChatModel | None:
        """The model that judges, opened; None where nobody does. Raises as `chat_model` does."""
        return self._opened(self.judge_model)

    def _opened(self, name: str | None, most_tokens: int | None = None) -> ChatModel | None:
        if name is None:
            return None
        from assistant.model.name import parse_model_name
        from assistant.model.opening import MOST_TOKENS, open_model

        return open_model(
            parse_model_name(name), self.settings, most_tokens=most_tokens or MOST_TOKENS
        )

    @cached_property
    def type_checker(self) -> TypeChecker | str:
        """What checks the types of generated code, or why none is checked. Raises UsageError."""
        from evals.type_check import type_checker

        return type_checker(self.settings.node_modules)

    @cached_property
    def embedding_model(self) -> str:
        """Name and digest of the embedding model that applies."""
        from kb.model import choose_model, prepared_model

        return prepared_model(choose_model(self.settings.embedding_model)).id


@contextmanager
def open_subject(
    agents: Sequence[str] = (),
    *,
    workspace: Workspace,
    settings: Settings,
    base: Path | None = None,
    usual: Usual | None = None,
    model: str | None = None,
    judge: str | None = None,
    progress: Progress | None = None,
) -> Iterator[Subject]:
    """The documents that `agents` name, `builtin` where none are; see `evals.named_agents`.

    Paths are relative to `base` (the current folder without it); REFs and labels are of the
    registry of `workspace`; a git revision alone means what is `usual`, as it was then. Raises
    UsageError for a name that is nothing of the kind, or where no document is found.
    """
    own = replace(settings, registry_url=None, chroma_url=None)
    names = NamedAgents(
        lambda: _registry(workspace, settings, builtin=True),
        base=base or Path.cwd(),
        usual=usual or Usual(),
    )
    with ExitStack() as closing:
        place = _own_workspace(workspace, closing)
        registry = closing.enter_context(_registry(place, own, builtin=False))
        filling = _Filling(registry)
        for name in list(agents) or [BUILTIN]:
            for source in names.find(name):
                filling.take(source)
        subject = Subject(
            registry,
            place,
            own,
            closing,
            model=model,
            judge=judge,
            references=filling.references,
            is_chosen=filling.only_single,
            progress=progress,
        )
        if not subject.versions:
            raise UsageError(f"no agent document in {', '.join(agents)}", hint="name .md files")
        yield subject


@contextmanager
def reopen_subject(
    place: Workspace,
    settings: Settings,
    *,
    model: str | None = None,
    judge: str | None = None,
) -> Iterator[Subject]:
    """The documents that `open_subject` put into `place`, for another process of the same run."""
    with ExitStack() as closing:
        registry = closing.enter_context(_registry(place, settings, builtin=False))
        yield Subject(registry, place, settings, closing, model=model, judge=judge)


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


class _Filling:
    """Puts documents into a run's registry.

    Wherever they come from, they get the same collection there, so that the same bytes give the
    same run; a further one only where a path is taken.
    """

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._taken: set[tuple[str, str]] = set()
        self.references: dict[str, str] = {}
        """Where each document comes from, by its origin here; none for built-in ones and paths."""
        self.only_single = True
        """Whether each source so far was one document."""

    def take(self, source: Source) -> None:
        self.only_single = self.only_single and source.is_single
        match source:
            case Builtin():
                self._submit([(d.path, d.raw) for d in builtin_documents()])
            case AtPath():
                self._import(source.path)
            case AtRevision():
                with tempfile.TemporaryDirectory(prefix="convexpert-eval-") as scratch:
                    folder = write_documents(source, Path(scratch).resolve())
                    for origin in self._import(folder, scratch=folder, named=source):
                        self.references[origin] = f"{source.commit[:12]}:{source.path}"
            case Registered():
                for version in source.versions:
                    self._copy(version)

    def _import(
        self, path: Path, *, scratch: Path | None = None, named: AtRevision | None = None
    ) -> list[str]:
        """Import what is at `path`; a document that can't be taken ends the run: it would skew it.

        Returns the origins.
        """
        from agents.registry.importer import import_paths

        collection = next(
            name for name in _collections() if not any(taken == name for taken, _ in self._taken)
        )
        report = import_paths(self._registry, [path], collection=collection)
        for rejected in report.rejected:
            file = rejected.file
            if scratch is not None:
                file = f"{named}{file.removeprefix(str(scratch))}"
            raise UsageError(
                f"can't evaluate this document: {rejected.reason}",
                hint=rejected.hint,
                path=file,
                line=rejected.line,
            )
        origins = [file.origin for file in report.files if file.origin is not None]
        self._taken |= {(collection, origin.partition("/")[2]) for origin in origins}
        return origins

    def _submit(self, documents: Sequence[tuple[str, bytes]]) -> list[str]:
        """Add documents by their paths; the handles that they got."""
        from agents.parse import parse_document
        from agents.registry.submission import Submission

        submissions = []
        for path, raw in documents:
            collection = next(c for c in _collections() if (c, path) not in self._taken)
            self._taken.add((collection, path))
            parsed = parse_document(raw, filename=f"{collection}/{path}")
            submissions.append(Submission(collection, path, raw, parsed.name, parsed.description))
        return [added.handle for added in self._registry.add(submissions)]

    def _copy(self, version: AgentVersion) -> None:
        """Copy one version of the user's registry, under its handle."""
        (handle,) = self._submit([(version.path, version.raw)])
        if handle != version.handle:
            try:
                self._registry.rename(handle, version.handle)
            except ConvexpertError as error:
                raise UsageError(
                    f"two documents under test have the handle {version.handle!r}",
                    hint="leave one of them out",
                ) from error
        self.references[self._registry.resolve(version.handle).origin] = version.reference


def _collections() -> Iterator[str]:
    yield COLLECTION
    for number in count(2):
        yield f"{COLLECTION}-{number}"
