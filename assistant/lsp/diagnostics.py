"""Findings as the protocol's diagnostics."""

from __future__ import annotations

from collections.abc import Iterable

from lsprotocol import types  # noqa: TID253

from agents.finding import Finding, Severity
from assistant.lsp.positions import Stretch, Text

SOURCE = "convexpert"
_SEVERITIES = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.INFO: types.DiagnosticSeverity.Information,
}


def diagnostics(findings: Iterable[Finding], text: Text) -> list[types.Diagnostic]:
    """The diagnostics of a file, in the findings' order."""
    return [diagnostic(finding, text) for finding in findings]


def diagnostic(finding: Finding, text: Text) -> types.Diagnostic:
    """One finding; the hint stands on a line of its own."""
    message = finding.message if finding.hint is None else f"{finding.message}\n{finding.hint}"
    idle = [types.DiagnosticTag.Unnecessary] if finding.rule == "unused-directive" else None
    return types.Diagnostic(
        range=range_of(text.stretch(finding.span)),
        message=message,
        severity=_SEVERITIES[finding.severity],
        code=finding.rule,
        source=SOURCE,
        tags=idle,
        data={
            "rule": finding.rule,
            "fixable": finding.fixable,
            "confidence": finding.confidence.value,
            "documented_by": [
                f"{item.agent}@{item.version}:{item.line}" for item in finding.documented_by
            ],
        },
    )


def range_of(stretch: Stretch) -> types.Range:
    """A stretch in the protocol's form."""
    return types.Range(
        types.Position(stretch.start.line, stretch.start.column),
        types.Position(stretch.end.line, stretch.end.column),
    )
