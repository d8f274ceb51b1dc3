"""Lint's front door: documents in, a report out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from agents.document import DocumentKind
from agents.errors import DocumentError
from agents.finding import Finding, Severity
from agents.lint.catalogue import load_rule, require_known, rule_ids
from agents.lint.engine import ActiveRules, run_rules
from agents.lint.rule import CodeCheck, Surroundings
from agents.lint.subject import Subject
from agents.location import Span
from agents.parse import parse_document
from agents.reporters.report import FindingsReport


@dataclass(frozen=True, slots=True)
class LintOptions:
    """What to look for, and what is known beside the documents."""

    select: tuple[str, ...] = ()
    """Rule ids to run; empty means all that are not off."""
    ignore: tuple[str, ...] = ()
    severity: Mapping[str, Severity] = field(default_factory=dict)
    """Severity by rule id, in place of the rule's default."""
    minimum: Severity = Severity.INFO
    """Findings below this are left out; `off` leaves out all."""
    agents: frozenset[str] = frozenset()
    """Names of agents that exist beside the documents of the run."""
    skills: frozenset[str] = frozenset()
    """Likewise of skills."""
    check_code: CodeCheck | None = None
    """Checks a document's code examples; None leaves them unchecked."""


@dataclass(frozen=True, slots=True)
class Target:
    """A document to look at, as bytes."""

    raw: bytes
    file: str
    """As the user named it; folders in it help to tell the document's kind."""
    path: Path | None = None
    """Where it lies on disk, so that its links can be followed."""
    handle: str | None = None
    group: str = ""
    """Documents of one group are loaded together."""
    kind_path: str = ""
    """The path that tells its kind, where that is neither `path` nor `file`."""


def lint(targets: Iterable[Target], options: LintOptions | None = None) -> FindingsReport:
    """Hold documents to the rules; a target that can't be read becomes a finding.

    Raises LintError for rule ids that don't exist.
    """
    options = options or LintOptions()
    active = active_rules(options)
    findings: list[Finding] = []
    subjects: list[Subject] = []
    sources: dict[str, bytes] = {}
    for target in targets:
        sources[target.file] = target.raw
        try:
            subjects.append(_subject(target))
        except DocumentError as error:
            findings.append(unreadable(target.file, error))
    findings += run_rules(active, surroundings_of(subjects, options))
    kept = [finding for finding in findings if finding.severity.reaches(options.minimum)]
    flagged = {finding.file for finding in kept}
    return FindingsReport(
        tuple(sorted(kept, key=lambda finding: finding.sort_key)),
        len(sources),
        sources={name: raw for name, raw in sources.items() if name in flagged},
    )


def active_rules(options: LintOptions) -> ActiveRules:
    """The rules that these options let run. Raises LintError for an unknown id."""
    require_known([*options.select, *options.ignore, *options.severity])
    rules = []
    for rule in map(load_rule, rule_ids()):
        severity = options.severity.get(rule.id, rule.severity)
        # Selecting a rule by name switches it on, whatever the settings say.
        wanted = rule.id in options.select if options.select else severity is not Severity.OFF
        if wanted and rule.id not in options.ignore:
            rules.append(rule)
    settings = {
        rule_id: severity
        for rule_id, severity in options.severity.items()
        if not (severity is Severity.OFF and rule_id in options.select)
    }
    return ActiveRules(tuple(rules), settings, frozenset(rule_ids()))


def surroundings_of(subjects: Sequence[Subject], options: LintOptions) -> Surroundings:
    """What rules may know beside the document that they look at."""
    agents, skills = set(options.agents), set(options.skills)
    for subject in subjects:
        names = {subject.document.name, subject.handle or subject.document.name}
        if subject.kind is DocumentKind.SKILL:
            skills |= names
        elif subject.kind is DocumentKind.SUBAGENT:
            agents |= names
            if subject.path is not None:
                agents.add(subject.path.stem)
    return Surroundings(tuple(subjects), frozenset(agents), frozenset(skills), options.check_code)


def unreadable(file: str, error: DocumentError) -> Finding:
    """The finding for a file that is no document."""
    line = error.line or 1
    span = Span(line, 1, line, 1)
    return Finding("unreadable-document", Severity.ERROR, file, span, error.message, error.hint)


def _subject(target: Target) -> Subject:
    where = target.path.as_posix() if target.path is not None else target.file
    where = target.kind_path or where
    document = parse_document(target.raw, filename=where)
    return Subject(
        document,
        target.file,
        path=target.path,
        where=where,
        handle=target.handle,
        group=target.group,
    )
