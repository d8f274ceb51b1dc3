"""The check of one project on disk: loaded, compared with what was kept, the rest run.

A job and its result go from one process to another, so they hold no nodes and no open files.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from agents.finding import DocumentedBy, Finding
from assistant.code.dependencies import Dependencies
from assistant.code.garbage import no_collection
from assistant.code.kept_findings import (
    Kept,
    KeptFile,
    from_bytes,
    many_from_bytes,
    many_to_bytes,
    to_bytes,
)
from assistant.code.layout import (
    ListedFile,
    ProjectFacts,
    ProjectRoot,
    load_project,
    project_facts,
    project_files,
    read_bytes,
)
from assistant.code.options import CheckOptions, active_rules, small_tables_of
from assistant.code.program import states_below
from assistant.code.seen import Seen, is_settled, state_of
from assistant.code.seen import from_bytes as seen_from_bytes
from assistant.code.seen import to_bytes as seen_to_bytes

if TYPE_CHECKING:
    from assistant.code.modules import CodeFile
    from assistant.code.project import Project
    from assistant.code.store import Store


@dataclass(frozen=True, slots=True)
class ProjectJob:
    """What to check of one project, and for what."""

    found: ProjectRoot
    groups: tuple[tuple[CheckOptions, frozenset[str]], ...]
    """Files, by their paths in the project, with the options that count for them; each once."""
    named: frozenset[str]
    """The files that the user named by themselves."""
    here: Path
    """Files are shown relative to this folder."""
    listed: tuple[ListedFile, ...] | None = field(default=None, repr=False, compare=False)
    """The project's files, where they have been listed already."""

    @property
    def checked(self) -> frozenset[str]:
        """All files whose findings are asked for."""
        return frozenset[str]().union(*(files for _, files in self.groups))

    @property
    def row(self) -> str:
        """The name of what is kept for it."""
        return _digest("project", self.found.root, self.found.functions, self.here)


@dataclass(frozen=True, slots=True)
class ProjectResult:
    """What a job found. The documents' items are not in it, so that it can be kept."""

    findings: tuple[Finding, ...]
    files: frozenset[str]
    """The names of the files that were checked, as in findings."""
    sources: Mapping[str, bytes] = field(repr=False)
    """The exact bytes of the files with findings."""
    kept: tuple[tuple[str, bytes], ...] = field(default=(), repr=False)
    """New rows for the store, by name."""

    def __reduce__(self) -> tuple[object, ...]:
        """Findings go to another process as text, which is many times faster."""
        return _restored, (many_to_bytes(self.findings), self.files, self.sources, self.kept)


def _restored(
    findings: bytes,
    files: frozenset[str],
    sources: Mapping[str, bytes],
    kept: tuple[tuple[str, bytes], ...],
) -> ProjectResult:
    return ProjectResult(many_from_bytes(findings), files, sources, kept)


def display_from(here: Path, path: Path) -> str:
    """A file's name for the user: relative to the current folder where it lies in it."""
    text, folder = path.as_posix(), here.as_posix().removesuffix("/")
    return text.removeprefix(f"{folder}/")


def check_project_job(job: ProjectJob, store: Store | None, *, run: bool = True) -> ProjectResult:
    """Check what isn't known from an earlier check; without a store, all of it.

    Raises NotKept instead of running a rule where `run` is False.
    """
    with no_collection():
        now = 0 if store is None else store.now()
        listed = tuple(project_files(job.found)) if job.listed is None else job.listed
        facts = project_facts(job.found)
        row, state = _digest("seen", job.row), state_of(listed, facts, _asked(job))
        seen = None if store is None else _seen(store, row, state)
        if seen is not None:
            return _as_seen(job, seen)
        rows = {} if store is None else _rows(store, job)
        if not run and len(rows) < len(job.groups):
            raise NotKept  # before all files are read
        project = load_job(job, listed, facts)
        try:
            result = _check(job, project, store, rows, run=run)
        finally:
            project.let_go()
    if store is None or not is_settled(listed, now):
        return result
    value = seen_to_bytes(state, Seen(result.findings, result.files))
    return replace(result, kept=(*result.kept, (row, value)))


def _asked(job: ProjectJob) -> object:
    groups = [(options.digest, sorted(files)) for options, files in job.groups]
    return groups, sorted(job.named)


def _seen(store: Store, row: str, state: str) -> Seen | None:
    raw = store.get(row, engine_digest())
    seen = None if raw is None else seen_from_bytes(raw, state)
    if seen is not None:
        store.touch(row)
    return seen


def _as_seen(job: ProjectJob, seen: Seen) -> ProjectResult:
    flagged = sorted({finding.file for finding in seen.findings})
    sources = {name: read_bytes(job.here / name) for name in flagged}
    return ProjectResult(seen.findings, seen.files, sources)


def _rows(store: Store, job: ProjectJob) -> dict[str, bytes]:
    """What is kept of the job's files, by the options that count for them."""
    found = {
        options.digest: store.get(_row_of(job, options), engine_digest())
        for options, _ in job.groups
    }
    return {digest: raw for digest, raw in found.items() if raw is not None}


