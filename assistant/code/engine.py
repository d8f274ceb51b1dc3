"""Runs rules over a project: dispatch by node kind, then the wider checks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from agents.finding import Confidence, Finding, Severity
from agents.location import Span
from assistant.code import syntax
from assistant.code.modules import Category, CodeFile
from assistant.code.project import Project
from assistant.code.rule import Report, Rule
from assistant.code.suppress import Directives

if TYPE_CHECKING:
    from tree_sitter import Node

MAX_SYNTAX_ERRORS = 5
"""A file of another language would otherwise give thousands."""
_CONFIDENCE_RANK = {confidence: rank for rank, confidence in enumerate(Confidence)}


@dataclass(frozen=True)
class ActiveRules:
    """The rules that run, and what the settings make of them."""

    rules: tuple[Rule, ...]
    severity: Mapping[str, Severity] = field(default_factory=dict)
    """In place of a rule's default."""
    selected: frozenset[str] = frozenset()
    """The ids asked for by name: these run even where they are off by default."""
    known: frozenset[str] = frozenset()
    """The ids of all rules there are."""

    def ids(self) -> frozenset[str]:
        """The ids of the rules that run."""
        return frozenset(rule.id for rule in self.rules)

    def severity_of(self, report: Report, *, in_component: bool) -> Severity:
        """What a report counts as: a setting moves the default and caps what is above it."""
        rule = report.rule
        default = rule.when_enabled if rule.severity is Severity.OFF else rule.severity
        wanted = self.severity.get(rule.id)
        if wanted is None and in_component and rule.in_components is not None:
            wanted = rule.in_components
        if wanted is None:
            asked = rule.severity is not Severity.OFF or rule.id in self.selected
            return report.severity if asked else Severity.OFF
        if report.severity is default:
            return wanted
        return min(wanted, report.severity, key=lambda severity: severity.rank)


class _Looking:
    """Rules that look at files of one sort, by what they are called with."""

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        self.rules = rules
        self.by_kind: dict[str, list[Rule]] = defaultdict(list)
        self.by_name: list[Rule] = []
        for rule in rules:
            if rule.names:
                self.by_name.append(rule)
                continue
            for kind in sorted(rule.kinds):
                self.by_kind[kind].append(rule)


