"""The full check of what is open in an editor: exact, over whole projects, at its own pace."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from agents.errors import CodeCheckError, ConvexpertError, DocumentError
from agents.finding import DocumentedBy, Finding
from agents.settings import Settings, load_settings
from agents.workspace import Workspace, find_workspace
from assistant.code.engine import Engine
from assistant.code.folder_options import FolderOptions
from assistant.code.layout import (
    IGNORED_FOLDERS,
    MARKDOWN_SUFFIXES,
    ProjectRoot,
    looks_like_server_code,
    project_around,
)
from assistant.code.modules import CODE_SUFFIXES
from assistant.code.options import CheckOptions, active_rules
from assistant.code.project_check import analysis, with_items
from assistant.code.store import STORE_NAME
from assistant.code.wanted import project_of_text, unreadable
from assistant.lsp.model import Models

if TYPE_CHECKING:
    from agents.registry import Registry

Value = TypeVar("Value")

NEEDS_OTHER_DOCUMENTS = ("duplicate-name", "descriptions-over-budget", "unknown-skill")
"""Lint rules about a whole set of documents; the editor shows one."""


@dataclass(frozen=True)
class Outcome:
    """What a full check has found."""

    findings: Mapping[Path, tuple[Finding, ...]]
    """By open file; those that are none of ours are missing."""
    options: Mapping[Path, CheckOptions]
    """What decides about each code file in a project, without what the documents say."""
    documentation: Mapping[str, tuple[DocumentedBy, ...]]
    """The documents' items that ask for a rule, by rule id."""
    problems: tuple[str, ...] = ()
    """What the user should know: settings or documents that can't be read."""


@dataclass
class Session:
    """Checks again and again, with what is known from before."""

    root: Path
    """Where the workspace and the settings are looked for."""
    chosen: Path | None = None
    """The workspace that the command line names."""
    _models: Models = field(default_factory=Models)
    _asked: tuple[Hashable, CheckOptions] | None = None

    def check(self, opened: Mapping[Path, bytes]) -> Outcome:
        """Check all open files, in their projects as the editor has these. Raises nothing."""
        return _Check(self, opened).outcome()

    def asked(self, settings: Settings, problems: list[str]) -> CheckOptions:
        """What the registered documents ask for; read again where the registry has changed."""
        workspace = find_workspace(self.root, chosen=self.chosen)
        state = (workspace.root, settings.registry_url, _state(workspace))
        if self._asked is None or self._asked[0] != state:
            options = _asked(workspace, settings, problems)
            # Reading may have made or changed the registry.
            state = (workspace.root, settings.registry_url, _state(workspace))
            self._asked = (state, options)
        return self._asked[1]

    @property
    def models(self) -> Models:
        """The projects that are kept in memory."""
        return self._models


def project_of(path: Path, raw: bytes) -> ProjectRoot | None:
    """The project whose part a code file is; None where it is checked by itself."""
    found = project_around(path)
    if found is None:
        return None
    inside = found.functions in path.parents
    return found if inside or not looks_like_server_code(raw) else None


def is_looked_at(path: Path, folder: Path) -> bool:
    """Whether a file in the folder of a workspace is code or a document, and nobody else's."""
    name = path.name.lower()
    inner = path.relative_to(folder).parts[:-1]
    if name.endswith(".d.ts") or not IGNORED_FOLDERS.isdisjoint(inner):
        return False
    return name.endswith((*CODE_SUFFIXES, *MARKDOWN_SUFFIXES))


