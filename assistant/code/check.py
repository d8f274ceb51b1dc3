"""The code check's front door: paths or a source in, a report out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from agents.document import digest_of
from agents.finding import Finding, Severity
from agents.processes import run_jobs
from agents.reporters.report import FindingsReport
from assistant.code.layout import load_project, project_around, project_files
from assistant.code.modules import CODE_SUFFIXES
from assistant.code.options import CheckOptions, active_rules, require_known_ids
from assistant.code.project_check import (
    NotKept,
    ProjectJob,
    ProjectResult,
    analysis,
    check_job,
    check_project_job,
    display_from,
    engine_digest,
    in_order,
    prepare,
    with_items,
)
from assistant.code.wanted import Wanted, project_of_text

if TYPE_CHECKING:
    from assistant.code.project import Project
    from assistant.code.store import Store

__all__ = [
    "CheckOptions",
    "CheckReport",
    "OptionsFor",
    "active_rules",
    "check_paths",
    "check_project",
    "check_source",
    "check_standard_input",
]

_NOTHING = (
    "nothing to check in {} of code: none lies in a functions folder (convex/, or what "
    "convex.json names), and none outside mentions the backend's `api.`"
)
MANY_FILES = 64
"""From so many files to check on, several processes are worth their start."""

CheckReport = FindingsReport
"""What comes out: findings in their order, how many files were checked, and the open items."""


OptionsFor = Callable[[Path], CheckOptions]
"""The options that count for a file, by its absolute path."""


def check_paths(
    paths: Sequence[Path],
    options: CheckOptions | None = None,
    *,
    options_for: OptionsFor | None = None,
    store: Store | None = None,
    processes: int = 1,
    may_read: Callable[[Path], bool] | None = None,
) -> CheckReport:
    """Check files and folders; a file given twice counts once.

    `options_for` may differ from `options` in rules and severities, by file. What `store` holds of
    an earlier check is not worked out again. With several `processes` large checks are shared out.
    `may_read` limits which other packages of a project's workspace are read for its clients.

    Raises CodeCheckError for a path that is missing, can't be read or holds nothing to check, and
    for rule ids that don't exist.
    """
    options = options or CheckOptions()
    require_known_ids(options)
    here = Path.cwd()
    wanted = Wanted(display=partial(display_from, here), may_read=may_read)
    for path in paths:
        wanted.add(path)
    jobs = wanted.jobs(options_for or (lambda _path: options), here)
    report = _gathered(_results(jobs, store, processes), options)
    if wanted.alone:
        loose = _report(wanted.loose_projects(options.small_tables), options)
        report = _both(report, loose)
    unreadable = [f for f in wanted.unreadable if f.severity.reaches(options.minimum)]
    findings = in_order([*report.findings, *unreadable])
    files = report.files + len(wanted.unreadable)
    note = (
        None if files else _NOTHING.format(f"{wanted.size} file{'' if wanted.size == 1 else 's'}")
    )
    return replace(report, findings=findings, files=files, note=note)


def _results(
    jobs: Sequence[ProjectJob], store: Store | None, processes: int
) -> Iterator[ProjectResult]:
    """What each job finds: known, worked out here, or in other processes."""
    known: dict[int, ProjectResult] = {}
    if store is not None:
        for place, job in enumerate(jobs):
            with suppress(NotKept):
                known[place] = check_project_job(job, store, run=False)
        store.close()  # before workers are forked off
    new = {place: job for place, job in enumerate(jobs) if place not in known}
    sizes = [len(job.checked) for job in new.values()]
    crew = processes if sum(sizes) >= MANY_FILES else 1
    if crew > 1:
        # Loaded once, for all workers that are forked off.
        prepare()
    work = partial(check_job, path=None if store is None else store.path)
    results = run_jobs(work, list(new.values()), sizes, crew)
    known.update(zip(new, results, strict=True))
    for _, result in sorted(known.items()):
        for name, value in result.kept:
            assert store is not None
            store.put(name, engine_digest(), value)
        yield result


def _gathered(results: Iterable[ProjectResult], options: CheckOptions) -> CheckReport:
    findings: list[Finding] = []
    sources: dict[str, bytes] = {}
    names: set[str] = set()
    shown = [severity for severity in Severity if severity.reaches(options.minimum)]
    for result in results:
        found = [f for f in result.findings if f.severity in shown]
        flagged = {finding.file for finding in found}
        findings += with_items(found, options.documentation)
        sources.update((n, raw) for n, raw in result.sources.items() if n in flagged)
        names |= result.files
    return CheckReport(
        in_order(findings), len(names), options.review, sources, checked=frozenset(names)
    )


def _both(one: CheckReport, other: CheckReport) -> CheckReport:
    return replace(
        one,
        findings=in_order([*one.findings, *other.findings]),
        files=one.files + other.files,
        sources={**one.sources, **other.sources},
        checked=one.checked | other.checked,
    )


def check_source(
    source: bytes, *, filename: str, options: CheckOptions | None = None
) -> CheckReport:
    """Check one source by itself, as pasted code: `filename` says where it would lie.

    A Markdown filename means a document, whose examples are checked. Raises DocumentError for a
    document that can't be read and CodeCheckError for rule ids that don't exist.
    """
    options = options or CheckOptions()
    project = project_of_text(source, filename, options.small_tables)
    return _report([project], options)


def check_standard_input(
    source: bytes,
    *,
    filename: str,
    options: CheckOptions | None = None,
    may_read: Callable[[Path], bool] | None = None,
) -> CheckReport:
    """Check one source in place of the file of that name, with the project around it if any.

    Where no project holds such a file it is checked by itself, as `check_source` does. `may_read`
    as `check_paths` takes it.
    """
    options = options or CheckOptions()
    path = Path(filename).absolute()
    project = project_around(path) if path.is_file() and path.suffix in CODE_SUFFIXES else None
    if project is None:
        return check_source(source, filename=filename, options=options)
    loaded = load_project(
        project,
        checked={path},
        named={path},
        display=partial(display_from, Path.cwd()),
        small_tables=options.small_tables,
        unsaved={path: source},
        listed=project_files(project, may_read),
    )
    return _report([loaded], options)


def check_project(project: Project, options: CheckOptions | None = None) -> CheckReport:
    """Check a project that was put together by the caller."""
    options = options or CheckOptions()
    return _report([project], options)


def _report(projects: Iterable[Project], options: CheckOptions) -> CheckReport:
    """What is found in projects that are held in memory."""
    from assistant.code.engine import Engine

    engine = Engine(active_rules(options))
    findings: list[Finding] = []
    sources: dict[str, bytes] = {}
    names: set[str] = set()
    for project in projects:
        with analysis():  # of each by itself: of thousands of documents no tree is kept
            found = [f for f in engine.run(project) if f.severity.reaches(options.minimum)]
        found = with_items(found, options.documentation)
        findings += _own_items_first(found, project, options.handles)
        flagged = {finding.file for finding in found}
        for file in project.files:
            if file.checked and file.relevant:
                names.add(file.origin.display)
            if file.origin.display in flagged and file.snippet is None:
                sources[file.origin.display] = file.raw
        sources.update({n: raw for n, raw in project.documents.items() if n in flagged})
        names.update(project.documents)
    return CheckReport(
        in_order(findings), len(names), options.review, sources, checked=frozenset(names)
    )


def _own_items_first(
    findings: list[Finding], project: Project, handles: Mapping[str, str]
) -> list[Finding]:
    """Hold a registered document's examples to what it says itself, before what others say."""
    own = {name: handles.get(digest_of(raw)) for name, raw in project.documents.items()}
    if not any(own.values()):
        return findings
    return [
        replace(
            finding,
            documented_by=tuple(
                sorted(finding.documented_by, key=lambda item: item.agent != own[finding.file])
            ),
        )
        for finding in findings
    ]
