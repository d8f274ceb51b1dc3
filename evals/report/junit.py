"""A run as JUnit XML, which most build servers show as tests.

A test suite for each suite, a test for each case and each threshold. There are failures and errors
exactly where the run does not pass: in a suite that is within its thresholds, a case that missed
something is shown as skipped, with what it missed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from evals.metrics.base import Measured
from evals.outcome import CaseFailed, CaseOutcome, Outcome
from evals.record import Run, Score, SuiteRun
from evals.report.outputs import output_lines

MOST_LINES = 60
"""Of what a case returned."""
LONGEST = 20_000
"""Characters of one text."""

# XML 1.0 can't hold these, not even as references.
_IMPOSSIBLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def run_junit(run: Run) -> str:
    """One XML document."""
    suites = [_Suite(suite) for suite in run.suites]
    counts = _counts(
        sum(s.tests for s in suites), sum(s.failures for s in suites), sum(s.errors for s in suites)
    )
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f"<testsuites name={_attribute(f'convexpert eval {run.id}')} {counts}"
        f' time="{_seconds(run.elapsed_ms)}">',
    ]
    for suite in suites:
        lines += suite.lines(run.started_at)
    return "\n".join([*lines, "</testsuites>"]) + "\n"


class _Suite:
    def __init__(self, suite: SuiteRun) -> None:
        self._suite = suite
        self._held = [score for score in suite.scores if score.threshold is not None]
        self._fatal = {case.case for case in suite.broken}
        if not suite.passed:
            self._fatal |= {case.case for case in suite.missed}
        below = sum(score.passed is False for score in self._held)
        self.tests = len(suite.cases) + len(self._held) + len(suite.skipped)
        self.failures = below + sum(case.case in self._fatal for case in suite.missed)
        self.errors = len(suite.failed)

    def lines(self, started_at: str) -> Iterator[str]:
        suite = self._suite
        skipped = len(suite.missed) - sum(case.case in self._fatal for case in suite.missed)
        skipped += len(suite.skipped)
        elapsed = sum(case.elapsed_ms for case in suite.cases)
        yield (
            f"  <testsuite name={_attribute(suite.name)}"
            f" {_counts(self.tests, self.failures, self.errors)}"
            f' skipped="{skipped}" time="{_seconds(elapsed)}" timestamp={_attribute(started_at)}>'
        )
        yield "    <properties>"
        for agent in suite.agents:
            name, value = _attribute(f"agent {agent.handle}"), _attribute(agent.digest)
            yield f"      <property name={name} value={value}/>"
        yield "    </properties>"
        for score in self._held:
            yield _threshold(suite, score)
        for case in suite.cases:
            yield self._case(case)
        for one in suite.skipped:
            name = _attribute(one.case)
            head = f"classname={_attribute(f'{suite.name}.{one.kind}')}"
            told = f"<skipped message={_attribute(one.reason)}/>"
            yield f"    <testcase name={name} {head}>\n      {told}\n    </testcase>"
        yield "  </testsuite>"

    def _case(self, case: CaseOutcome) -> str:
        head = (
            f"    <testcase name={_attribute(case.case)}"
            f" classname={_attribute(f'{self._suite.name}.{case.kind}')}"
            f' time="{_seconds(case.elapsed_ms)}"'
        )
        if isinstance(case, CaseFailed):
            told = f"message={_attribute(case.reason)} type={_attribute(case.code)}"
            return f"{head}>\n      <error {told}>{_body(case)}</error>\n    </testcase>"
        if case.passed:
            return f"{head}/>"
        message = _attribute("; ".join(case.result.missed))
        if case.case not in self._fatal:
            return f"{head}>\n      <skipped message={message}/>\n    </testcase>"
        told = f'message={message} type="missed"'
        return f"{head}>\n      <failure {told}>{_body(case)}</failure>\n    </testcase>"


def _threshold(suite: SuiteRun, score: Score) -> str:
    sign = "≥" if score.metric.higher_is_better else "≤"
    name = _attribute(f"{score.metric.name} {sign} {score.threshold:g}")
    head = f"    <testcase name={name} classname={_attribute(f'{suite.name}.thresholds')}"
    if score.passed:
        return f'{head} time="0.000"/>'
    if isinstance(score.result, Measured):
        told = f"{score.metric.name} is {score.result.value:.3f}, {score.threshold:g} is asked for"
    else:
        told = f"{score.metric.name} was not measured: {score.result.reason}"
    failure = f'<failure message={_attribute(told)} type="threshold"/>'
    return f'{head} time="0.000">\n      {failure}\n    </testcase>'


def _body(case: CaseOutcome) -> str:
    lines = output_lines(case)
    if isinstance(case, Outcome) and case.tries > 1:
        lines.insert(0, f"{case.passes} of {case.tries} runs passed")
    if len(lines) > MOST_LINES:
        lines = [*lines[:MOST_LINES], f"… {len(lines) - MOST_LINES} more lines"]
    return escape(_possible("\n".join(lines)))


def _counts(tests: int, failures: int, errors: int) -> str:
    return f'tests="{tests}" failures="{failures}" errors="{errors}"'


def _seconds(milliseconds: float) -> str:
    return f"{milliseconds / 1000:.3f}"


def _attribute(text: str) -> str:
    return quoteattr(_possible(text))


def _possible(text: str) -> str:
    short = text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
    return _IMPOSSIBLE.sub(lambda match: f"\\x{ord(match[0]):02x}", short)
