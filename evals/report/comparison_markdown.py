"""A comparison as Markdown for a pull request: a short verdict, details to be opened.

Whatever comes from documents or models stands in code or is escaped: it can neither mention people,
nor link, nor close the blocks around it.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

from evals.comparison import (
    CaseComparison,
    Comparison,
    Fate,
    MetricComparison,
    SuiteComparison,
    Verdict,
)
from evals.metrics.base import Measured, Measurement
from evals.outcome import Outcome
from evals.report.outputs import missed_lines, output_lines, runs_passed

MOST_CASES = (30, 10, 3)
"""Described for each suite; the fewer ones where the text would be too long."""
MOST_NAMED = 30
"""Cases of a gate that does not hold."""
MOST_LINES = 30
"""Of a diff."""
LONGEST_LINE = 1_000
"""Characters of a diff's line."""
LONGEST = 60_000
"""Characters: GitHub takes 65,536 in a comment."""

_TOLD = (Fate.LOST, Fate.WORSE, Fate.MIXED, Fate.BETTER, Fate.GAINED)
_SPECIAL = re.compile(r"[\\`*_{}\[\]<>()#+!|~@&-]")
_CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
# GitHub looks for mentions, references and addresses once more after it has read the Markdown, so
# that an escaped sign is found; an invisible one beside it is what keeps them apart.
_FOUND_LATER = re.compile(r"(?<=[@#])|(?<=:)(?=//)|(?<=www)(?=\.)", re.IGNORECASE)
_JOINER = "\u2060"


def comparison_markdown(comparison: Comparison) -> str:
    """The whole text, with fewer cases where a comment would be too long."""
    for most in (*MOST_CASES, 0):
        text = "\n".join(_lines(comparison, most)) + "\n"
        if len(text) <= LONGEST:
            return text
    return text[:LONGEST]


def escaped(text: str) -> str:
    """Text of others as it reads, on one line."""
    line = _FOUND_LATER.sub(_JOINER, " ".join(_CONTROL.sub("\ufffd", text).split()))
    return _SPECIAL.sub(lambda match: f"&#{ord(match[0])};", line)


def code(text: str) -> str:
    """Text of others on one line, as code."""
    line = " ".join(_CONTROL.sub("\ufffd", text).split())
    if "|" in line or not line:
        return escaped(line)  # would end a cell of a table
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", line)), default=0))
    edge = " " if "`" in line else ""
    return f"{fence}{edge}{line}{edge}{fence}"


def _lines(comparison: Comparison, most: int) -> Iterator[str]:
    verdict = "✅ no regression" if comparison.passed else "❌ regression"
    yield f"### Evals: {verdict}"
    yield ""
    for suite, gate in comparison.failed_gates:
        named = ", ".join(code(case) for case in gate.cases[:MOST_NAMED])
        more = len(gate.cases) - MOST_NAMED
        named += f" and {more} more" if more > 0 else ""
        yield f"- **{escaped(suite.name)}**: {escaped(gate.told)}{': ' + named if named else ''}"
    for note in comparison.notes:
        yield f"- note: {escaped(note)}"
    for suite in comparison.suites:
        if suite.preferences is not None:
            yield f"- {escaped(suite.name)}: {escaped(str(suite.preferences))}"
    yield ""
    yield "| suite | cases | lost | worse | better | gained | pass rate |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: | --- |"
    for suite in comparison.suites:
        counts = [len(suite.of(fate)) for fate in (Fate.LOST, Fate.WORSE, Fate.BETTER, Fate.GAINED)]
        cells = [escaped(suite.name), str(suite.compared), *map(str, counts), _pass_rate(suite)]
        yield f"| {' | '.join(cells)} |"
    if most:
        for suite in comparison.suites:
            yield from _details(suite, most)
    yield ""
    yield f"<sub>base {escaped(comparison.base.id)} · head {escaped(comparison.head.id)} · "
    yield f"convexpert {escaped(comparison.head.spec.convexpert)}</sub>"


def _pass_rate(suite: SuiteComparison) -> str:
    rate = suite.metrics[0]
    return f"{_value(rate.base)} → {_value(rate.head)}"


def _details(suite: SuiteComparison, most: int) -> Iterator[str]:
    told = [case for fate in _TOLD for case in suite.of(fate)]
    changed = [one for one in suite.metrics if one.changed]
    if not told and not changed:
        return
    yield ""
    count = f"{len(told)} {'case' if len(told) == 1 else 'cases'}"
    yield f"<details><summary>{escaped(suite.name)}: {count} came out otherwise</summary>"
    yield ""
    if changed:
        yield from _metrics(suite, changed)
    for case in told[:most]:
        yield from _case(case)
    if len(told) > most:
        yield f"- … and {len(told) - most} more"
    yield ""
    yield "</details>"


def _metrics(suite: SuiteComparison, changed: list[MetricComparison]) -> Iterator[str]:
    yield "| metric | base | head | difference (95 % interval) | |"
    yield "| --- | ---: | ---: | --- | --- |"
    for one in changed:
        interval = one.interval
        around = f" ({interval.low:+.3f} to {interval.high:+.3f})" if interval is not None else ""
        gap = f"{one.difference:+.3f}{around}" if one.difference is not None else ""
        says = f"**{one.verdict.value}**" if one.verdict is Verdict.WORSE else one.verdict.value
        values = f"{_value(one.base)} | {_value(one.head)}"
        yield f"| {code(one.metric.name)} | {values} | {gap} | {says} |"
    yield ""
    fewest = suite.fewest_lost
    if suite.compared >= fewest:
        yield (
            f"A fall of the pass rate is significant from {fewest} of {suite.compared} cases on; "
            "smaller ones show only as single cases."
        )
        yield ""


def _case(case: CaseComparison) -> Iterator[str]:
    must = " (must pass)" if case.must_pass else ""
    runs = "" if case.certain else f", {runs_passed(case.base, case.head)}"
    yield f"- **{case.fate.value}** {code(case.case)}{must}{runs}"
    for line in missed_lines(case.head):
        yield f"  - {escaped(line)}"
    for reason in case.why:
        yield f"  - why: {escaped(reason.told)}"
        if reason.hunk:
            yield from _fenced(reason.hunk.splitlines())
    ran = isinstance(case.base, Outcome) and isinstance(case.head, Outcome)
    if ran and not case.same_output and case.fate in (Fate.LOST, Fate.WORSE, Fate.MIXED):
        before, after = output_lines(case.base), output_lines(case.head)
        changes = difflib.unified_diff(before, after, lineterm="", n=1)
        lines = [line for line in changes if not line.startswith(("---", "+++", "@@"))]
        if lines:
            yield from _fenced(lines)


def _fenced(lines: list[str]) -> Iterator[str]:
    # A line that went on at the margin would end the list that the block stands in.
    whole = [" ↵ ".join(line.splitlines()) for line in lines[:MOST_LINES]]
    safe = [_CONTROL.sub("\ufffd", line)[:LONGEST_LINE] for line in whole]
    longest = max((len(run) for line in safe for run in re.findall(r"`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    yield ""
    yield f"  {fence}diff"
    yield from (f"  {line}" for line in safe)
    if len(lines) > MOST_LINES:
        yield f"  … {len(lines) - MOST_LINES} more lines"
    yield f"  {fence}"
    yield ""


def _value(measurement: Measurement) -> str:
    return f"{measurement.value:.3f}" if isinstance(measurement, Measured) else "–"
