"""Findings as one JSON document, in the form that the command line promises."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from agents.finding import Finding, Severity
from agents.reporters.report import FindingsReport, FixedFile, Look, NotFixed


def render(report: FindingsReport, look: Look) -> str:
    """One JSON document, with each finding and each item on a line of its own."""
    parts = [f'  "findings": {_listed(_finding_lines(report.findings))}']
    for name, value in _beside_findings(report).items():
        text = _listed(map(_text, value)) if isinstance(value, list) else _text(value)
        parts.append(f"  {_text(name)}: {text}")
    return "{\n" + ",\n".join(parts) + "\n}"


_text = json.JSONEncoder(ensure_ascii=False).encode


def _listed(lines: Iterable[str]) -> str:
    joined = ",\n    ".join(lines)
    return f"[\n    {joined}\n  ]" if joined else "[]"


def _finding_lines(findings: Iterable[Finding]) -> Iterator[str]:
    """Each finding as JSON. Those of one rule share their items, which are most of the text."""
    of_items: dict[int, str] = {}
    for finding in findings:
        items = finding.documented_by
        text = of_items.get(id(items))
        if text is None:
            text = of_items[id(items)] = _text([item.as_json() for item in items])
        # Their place is held by null, which is found from behind: `fixable` alone stands there.
        before, _, after = _text(_finding(finding, None)).rpartition("null")
        yield f"{before}{text}{after}"


def document(report: FindingsReport) -> dict[str, Any]:
    """The same as values; `fixes`, `baseline` and the score are there only where asked for."""
    return {
        "findings": [
            _finding(finding, [item.as_json() for item in finding.documented_by])
            for finding in report.findings
        ],
        **_beside_findings(report),
    }


def _beside_findings(report: FindingsReport) -> dict[str, Any]:
    values: dict[str, Any] = {
        "summary": {
            "files": report.files,
            "errors": report.count(Severity.ERROR),
            "warnings": report.count(Severity.WARNING),
            "infos": report.count(Severity.INFO),
        },
        "review": [item.as_json() for item in report.review],
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


def _finding(finding: Finding, items: list[dict[str, Any]] | None) -> dict[str, Any]:
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
        "documented_by": items,
        "fixable": finding.fixable,
    }
