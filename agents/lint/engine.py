"""Runs rules over documents, and turns their reports into findings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from agents.finding import Confidence, Finding, Severity
from agents.lint.directives import Directive, Directives
from agents.lint.rule import Report, Rule, Surroundings
from agents.lint.subject import Subject
from agents.location import Lines, Span


@dataclass(frozen=True)
class ActiveRules:
    """The rules that run, and what the settings make of them."""

    rules: tuple[Rule, ...]
    severity: Mapping[str, Severity] = field(default_factory=dict)
    """In place of a rule's default."""
    known: frozenset[str] = frozenset()
    """The ids of all rules there are."""

    def ids(self) -> frozenset[str]:
        """The ids of the rules that run."""
        return frozenset(rule.id for rule in self.rules)

    def severity_of(self, report: Report) -> Severity:
        """What a report counts as: a setting moves the default and caps what is above it."""
        wanted = self.severity.get(report.rule.id)
        if wanted is None:
            return report.severity
        if report.severity is report.rule.own_severity:
            return wanted
        return min(wanted, report.severity, key=lambda severity: severity.rank)


def run_rules(active: ActiveRules, surroundings: Surroundings) -> Iterator[Finding]:
    """All findings of the surroundings' subjects, in no order."""
    wider: dict[int, list[Report]] = defaultdict(list)
    for rule in active.rules:
        if rule.check_all is not None:
            for report in rule.check_all(surroundings):
                wider[id(report.subject)].append(report)
    by_diagnostic = {code: rule for rule in active.rules for code in rule.diagnostics}
    for subject in surroundings.subjects:
        reports = [
            *_of_diagnostics(by_diagnostic, subject),
            *_of_checks(active.rules, subject, surroundings),
            *wider[id(subject)],
        ]
        yield from _findings(active, subject, reports)


def _of_diagnostics(rules: Mapping[str, Rule], subject: Subject) -> Iterator[Report]:
    for diagnostic in subject.document.diagnostics:
        rule = rules.get(diagnostic.code)
        if rule is not None and rule.check is None and rule.looks_at(subject):
            yield rule.at(
                subject,
                diagnostic.line,
                message=diagnostic.message,
                hint=diagnostic.hint,
                edits=rule.mend(subject, diagnostic) if rule.mend else (),
            )


def _of_checks(
    rules: Iterable[Rule], subject: Subject, surroundings: Surroundings
) -> Iterator[Report]:
    for rule in rules:
        if rule.check is not None and rule.looks_at(subject):
            yield from rule.check(subject, surroundings)


def _findings(
    active: ActiveRules, subject: Subject, reports: Sequence[Report]
) -> Iterator[Finding]:
    directives = Directives(subject)
    found: dict[tuple[str, Span], Finding] = {}
    for report in reports:
        severity = active.severity_of(report)
        span = subject.span(report.place)
        silenced = directives.silence(report.rule.id, Lines(span.line, span.end_line))
        if severity is Severity.OFF or silenced:
            continue
        finding = Finding(
            rule=report.rule.id,
            severity=severity,
            file=subject.file,
            span=span,
            message=report.message,
            hint=report.hint,
            confidence=report.confidence,
            edits=report.edits,
        )
        found.setdefault((report.rule.id, span), finding)
    yield from found.values()
    yield from _idle_directives(active, subject, directives)


def _idle_directives(
    active: ActiveRules, subject: Subject, directives: Directives
) -> Iterator[Finding]:
    for directive, names in directives.unused(active.ids()):
        what = f"silences nothing of {_listed(names)}"
        yield _idle(subject, directive, what, "remove it")
    for directive, names in directives.unknown(active.known):
        what = f"names no lint rule: {_listed(names)}" if names else "names no rule"
        yield _idle(subject, directive, what, "`convexpert agents lint --rules` lists them")


def _idle(subject: Subject, directive: Directive, what: str, hint: str) -> Finding:
    place = subject.place(directive.line, directive.column)
    return Finding(
        "unused-directive",
        Severity.INFO,
        subject.file,
        subject.span(place),
        f"this directive {what}",
        hint,
        Confidence.HIGH,
    )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
