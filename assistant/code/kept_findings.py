"""Findings as bytes, to be kept from one check to the next: those of one project's files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from agents.finding import Confidence, Edit, Finding, Severity
from agents.location import Span


@dataclass(frozen=True, slots=True)
class KeptFile:
    """The findings of one file."""

    depends_on: str
    """The digest of all that they were made from."""
    findings: tuple[Finding, ...]
    """Without the documents' items, which change by themselves."""


Kept = Mapping[str, KeptFile]
"""By the file's path in its project."""


def to_bytes(files: Kept) -> bytes:
    """The files' findings as JSON."""
    table = {
        path: [kept.depends_on, [_plain(finding) for finding in kept.findings]]
        for path, kept in files.items()
    }
    return json.dumps(table, separators=(",", ":")).encode("ascii")


def from_bytes(raw: bytes, displays: Mapping[str, str]) -> dict[str, KeptFile]:
    """What `to_bytes` made, for the files in `displays`: their paths with the names to show.

    Empty where it is nothing of the kind.
    """
    try:
        table = json.loads(raw)
        return {
            path: KeptFile(depends_on, tuple(_finding(one, displays[path]) for one in findings))
            for path, (depends_on, findings) in table.items()
            if path in displays
        }
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return {}


def _plain(finding: Finding) -> list[Any]:
    span = finding.span
    return [
        finding.rule,
        finding.severity.value,
        [span.line, span.column, span.end_line, span.end_column],
        finding.message,
        finding.hint,
        finding.confidence.value,
        [[edit.start, edit.end, edit.text] for edit in finding.edits],
    ]


def _finding(plain: list[Any], display: str) -> Finding:
    rule, severity, span, message, hint, confidence, edits = plain
    return Finding(
        rule=rule,
        severity=Severity(severity),
        file=display,
        span=Span(*span),
        message=message,
        hint=hint,
        confidence=Confidence(confidence),
        edits=tuple(Edit(*edit) for edit in edits),
    )