class Engine:
    """Rules, sorted by what they want to be called with."""

    def __init__(self, active: ActiveRules) -> None:
        self._active = active
        self._looking: dict[tuple[Category, bool], _Looking] = {}

    def run(
        self,
        project: Project,
        *,
        only: Collection[CodeFile] | None = None,
    ) -> list[Finding]:
        """All findings of a project's checked files, or of those in `only`, in their order."""
        asked = [
            file
            for file in project.files
            if file.checked and (only is None or file in only) and file.relevant
        ]
        wanted = frozenset(asked)
        reports: dict[CodeFile, list[Report]] = defaultdict(list)
        for report in self._reports(project, asked):
            if report.file in wanted and report.rule.looks_at(report.file):
                reports[report.file].append(report)
        findings: list[Finding] = []
        for file in asked:
            in_component = project.component_of(file) is not None
            findings += self._findings_of(file, reports.get(file, ()), in_component)
        return findings

    # --- calling rules --------------------------------------------------------------------------

    def _reports(self, project: Project, files: Collection[CodeFile]) -> Iterator[Report]:
        for file in files:
            yield from self._in_file(file, project)
        for rule in self._active.rules:
            yield from _in_parts(rule, project)
            if rule.check_project is not None:
                yield from rule.check_project(project)

    def _looking_at(self, file: CodeFile) -> _Looking:
        """The rules for files of this sort: what `Rule.looks_at` goes by."""
        sort = (file.category, bool(file.module))
        if sort not in self._looking:
            rules = [rule for rule in self._active.rules if rule.looks_at(file)]
            self._looking[sort] = _Looking(tuple(rules))
        return self._looking[sort]

    def _in_file(self, file: CodeFile, project: Project) -> Iterator[Report]:
        looking = self._looking_at(file)
        for kind, rules in looking.by_kind.items():
            for node in file.nodes(kind):
                for rule in rules:
                    assert rule.check is not None
                    yield from rule.check(node, file, project)
        for rule in looking.by_name:
            for node in file.calls_named(rule.names):
                if node.type in rule.kinds:
                    assert rule.check is not None
                    yield from rule.check(node, file, project)
        for rule in looking.rules:
            if rule.check_file is not None:
                yield from rule.check_file(file, project)
            if rule.check_call is not None:
                for call in project.contexts.calls(file):
                    yield from rule.check_call(call, project)

    # --- from reports to findings ---------------------------------------------------------------

    def _findings_of(
        self, file: CodeFile, reports: Sequence[Report], in_component: bool
    ) -> Iterator[Finding]:
        yield from self._syntax_errors(file)
        directives = Directives(file)
        found: dict[tuple[str, Span], Finding] = {}
        certain = {
            (report.rule.id, report.span)
            for report in reports
            if report.confidence is Confidence.HIGH
        }
        for report in reports:
            severity = self._active.severity_of(report, in_component=in_component)
            anchor = None if report.anchor is None else file.line(report.anchor)
            line = report.line
            rule = report.rule
            if severity is Severity.OFF or directives.silence(
                rule.id, peer=rule.peer, line=line, anchor_line=anchor
            ):
                continue
            finding = self._finding(file, report, severity)
            if any((other, finding.span) in certain for other in rule.yields_to):
                continue
            key = (rule.id, finding.span)
            if key not in found or _weight(finding) > _weight(found[key]):
                found[key] = finding
        yield from found.values()
        yield from self._directive_findings(file, directives)

    def _finding(self, file: CodeFile, report: Report, severity: Severity) -> Finding:
        return Finding(
            rule=report.rule.id,
            severity=severity,
            file=file.origin.display,
            span=report.span,
            message=report.message,
            hint=report.hint,
            confidence=report.confidence,
            # Their bytes are counted in the example, not in the file that the user sees.
            edits=report.edits if file.snippet is None else (),
        )

    def _syntax_errors(self, file: CodeFile) -> Iterator[Finding]:
        if file.problem is not None:
            span = file.origin.span(Span(1, 1, 1, 1))
            yield _engine_finding(file, "syntax-error", Severity.ERROR, span, file.problem)
            return
        if file.tree.too_deep:
            span = file.origin.span(Span(1, 1, 1, 1))
            message = f"not checked: the code is nested deeper than {syntax.MAX_NESTING} levels"
            yield _engine_finding(file, "syntax-error", Severity.WARNING, span, message)
            return
        if file.category is Category.CLIENT and not file.named and file.snippet is None:
            return
        for node in islice(syntax_errors(file), MAX_SYNTAX_ERRORS):
            if node.is_missing:
                message = f"`{node.type}` is missing here"
            else:
                message = f"can't be read as TypeScript: `{_excerpt(node)}`"
            yield _engine_finding(
                file, "syntax-error", Severity.ERROR, _first_line_span(file, node), message
            )

    def _directive_findings(self, file: CodeFile, directives: Directives) -> Iterator[Finding]:
        idle = [
            (directive, f"silences nothing of {_listed(names)}", "remove it")
            for directive, names in directives.unused(self._active.ids())
        ]
        unknown = [
            (
                directive,
                f"names no rule: {_listed(names)}" if names else "names no rule",
                "`convexpert rules` lists the rules",
            )
            for directive, names in directives.unknown(self._active.known)
        ]
        for directive, what, hint in (*idle, *unknown):
            yield _engine_finding(
                file,
                "unused-directive",
                Severity.INFO,
                file.span(directive.node),
                f"this directive {what}",
                hint,
            )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _in_parts(rule: Rule, project: Project) -> Iterator[Report]:
    """What a rule says of functions, queries and tables."""
    if rule.check_function is not None:
        for function in project.functions:
            if function.registered:
                yield from rule.check_function(function, project)
    if rule.check_query is not None:
        for file in filter(rule.looks_at, project.files):
            for query in project.queries.in_file(file):
                yield from rule.check_query(query, project)
    if rule.check_table is not None:
        for table in project.schemas.tables:
            yield from rule.check_table(table, project)


def _weight(finding: Finding) -> tuple[int, int]:
    return finding.severity.rank, _CONFIDENCE_RANK[finding.confidence]


def _engine_finding(
    file: CodeFile, rule: str, severity: Severity, span: Span, message: str, hint: str | None = None
) -> Finding:
    return Finding(rule, severity, file.origin.display, span, message, hint)


def syntax_errors(file: CodeFile) -> Iterator[Node]:
    """Where a file doesn't parse, in document order."""
    return (node for node in file.tree.syntax_errors() if not _is_jsx_ampersand(node))


def _is_jsx_ampersand(node: Node) -> bool:
    """The grammar takes every `&` in JSX for the start of an entity, TypeScript doesn't."""
    return syntax.text_of(node).startswith("&") and any(
        outer.type.startswith("jsx_") for outer in syntax.ancestors(node)
    )


def _excerpt(node: Node) -> str:
    text = " ".join(syntax.text_of(node).split())
    return text if len(text) <= 40 else f"{text[:40]}…"


def _first_line_span(file: CodeFile, node: Node) -> Span:
    index = file.tree.index
    start = node.start_byte
    line = index.line_of(start)
    line_end = index.line_start(line + 1) if line < index.line_count else len(file.tree.source)
    end = min(max(node.end_byte, start), line_end)
    while end > start and file.tree.source[end - 1 : end] in (b"\n", b"\r"):
        end -= 1
    return file.origin.span(index.span(start, end))
