"""What reporters are given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from agents.finding import DocumentedBy, Finding, Severity
from agents.rulebook import RuleText


@dataclass(frozen=True, slots=True)
class AboutRule:
    """What formats with a list of rules say about one."""

    id: str
    severity: Severity
    """The default; `off` for a rule that has to be switched on."""
    category: str
    text: RuleText
    language: str = "ts"
    """What its examples are written in, as the word after a fence."""


@dataclass(frozen=True, slots=True)
class FixedFile:
    """A file that `--fix` changed."""

    file: str
    """As in `Finding.file`."""
    rules: Mapping[str, int]
    """How many findings of each rule were mended."""

    def __str__(self) -> str:
        """One line for people."""
        counted = (f"{rule} ({n})" if n > 1 else rule for rule, n in sorted(self.rules.items()))
        return f"fixed {self.file}: {', '.join(counted)}"


@dataclass(frozen=True, slots=True)
class NotFixed:
    """A file that `--fix` left as it was, though it has findings with a mend."""

    file: str
    reason: str

    def __str__(self) -> str:
        """One line for people."""
        return f"not fixed {self.file}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Score:
    """How well code does, from 0 to 100; only a check without findings gives 100."""

    total: int
    categories: Mapping[str, int]
    """The same by category of rules."""


@dataclass(frozen=True, slots=True)
class BaselineUse:
    """What a list of known findings did to a report."""

    known: int
    """How many findings it left out."""
    stale: tuple[str, ...]
    """Its entries that no finding matches any more, each as one line."""


@dataclass(frozen=True, slots=True)
class FindingsReport:
    """What a check found."""

    findings: tuple[Finding, ...]
    """In the order of file, line, column and rule."""
    files: int
    """How many files were checked."""
    review: tuple[DocumentedBy, ...] = ()
    """The items of the documents that no rule decides."""
    sources: Mapping[str, bytes] = field(default_factory=dict)
    """The exact bytes of each file that has findings, by its name in `Finding.file`."""
    rules: Mapping[str, AboutRule] = field(default_factory=dict)
    """By id; for the formats that list the rules of the findings, empty for the others."""
    fixes: tuple[FixedFile | NotFixed, ...] | None = None
    """What `--fix` did, by file; None where it wasn't asked to."""
    checked: frozenset[str] = frozenset()
    """The names of the files that were checked, where somebody may ask."""
    score: Score | None = None
    """Of all that was found, before known findings and other people's lines are left out."""
    baseline: BaselineUse | None = None
    note: str | None = None
    """Why nothing was checked, where nothing was."""

    def count_by_rule(self) -> dict[str, int]:
        """How many findings each rule has, most first, then by id."""
        counts: dict[str, int] = {}
        for finding in self.findings:
            counts[finding.rule] = counts.get(finding.rule, 0) + 1
        return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))

    def count(self, severity: Severity) -> int:
        """How many findings have this severity."""
        return sum(finding.severity is severity for finding in self.findings)

    def reaches(self, threshold: Severity) -> bool:
        """Whether a finding is at or above a threshold."""
        return any(finding.severity.reaches(threshold) for finding in self.findings)


def _as_it_is(text: str) -> str:
    return text


@dataclass(frozen=True, slots=True)
class Look:
    """How text is to look. Formats for programs ignore it."""

    colour: bool = False
    width: int | None = None
    """Columns after which long source lines are cut; None never cuts."""
    safe: Callable[[str], str] = _as_it_is
    """Makes control characters of foreign text visible."""
