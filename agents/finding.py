"""Findings of the code check and of document lint, in one shape."""

from __future__ import annotations

from collections.abc import Sequence
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


_TELLING_LENGTH = 160


@dataclass(frozen=True, slots=True, order=True)
class DocumentedBy:
    """A checklist item of a registered document that asks for a rule."""

    agent: str
    """The agent's handle."""
    version: int
    line: int
    text: str

    @property
    def tells(self) -> bool:
        """Whether it says by itself what to do: no row of a table, no question, not long."""
        return " | " not in self.text and "?" not in self.text and len(self.text) <= _TELLING_LENGTH

    def as_json(self) -> dict[str, str | int]:
        """The form that the JSON contract uses."""
        return {"agent": self.agent, "version": self.version, "line": self.line, "text": self.text}


def telling_first(items: Sequence[DocumentedBy]) -> list[DocumentedBy]:
    """The items in the order to show them in: of each agent one, then the others.

    Those that say by themselves what to do come before those that don't.
    """
    leading: list[DocumentedBy] = []
    others: list[DocumentedBy] = []
    agents: set[str] = set()
    for item in sorted(items, key=lambda item: not item.tells):
        (others if item.agent in agents else leading).append(item)
        agents.add(item.agent)
    return leading + others


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
    def advice(self) -> str:
        """The message with its hint, for formats that have one text for both."""
        return f"{self.message}; {self.hint}" if self.hint else self.message

    @property
    def sort_key(self) -> tuple[str, int, int, str, str]:
        """Findings are always shown in this order."""
        return (self.file, self.span.line, self.span.column, self.rule, self.message)
