"""The code check's front door: paths or a source in, a report out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from agents.document import digest_of
from agents.errors import CodeCheckError, DocumentError
from agents.finding import DocumentedBy, Finding, Severity
from agents.location import Span
from agents.reporters.report import FindingsReport
from assistant.code import syntax
from assistant.code.catalogue import load_rule, require_known, rule_ids
from assistant.code.engine import ActiveRules, Engine, in_order
from assistant.code.garbage import rare_collection
from assistant.code.layout import (
    MARKDOWN_SUFFIXES,
    ProjectRoot,
    code_files_in,
    documents_in,
    find_projects,
    load_project,
    looks_like_server_code,
    project_around,
    read_bytes,
)
from assistant.code.modules import CODE_SUFFIXES
from assistant.code.project import Project
from assistant.code.snippets import project_of_document, project_of_source


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """What to check for."""

    select: tuple[str, ...] = ()
    """Rule ids to run; empty means all that are not off."""
    ignore: tuple[str, ...] = ()
    severity: Mapping[str, Severity] = field(default_factory=dict)
    """Severity by rule id, in place of the rule's default."""
    minimum: Severity = Severity.INFO
    """Findings below this are left out; `off` leaves out all."""
    small_tables: frozenset[str] = frozenset()
    """Tables that are small enough to be read whole."""
    documentation: Mapping[str, tuple[DocumentedBy, ...]] = field(default_factory=dict)
    """The checklist items that ask for a rule, by rule id."""
    only_documented: bool = False
    """Run only rules that `documentation` names: the code is held to certain agents."""
    review: tuple[DocumentedBy, ...] = ()
    """The items that need judgement, handed on into the report."""
    handles: Mapping[str, str] = field(default_factory=dict)
    """The agent that a document is, by the SHA-256 of its bytes: its own items come first."""


CheckReport = FindingsReport
"""What comes out: findings in their order, how many files were checked, and the open items."""


def check_paths(paths: Sequence[Path], options: CheckOptions | None = None) -> CheckReport:
    """Check files and folders; a file given twice counts once.

    Raises CodeCheckError for a path that is missing, can't be read or holds nothing to check, and
    for rule ids that don't exist.
    """
    options = options or CheckOptions()
    engine = _engine(options)
    wanted = _Wanted(display=_Display(Path.cwd()))
    for path in paths:
        wanted.add(path)
    report = _report(engine, wanted.projects(options.small_tables), options)
    unreadable = [f for f in wanted.unreadable if f.severity.reaches(options.minimum)]
    findings = in_order([*report.findings, *unreadable])
    return replace(report, findings=findings, files=report.files + len(wanted.unreadable))


def check_source(
    source: bytes, *, filename: str, options: CheckOptions | None = None
) -> CheckReport:
    """Check one source by itself, as pasted code: `filename` says where it would lie.

    A Markdown filename means a document, whose examples are checked. Raises DocumentError for a
    document that can't be read and CodeCheckError for rule ids that don't exist.
    """
    options = options or CheckOptions()
    project = _project_of_text(source, filename, options.small_tables)
    return _report(_engine(options), [project], options)