def _row_of(job: ProjectJob, options: CheckOptions) -> str:
    return _digest(job.row, options.digest)


def _check(
    job: ProjectJob, project: Project, store: Store | None, known: Mapping[str, bytes], *, run: bool
) -> ProjectResult:
    dependencies = Dependencies(project) if store is not None else None
    findings: list[Finding] = []
    rows: list[tuple[str, bytes]] = []
    for options, paths in job.groups:
        asked = [file for file in project.files if file.path in paths and file.relevant]
        row = _row_of(job, options)
        kept = _kept(known.get(options.digest), project)
        new = _new(asked, kept, dependencies)
        if new and not run:
            raise NotKept
        found = _run(project, new, options) if new else {}
        findings += (
            one
            for file in asked
            for one in (found[file] if file in found else kept[file.path].findings)
        )
        if dependencies is not None and new:
            fresh = {
                file.path: KeptFile(dependencies.of(file), tuple(own))
                for file, own in found.items()
            }
            rows.append((row, to_bytes({**kept, **fresh})))
        elif store is not None:
            store.touch(row)
    flagged = {finding.file for finding in findings}
    checked = [file for file in project.files if file.checked and file.relevant]
    return ProjectResult(
        tuple(findings),
        frozenset(file.origin.display for file in checked),
        {f.origin.display: f.raw for f in checked if f.origin.display in flagged},
        tuple(rows),
    )


def check_job(job: ProjectJob, *, path: Path | None) -> ProjectResult:
    """As `check_project_job`, with the store at a path: for another process, which has its own."""
    from assistant.code.store import Store

    with closing(Store(path)) if path is not None else nullcontext() as store:
        return check_project_job(job, store)


def prepare() -> None:
    """Load what every check of code needs."""
    from assistant.code import engine, syntax
    from assistant.code.catalogue import catalogue

    assert engine
    catalogue()
    syntax.Tree(b"", tsx=False)


@contextmanager
def analysis() -> Iterator[None]:
    """What belongs around the running of rules."""
    from assistant.code import syntax

    with no_collection():
        try:
            yield
        finally:
            syntax.forget_answers()


def with_items(
    findings: Iterable[Finding], documentation: Mapping[str, tuple[DocumentedBy, ...]]
) -> list[Finding]:
    """The findings with the documents' items that ask for their rules."""
    return [
        _with_items(finding, items) if (items := documentation.get(finding.rule)) else finding
        for finding in findings
    ]


def _with_items(finding: Finding, items: tuple[DocumentedBy, ...]) -> Finding:
    # As `replace`, which takes three times as long, for each of many thousand findings.
    return Finding(
        finding.rule,
        finding.severity,
        finding.file,
        finding.span,
        finding.message,
        finding.hint,
        finding.confidence,
        items,
        finding.edits,
    )


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings in the order in which they are always shown."""
    return tuple(sorted(findings, key=lambda finding: finding.sort_key))


class NotKept(Exception):
    """Rules have to run."""


def load_job(
    job: ProjectJob,
    listed: Iterable[ListedFile] | None = None,
    facts: ProjectFacts | None = None,
) -> Project:
    """The job's project, nothing of it parsed."""
    project = load_project(
        job.found,
        checked=(),
        display=lambda path: display_from(job.here, path),
        small_tables=small_tables_of(options for options, _ in job.groups),
        listed=listed,
        facts=facts,
    )
    checked = job.checked
    for file in project.files:
        file.checked = file.path in checked
        file.named = file.path in job.named
    return project


def _kept(raw: bytes | None, project: Project) -> Kept:
    if raw is None:
        return {}
    return from_bytes(raw, {file.path: file.origin.display for file in project.files})


def _new(asked: Iterable[CodeFile], kept: Kept, digests: Dependencies | None) -> list[CodeFile]:
    """The files of which nothing is kept that still holds."""
    if digests is None:
        return list(asked)
    return [
        file
        for file in asked
        if file.path not in kept or kept[file.path].depends_on != digests.of(file)
    ]


def _run(
    project: Project, files: list[CodeFile], options: CheckOptions
) -> dict[CodeFile, list[Finding]]:
    from assistant.code.engine import Engine

    engine = Engine(active_rules(options))
    found: dict[str, list[Finding]] = {}
    with analysis():
        for finding in engine.run(project, only=frozenset(files)):
            found.setdefault(finding.file, []).append(finding)
    return {file: found.get(file.origin.display, []) for file in files}


@cache
def engine_digest() -> str:
    """A digest of the program that finds: what it kept in another state counts for nothing."""
    folders = [Path(__file__).parent, *_parser_folders()]
    return _digest([states_below(folder, (".py", ".so", ".pyd")) for folder in folders])


def _parser_folders() -> Iterator[Path]:
    """Where the parser and its grammar lie; they aren't imported for that."""
    for name in ("tree_sitter", "tree_sitter_typescript"):
        spec = find_spec(name)
        if spec is not None and spec.origin is not None:
            yield Path(spec.origin).parent


def _digest(*parts: object) -> str:
    return hashlib.blake2b(repr(parts).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