class _Check:
    """One full check."""

    def __init__(self, session: Session, opened: Mapping[Path, bytes]) -> None:
        self._session = session
        self._opened = dict(sorted(opened.items()))
        self._problems: list[str] = []
        self._findings: dict[Path, list[Finding]] = {path: [] for path in self._opened}
        self._options: dict[Path, CheckOptions] = {}

    def outcome(self) -> Outcome:
        settings = self._or(lambda: load_settings(self._session.root), Settings())
        base = self._session.asked(settings, self._problems)
        default = FolderOptions(base, Settings())
        chosen = self._or(lambda: FolderOptions(base, settings), default)
        in_project: dict[ProjectRoot, list[Path]] = defaultdict(list)
        with analysis():
            for path, raw in self._opened.items():
                options = self._or(partial(chosen, path), default.default)
                found = project_of(path, raw) if path.name.endswith(CODE_SUFFIXES) else None
                if found is not None:
                    in_project[found].append(path)
                    self._options[path] = options.deciding
                else:
                    self._check_alone(path, raw, options)
            for found, paths in in_project.items():
                self._check_project(found, paths)
        self._session.models.keep_only(set(in_project))
        return Outcome(
            {
                path: tuple(sorted(with_items(found, base.documentation), key=_order))
                for path, found in self._findings.items()
            },
            self._options,
            base.documentation,
            tuple(dict.fromkeys(self._problems)),
        )

    def _check_project(self, found: ProjectRoot, paths: list[Path]) -> None:
        options = [self._options[path] for path in paths]
        try:
            project = self._session.models.project(found, self._opened, options)
        except CodeCheckError as error:
            self._problems.append(str(error))
            return
        by_name = {file.origin.display: file for file in project.files}
        groups: dict[str, list[Path]] = defaultdict(list)
        for path in paths:
            groups[self._options[path].digest].append(path)
        for group in groups.values():
            engine = Engine(active_rules(self._options[group[0]]))
            files = {by_name[str(path)] for path in group}
            self._take(engine.run(project, only=files))

    def _check_alone(self, path: Path, raw: bytes, options: CheckOptions) -> None:
        try:
            project = project_of_text(raw, str(path), options.small_tables)
        except DocumentError as error:
            self._take([unreadable(error, str(path))])
            return
        self._take(Engine(active_rules(options)).run(project))
        if not path.name.endswith(CODE_SUFFIXES):
            self._take(self._or(lambda: list(_lint(path, raw, options)), []))

    def _take(self, findings: Iterable[Finding]) -> None:
        for finding in findings:
            self._findings[Path(finding.file)].append(finding)

    def _or(self, work: Callable[[], Value], otherwise: Value) -> Value:
        """What `work` gives; where the user's files forbid that, `otherwise` and a word on it."""
        try:
            return work()
        except ConvexpertError as error:
            self._problems.append(str(error))
            return otherwise


def _order(finding: Finding) -> tuple[str, int, int, str, str]:
    return finding.sort_key


def _state(workspace: Workspace) -> Hashable:
    states: list[tuple[int, int] | None] = []
    for name in (workspace.registry, workspace.registry.with_name("registry.sqlite-wal")):
        try:
            status = name.stat()
        except OSError:
            states.append(None)
        else:
            states.append((status.st_mtime_ns, status.st_size))
    return tuple(states)


def _asked(workspace: Workspace, settings: Settings, problems: list[str]) -> CheckOptions:
    from assistant.code.kept_documentation import asked_by_documents
    from assistant.code.store import Store

    own = workspace.registry if settings.registry_url is None else None
    try:
        with (
            closing(Store(workspace.root / STORE_NAME)) as store,
            _opener(workspace, settings) as opened,
        ):
            asked = asked_by_documents([], opened, file=own, store=store)
    except ConvexpertError as error:
        problems.append(f"the documents can't be read: {error}")
        return CheckOptions()
    problems += asked.unreadable
    return asked.options


@contextmanager
def _opener(workspace: Workspace, settings: Settings) -> Iterator[Callable[[], Registry]]:
    """Opens the registry if it is asked for, and closes it in the end."""
    from contextlib import ExitStack

    with ExitStack() as stack:

        def opened() -> Registry:
            from agents.registry import open_registry

            return stack.enter_context(open_registry(workspace, settings))

        yield opened


def _lint(path: Path, raw: bytes, options: CheckOptions) -> Iterator[Finding]:
    """What is wrong with a document that is an agent's, a skill's or a rule's."""
    from agents.document import DocumentKind
    from agents.lint.linting import LintOptions, Target, lint
    from agents.lint.subject import Subject
    from agents.parse import parse_document

    document = parse_document(raw, filename=path.as_posix())
    if Subject(document, str(path), path=path, where=path.as_posix()).kind is DocumentKind.OTHER:
        return
    settings = load_settings(path.parent).lint
    beside = {other.stem for other in path.parent.glob("*.md")} if path.parent.is_dir() else set()
    chosen = LintOptions(
        select=settings.select,
        ignore=(*settings.ignore, *NEEDS_OTHER_DOCUMENTS),
        severity=settings.severity,
        agents=frozenset({*beside, *options.handles.values()}),
    )
    yield from lint([Target(raw, str(path), path=path)], chosen).findings
