"""Findings of the code check and of document lint, in one shape."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from agents.location import Span


class Severity(StrEnum):
    """How much a finding matters. `OFF` switches a rule off and is never a finding's own."""

    OFF = "off"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"

    @property
    def rank(self) -> int:
        """0 for `off` up to 3 for `error`."""
        return list(Severity).index(self)

    def reaches(self, threshold: Severity) -> bool:
        """Whether this is at or above `threshold`; nothing reaches `off`."""
        return threshold is not Severity.OFF and self.rank >= threshold.rank


class Confidence(StrEnum):
    """How sure the analysis is that the finding is one."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


@dataclass(frozen=True, slots=True, order=True)
class DocumentedBy:
    """A checklist item of a registered document that asks for a rule."""

    agent: str
    """The agent's handle."""
    version: int
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the bytes from `start` up to but not including `end` by `text`."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One place that breaks one rule."""

    rule: str
    severity: Severity
    file: str
    """As the user named it: relative to the current folder where possible, with `/`."""
    span: Span
    message: str
    """One line that stands alone; code in backticks, names filled in."""
    hint: str | None = None
    confidence: Confidence = Confidence.HIGH
    documented_by: tuple[DocumentedBy, ...] = ()
    edits: tuple[Edit, ...] = ()
    """The mend, where it is sure: edits of this file that belong together."""

    @property
    def fixable(self) -> bool:
        """Whether `--fix` can mend it."""
        return bool(self.edits)

    @property
    def sort_key(self) -> tuple[str, int, int, str, str]:
        """Findings are always shown in this order."""
        return (self.file, self.span.line, self.span.column, self.rule, self.message)
