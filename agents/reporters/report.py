"""What reporters are given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from agents.finding import DocumentedBy, Finding, Severity


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
