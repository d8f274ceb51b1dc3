"""Findings as JUnit XML, which most build servers show as tests.

A suite for each file with findings, a test for each finding. Errors and warnings are failed
tests; infos are passed ones with their text as output.
"""

from __future__ import annotations

import re
from itertools import groupby
from xml.sax.saxutils import escape, quoteattr

from agents.finding import Finding, Severity
from agents.reporters.report import FindingsReport, Look
from agents.reporters.text import summary

# XML 1.0 can't hold these, not even as references.
_IMPOSSIBLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(report: FindingsReport, look: Look) -> str:
    """One XML document."""
    suites = [
        _suite(name, list(findings))
        for name, findings in groupby(report.findings, key=lambda finding: finding.file)
    ]
    if not suites:
        case = f'    <testcase name={_attribute(summary(report))} classname="convexpert"/>'
        suites = [f'  <testsuite name="convexpert" tests="1" failures="0">\n{case}\n  </testsuite>']
    tests, failures = max(len(report.findings), 1), _failures(report.findings)
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            f'<testsuites name="convexpert" tests="{tests}" failures="{failures}">',
            *suites,
            "</testsuites>",
        ]
    )


def _suite(name: str, findings: list[Finding]) -> str:
    counts = f'tests="{len(findings)}" failures="{_failures(findings)}"'
    cases = "\n".join(_case(finding) for finding in findings)
    return f"  <testsuite name={_attribute(name)} {counts}>\n{cases}\n  </testsuite>"


def _failures(findings: list[Finding] | tuple[Finding, ...]) -> int:
    return sum(finding.severity is not Severity.INFO for finding in findings)


def _case(finding: Finding) -> str:
    place = f"{finding.span.line}:{finding.span.column}"
    lines = [f"{finding.file}:{place} {finding.severity} {finding.message}"]
    if finding.hint:
        lines.append(f"hint: {finding.hint}")
    lines += [
        f"asked for by {i.agent}@{i.version}:{i.line} {i.text}" for i in finding.documented_by
    ]
    body = escape(_possible("\n".join(lines)))
    if finding.severity is Severity.INFO:
        outcome = f"<system-out>{body}</system-out>"
    else:
        kind = f"message={_attribute(finding.message)} type={_attribute(finding.severity)}"
        outcome = f"<failure {kind}>{body}</failure>"
    named = f"name={_attribute(f'{finding.rule} {place}')} classname={_attribute(finding.file)}"
    at = f'file={_attribute(finding.file)} line="{finding.span.line}"'
    return f"    <testcase {named} {at}>{outcome}</testcase>"


def _attribute(text: str) -> str:
    return quoteattr(_possible(text))


def _possible(text: str) -> str:
    return _IMPOSSIBLE.sub(lambda match: f"\\x{ord(match[0]):02x}", text)
