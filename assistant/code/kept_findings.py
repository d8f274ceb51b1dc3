"""Findings as bytes, to be kept from one check to the next: those of one project's files."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
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


_SEVERITY = {one.value: one for one in Severity}
_CONFIDENCE = {one.value: one for one in Confidence}

Kept = Mapping[str, KeptFile]
"""By the file's path in its project."""


def to_bytes(files: Kept) -> bytes:
    """The files' findings as JSON."""
    table = {
        path: [kept.depends_on, [plain(finding) for finding in kept.findings]]
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
            path: KeptFile(depends_on, tuple(from_plain(one, displays[path]) for one in findings))
            for path, (depends_on, findings) in table.items()
            if path in displays
        }
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return {}


def many_to_bytes(findings: Iterable[Finding]) -> bytes:
    """Findings of any files, each with its file's name."""
    return json.dumps([[one.file, plain(one)] for one in findings]).encode("ascii")


def many_from_bytes(raw: bytes) -> tuple[Finding, ...]:
    """What `many_to_bytes` made."""
    return tuple(from_plain(values, file) for file, values in json.loads(raw))


def plain(finding: Finding) -> list[Any]:
    """A finding as values of JSON, without its file's name."""
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


def from_plain(values: list[Any], display: str) -> Finding:
    """What `plain` made, as a finding in the file of that name. Raises like a wrong index."""
    rule, severity, span, message, hint, confidence, edits = values
    return Finding(
        rule=rule,
        severity=_SEVERITY[severity],
        file=display,
        span=Span(*span),
        message=message,
        hint=hint,
        confidence=_CONFIDENCE[confidence],
        edits=tuple(Edit(*edit) for edit in edits),
    )
