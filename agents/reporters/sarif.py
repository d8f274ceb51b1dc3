"""Findings as SARIF 2.1.0, the format that GitHub's code scanning and editors take.

Regions count columns in characters. Addresses are relative to the folder in which the check ran.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections import Counter
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import quote_from_bytes

from agents.finding import Edit, Finding, Severity
from agents.location import LineIndex, Lines, Span
from agents.reporters.report import AboutRule, FindingsReport, Look

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
FINGERPRINT = "convexpertFinding/v1"
_ROOT = "%SRCROOT%"
_LEVEL = {
    Severity.OFF: "none",
    Severity.INFO: "note",
    Severity.WARNING: "warning",
    Severity.ERROR: "error",
}
_LINK = re.compile(r"\[([^\[\]]*)\](?=\()")


def render(report: FindingsReport, look: Look) -> str:
    """One JSON document."""
    return json.dumps(document(report), indent=2, ensure_ascii=False)


def document(report: FindingsReport) -> dict[str, Any]:
    """The same as values: one log with one run."""
    ids = sorted({finding.rule for finding in report.findings})
    places = {rule_id: place for place, rule_id in enumerate(ids)}
    indexes = {name: LineIndex(source) for name, source in report.sources.items()}
    marks = _Fingerprints(indexes)
    run = {
        "tool": {
            "driver": {
                "name": "convexpert",
                "semanticVersion": version("convexpert"),
                "rules": [_rule(rule_id, report.rules.get(rule_id)) for rule_id in ids],
            }
        },
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {
            _ROOT: {"description": {"text": "The folder in which the check ran."}}
        },
        "results": [
            _result(finding, places[finding.rule], indexes.get(finding.file), marks)
            for finding in report.findings
        ],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(rule_id: str, about: AboutRule | None) -> dict[str, Any]:
    if about is None:
        return {"id": rule_id}
    text = about.text
    examples = [("Bad", text.bad), ("Good", text.good)]
    prose = [part for part in (text.summary, text.why) if part]
    if text.silent_when:
        prose.append(f"Silent when: {text.silent_when}")
    plain = [*prose, *(f"{name}:\n{code}" for name, code in examples if code)]
    marked = [
        *prose,
        *(f"{name}:\n\n{_fenced(code, about.language)}" for name, code in examples if code),
    ]
    return {
        "id": rule_id,
        "shortDescription": {"text": text.summary},
        "fullDescription": {"text": text.why or text.summary},
        "help": {"text": "\n\n".join(plain), "markdown": "\n\n".join(marked)},
        "defaultConfiguration": {
            "enabled": about.severity is not Severity.OFF,
            "level": _LEVEL[about.severity],
        },
        "properties": {"tags": ["convex", about.category]},
    }


def _fenced(code: str, language: str) -> str:
    fence = "```"
    while fence in code:
        fence += "`"
    return f"{fence}{language}\n{code}\n{fence}"


def _result(
    finding: Finding, place: int, index: LineIndex | None, marks: _Fingerprints
) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": place,
        "level": _LEVEL[finding.severity],
        "message": {"text": _without_links(finding.advice)},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": _address(finding.file),
                    "region": _region(finding.span),
                }
            }
        ],
        "partialFingerprints": {FINGERPRINT: marks.of(finding)},
    }
    if finding.edits and index is not None:
        result["fixes"] = [_fix(finding, index)]
    result["properties"] = {
        "confidence": finding.confidence.value,
        "documentedBy": [item.as_json() for item in finding.documented_by],
    }
    return result


def _without_links(text: str) -> str:
    """SARIF reads `[a](b)` in plain text as a link; in code it is none."""
    return _LINK.sub(r"\\[\1\\]", text)


def _address(file: str) -> dict[str, str]:
    if Path(file).is_absolute():
        return {"uri": Path(file).as_uri()}
    return {"uri": quote_from_bytes(os.fsencode(file), safe="/"), "uriBaseId": _ROOT}


def _region(span: Span) -> dict[str, int]:
    return {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }


def _fix(finding: Finding, index: LineIndex) -> dict[str, Any]:
    return {
        "description": {"text": _without_links(finding.hint or f"Mend {finding.rule}")},
        "artifactChanges": [
            {
                "artifactLocation": _address(finding.file),
                "replacements": [_replacement(edit, index) for edit in finding.edits],
            }
        ],
    }


def _replacement(edit: Edit, index: LineIndex) -> dict[str, Any]:
    return {
        "deletedRegion": _region(index.span(edit.start, edit.end)),
        "insertedContent": {"text": edit.text},
    }


class _Fingerprints:
    """Knows a finding again after lines were put in or taken out above it.

    Made from the rule, the words of the code's first line and how many alike stand before it in
    the file; not from the place, which a reader of the log has anyway.
    """

    def __init__(self, indexes: dict[str, LineIndex]) -> None:
        self._indexes = indexes
        self._alike: Counter[tuple[str, str, str]] = Counter()

    def of(self, finding: Finding) -> str:
        """The finding's mark; to be asked for in the order of the findings."""
        index, line = self._indexes.get(finding.file), finding.span.line
        if index is None or line > index.line_count:
            words = finding.message
        else:
            words = index.cut(Lines(line, line)).decode("utf-8", "replace")
        code = " ".join(words.removeprefix("\ufeff").split())
        alike = (finding.file, finding.rule, code)
        self._alike[alike] += 1
        text = "\0".join((finding.rule, code, str(self._alike[alike])))
        return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]
