"""Findings as one JSON document, in the form that the command line promises."""

from __future__ import annotations

import json
from typing import Any

from agents.finding import DocumentedBy, Finding, Severity
from agents.reporters.report import FindingsReport, FixedFile, Look, NotFixed


def render(report: FindingsReport, look: Look) -> str:
    """One JSON document, with each finding and each item on a line of its own."""
    parts = []
    for name, value in document(report).items():
        if isinstance(value, list) and value:
            lines = ",\n    ".join(json.dumps(one, ensure_ascii=False) for one in value)
            text = f"[\n    {lines}\n  ]"
        else:
            text = json.dumps(value, ensure_ascii=False)
        parts.append(f"  {json.dumps(name)}: {text}")
    return "{\n" + ",\n".join(parts) + "\n}"


def document(report: FindingsReport) -> dict[str, Any]:
    """The same as values; `fixes`, `baseline` and the score are there only where asked for."""
    values: dict[str, Any] = {
        "findings": [_finding(finding) for finding in report.findings],
        "summary": {
            "files": report.files,
            "errors": report.count(Severity.ERROR),
            "warnings": report.count(Severity.WARNING),
            "infos": report.count(Severity.INFO),
        },
        "review": [_item(item) for item in report.review],
    }
    if report.score is not None:
        values["summary"] |= {
            "rules": report.count_by_rule(),
            "score": report.score.total,
            "categories": dict(report.score.categories),
        }
    if report.baseline is not None:
        values["baseline"] = {
            "known": report.baseline.known,
            "stale": list(report.baseline.stale),
        }
    if report.note is not None:
        values["note"] = report.note
    if report.fixes is not None:
        values["fixes"] = [_fix(fix) for fix in report.fixes]
    return values


def _fix(fix: FixedFile | NotFixed) -> dict[str, Any]:
    if isinstance(fix, NotFixed):
        return {"file": fix.file, "fixed": {}, "reason": fix.reason}
    return {"file": fix.file, "fixed": dict(sorted(fix.rules.items())), "reason": None}


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "confidence": finding.confidence.value,
        "file": finding.file,
        "line": finding.span.line,
        "column": finding.span.column,
        "end_line": finding.span.end_line,
        "end_column": finding.span.end_column,
        "message": finding.message,
        "hint": finding.hint,
        "documented_by": [_item(item) for item in finding.documented_by],
        "fixable": finding.fixable,
    }


def _item(item: DocumentedBy) -> dict[str, Any]:
    return {
        "agent": item.agent,
        "version": item.version,
        "line": item.line,
        "text": item.text,
    }
