"""What a rule over documents is, and what it reports."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from agents.document import Diagnostic, Document, DocumentKind
from agents.finding import Confidence, Edit, Finding, Severity
from agents.lint.subject import Place, Subject

RuleCategory = Literal[
    "head", "schema", "delegation", "budget", "reference", "structure", "content", "security"
]
CATEGORIES: Mapping[RuleCategory, str] = {
    "head": "how the frontmatter is written",
    "schema": "what Claude Code takes in it",
    "delegation": "names and descriptions, by which work is handed over",
    "budget": "what a document costs",
    "reference": "what is named but not there",
    "structure": "headings, lists and code blocks",
    "content": "what the text says",
    "security": "what a document does to those who run it",
}

HEADED = frozenset(DocumentKind) - {DocumentKind.INSTRUCTIONS, DocumentKind.OTHER}
"""The kinds whose tools read a head."""
PROMPTS = frozenset(DocumentKind) - {DocumentKind.OTHER}
"""The kinds that a model is given to follow; a README speaks to people."""
EVERY_KIND = frozenset(DocumentKind)
"""For rules about safety: a model may be told to read a README as well."""

CodeCheck = Callable[[Document, str], Sequence[Finding]]
"""Checks the code examples of a document, which has that name in findings."""


@dataclass(frozen=True)
class Surroundings:
    """What is there beside the document that is being looked at."""

    subjects: tuple[Subject, ...] = ()
    """All documents of this run."""
    agents: frozenset[str] = frozenset()
    """Names, handles and file names of the agents that are known."""
    skills: frozenset[str] = frozenset()
    """Names of the skills that are known; empty where none is."""
    check_code: CodeCheck | None = None
    """None where the code check is not at hand."""

    @cached_property
    def files(self) -> frozenset[str]:
        """The paths of all documents of the run."""
        return frozenset(subject.where.as_posix() for subject in self.subjects)


@dataclass(frozen=True, slots=True)
class Report:
    """A finding as a rule gives it; the engine adds what the settings say."""

    rule: Rule
    subject: Subject
    place: Place
    message: str
    hint: str | None
    severity: Severity
    confidence: Confidence
    edits: tuple[Edit, ...]


Reports = Iterable[Report]
Check = Callable[[Subject, Surroundings], Reports]


@dataclass(frozen=True)
class Rule:
    """One rule. It has a `check`, a `check_all`, or stands for diagnostics of the parser."""

    id: str
    severity: Severity
    """The default; `OFF` for rules that have to be switched on."""
    category: RuleCategory
    kinds: frozenset[DocumentKind] = PROMPTS
    """The kinds of documents it has something to say about."""
    claude_only: bool = False
    """Whether it holds only for files that Claude Code reads, not for other tools' agents."""
    when_enabled: Severity = Severity.WARNING
    """The severity of a rule that is off by default, once it is selected."""
    check: Check | None = None
    check_all: Callable[[Surroundings], Reports] | None = None
    """Called once, for what shows only in several documents together."""
    diagnostics: frozenset[str] = frozenset()
    """The codes of `Document.diagnostics` that are reported as this rule, by `check` if given."""
    mend: Callable[[Subject, Diagnostic], tuple[Edit, ...]] | None = None
    """The edits that mend a diagnostic; none where the mend is not sure."""

    def __post_init__(self) -> None:
        if not (self.check or self.check_all or self.diagnostics):
            raise ValueError(f"{self.id}: nothing calls it")

    @property
    def own_severity(self) -> Severity:
        """The severity of what it reports, where no setting says otherwise."""
        return self.when_enabled if self.severity is Severity.OFF else self.severity

    def looks_at(self, subject: Subject) -> bool:
        """Whether the rule has anything to say about a document."""
        if subject.kind not in self.kinds:
            return False
        return subject.for_claude or not self.claude_only

    def at(
        self,
        subject: Subject,
        line: int,
        start: int = 0,
        end: int | None = None,
        *,
        message: str,
        hint: str | None = None,
        severity: Severity | None = None,
        confidence: Confidence = Confidence.HIGH,
        edits: tuple[Edit, ...] = (),
    ) -> Report:
        """A report on a 1-based line, from character `start` (0-based) up to `end`.

        Without `end` it covers the line's text. `severity` only where it differs from the rule's.
        """
        place = subject.place(line, start, end)
        return Report(
            self, subject, place, message, hint, severity or self.own_severity, confidence, edits
        )