def check_standard_input(
    source: bytes, *, filename: str, options: CheckOptions | None = None
) -> CheckReport:
    """Check one source in place of the file of that name, with the project around it if any.

    Where no project holds such a file it is checked by itself, as `check_source` does.
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
        display=_Display(Path.cwd()),
        small_tables=options.small_tables,
        unsaved={path: source},
    )
    return _report(_engine(options), [loaded], options)


def check_project(project: Project, options: CheckOptions | None = None) -> CheckReport:
    """Check a project that was put together by the caller."""
    options = options or CheckOptions()
    return _report(_engine(options), [project], options)


def active_rules(options: CheckOptions) -> ActiveRules:
    """The rules that these options let run. Raises CodeCheckError for an unknown id."""
    require_known([*options.select, *options.ignore, *options.severity])
    rules = []
    chosen_ids = [i for i in rule_ids() if i in options.select] if options.select else rule_ids()
    for rule in map(load_rule, chosen_ids):
        severity = options.severity.get(rule.id, rule.severity)
        by_default = severity is not Severity.OFF or (
            rule.in_components is not None and rule.id not in options.severity
        )
        chosen = bool(options.select) or by_default
        if options.only_documented and not options.documentation.get(rule.id):
            chosen = False
        if chosen and rule.id not in options.ignore:
            rules.append(rule)
    severity_map = {
        rule_id: severity
        for rule_id, severity in options.severity.items()
        # Selecting a rule by name switches it on, whatever the settings say.
        if not (severity is Severity.OFF and rule_id in options.select)
    }
    return ActiveRules(
        tuple(rules),
        severity=severity_map,
        selected=frozenset(options.select),
        known=frozenset(rule_ids()),
    )


def _engine(options: CheckOptions) -> Engine:
    return Engine(active_rules(options), options.documentation)


def _report(engine: Engine, projects: Iterable[Project], options: CheckOptions) -> CheckReport:
    with rare_collection():
        try:
            return _gathered(engine, projects, options)
        finally:
            syntax.forget_answers()


def _gathered(engine: Engine, projects: Iterable[Project], options: CheckOptions) -> CheckReport:
    findings: list[Finding] = []
    sources: dict[str, bytes] = {}
    names: set[str] = set()
    for project in projects:
        found = [f for f in engine.run(project) if f.severity.reaches(options.minimum)]
        findings += _own_items_first(found, project, options.handles)
        flagged = {finding.file for finding in found}
        for file in project.files:
            if file.checked and file.relevant:
                names.add(file.origin.display)
            if file.origin.display in flagged and file.snippet is None:
                sources[file.origin.display] = file.raw
        sources.update({n: raw for n, raw in project.documents.items() if n in flagged})
        names.update(project.documents)
    return CheckReport(in_order(findings), len(names), options.review, sources)


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


def _project_of_text(source: bytes, filename: str, small_tables: frozenset[str]) -> Project:
    if filename.lower().endswith(MARKDOWN_SUFFIXES):
        from agents.parse import parse_document

        document = parse_document(source, filename=filename)
        return project_of_document(document, filename, small_tables=small_tables)
    return project_of_source(source, filename, small_tables=small_tables)


def _unreadable(error: DocumentError, display: str) -> Finding:
    line = error.line or 1
    span = Span(line, 1, line, 1)
    return Finding("syntax-error", Severity.ERROR, display, span, error.message, error.hint)


class _Display:
    """Names files for the user: relative to the current folder where they lie in it."""

    def __init__(self, here: Path) -> None:
        self._here = here

    def __call__(self, path: Path) -> str:
        try:
            return path.relative_to(self._here).as_posix()
        except ValueError:
            return path.as_posix()


class _Wanted:
    """Sorts the given paths: code by its project, code without one, documents."""

    def __init__(self, display: _Display) -> None:
        self._display = display
        self._in_project: dict[ProjectRoot, set[Path]] = defaultdict(set)
        self._named: set[Path] = set()
        self._alone: dict[Path, bytes] = {}
        self.unreadable: list[Finding] = []
        """Documents of folders that can't be read, as findings; filled by `projects`."""

    def add(self, path: Path) -> None:
        """Take a file or a folder."""
        absolute = path.absolute()
        if absolute.is_dir():
            self._add_folder(path, absolute)
        elif absolute.is_file():
            self._add_file(path, absolute)
        elif absolute.exists():
            raise CodeCheckError(
                "neither a file nor a folder", hint="- reads standard input", path=str(path)
            )
        else:
            raise CodeCheckError("no such file or folder", path=str(path))

    def _add_file(self, path: Path, absolute: Path) -> None:
        name = absolute.name.lower()
        if name.endswith(MARKDOWN_SUFFIXES):
            self._alone[absolute] = read_bytes(absolute)
            self._named.add(absolute)
            return
        if not name.endswith(CODE_SUFFIXES):
            expected = ", ".join((*CODE_SUFFIXES, *MARKDOWN_SUFFIXES[:1]))
            raise CodeCheckError("not a file to check", hint=f"expected {expected}", path=str(path))
        project = project_around(absolute)
        if project is not None:
            inside = project.functions in absolute.parents
            if inside or not looks_like_server_code(read_bytes(absolute)):
                self._in_project[project].add(absolute)
                self._named.add(absolute)
                return
        self._alone[absolute] = read_bytes(absolute)

    def _add_folder(self, path: Path, absolute: Path) -> None:
        # A file belongs to the innermost project around it.
        projects = sorted(find_projects(absolute), key=lambda project: -len(project.root.parts))
        taken: set[Path] = set()
        for project in projects:
            files = {f for f in code_files_in(project.root) if absolute in f.parents} - taken
            self._in_project[project] |= files
            taken |= files
        if not taken:
            # No project, or a folder of documents inside one, such as `.claude/agents`.
            self._add_loose_files(path, absolute)

    def _add_loose_files(self, path: Path, folder: Path) -> None:
        """Take a folder without a project's code: documents, and code that imports the server."""
        found = {file: read_bytes(file) for file in documents_in(folder)}
        for file in code_files_in(folder):
            raw = read_bytes(file)
            if looks_like_server_code(raw):
                found[file] = raw
        if not found:
            raise CodeCheckError(
                "no Convex code and no document in it",
                hint="name the folder that holds convex/, or single files",
                path=str(path),
            )
        self._alone.update(found)

    def projects(self, small_tables: frozenset[str]) -> Iterable[Project]:
        """Everything that was added, as projects, in the order of their paths."""
        for found in sorted(self._in_project, key=lambda found: found.root):
            files = self._in_project[found]
            yield load_project(
                found,
                checked=files,
                named=self._named,
                display=self._display,
                small_tables=small_tables,
            )
        for path in sorted(self._alone):
            try:
                yield _project_of_text(self._alone[path], self._display(path), small_tables)
            except DocumentError as error:
                # One of many must not hide what the others hold.
                if path in self._named:
                    raise
                self.unreadable.append(_unreadable(error, self._display(path)))
