"""Findings as commands of GitHub Actions, which shows them beside the code of a pull request."""

from __future__ import annotations

from agents.finding import Finding, Severity
from agents.reporters.report import FindingsReport, Look
from agents.reporters.text import summary

_COMMAND = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def render(report: FindingsReport, look: Look) -> str:
    """A command for each finding, then the summary for whoever reads the log."""
    return "\n".join([*(_command(f, look) for f in report.findings), summary(report)])


def _command(finding: Finding, look: Look) -> str:
    span = finding.span
    properties = {"file": finding.file, "line": span.line, "endLine": span.end_line}
    if span.line == span.end_line:
        # GitHub takes columns only within one line.
        properties |= {"col": span.column, "endColumn": span.end_column}
    properties["title"] = finding.rule
    listed = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    return f"::{_COMMAND[finding.severity]} {listed}::{_data(look.safe(finding.advice))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
