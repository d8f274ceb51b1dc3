"""A comparison on the terminal: metrics, what got worse and better, the gates, the verdict."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from assistant.cli.console import printable
from evals.comparison import (
    CaseComparison,
    Comparison,
    Fate,
    MetricComparison,
    Side,
    SuiteComparison,
    Verdict,
)
from evals.metrics.base import Measured, Measurement
from evals.outcome import Outcome
from evals.report.outputs import missed_lines, output_lines, runs_passed
from evals.report.text import FAIL, NOT_MEASURED, PASS

if TYPE_CHECKING:
    from rich.console import Console

SIDE_BY_SIDE = 100
"""Columns from which both outputs stand beside each other; below, and in a pipe, as a diff."""
MOST_CASES = 20
"""Cases shown of each fate but lost ones, of which all are."""
MOST_LINES = 40
"""Of an output."""

Part = str | tuple[str, str]
"""Text, or text with its style."""

_STYLES = {
    Fate.LOST: "bold red",
    Fate.WORSE: "red",
    Fate.MIXED: "yellow",
    Fate.BETTER: "green",
    Fate.GAINED: "bold green",
}
_SIGNS = {Fate.LOST: "✗", Fate.WORSE: "↓", Fate.MIXED: "↕", Fate.BETTER: "↑", Fate.GAINED: "✓"}
_QUIET = (Fate.CHANGED, Fate.ADDED, Fate.REMOVED)


def show_comparison(console: Console, comparison: Comparison) -> None:
    """The two runs, each suite, and whether the gates hold."""
    _line(console, _side("base", comparison.base))
    _line(console, _side("head", comparison.head))
    for note in comparison.notes:
        _line(console, f"note: {note}")
    console.print()
    for suite in comparison.suites:
        _show_suite(console, suite)
    for suite, gate in comparison.failed_gates:
        cases = f": {', '.join(gate.cases)}" if gate.cases else ""
        _line(console, ("✗ ", "red"), (f"{suite.name}: {gate.told}", "bold"), cases)
    _line(console, (PASS, "green") if comparison.passed else (FAIL, "bold red"))


def _side(word: str, side: Side) -> str:
    agents = side.spec.given.get("agents")
    named = f"  {' '.join(map(str, agents))}" if isinstance(agents, list | tuple) else ""
    return f"{word}  {side.id}  convexpert {side.spec.convexpert}{named}"


def _show_suite(console: Console, suite: SuiteComparison) -> None:
    about = ", ".join(suite.edited) or "the same documents"
    _line(console, (suite.name, "bold"), (f"  {suite.compared} cases in both runs; {about}", "dim"))
    wide = console.width >= SIDE_BY_SIDE
    console.print(Padding(_metrics(suite.metrics, wide=wide), (0, 0, 0, 2)))
    _line(console, (f"  {_limits(suite)}", "dim"))
    if suite.preferences is not None:
        _line(console, f"  {suite.preferences}")
    for fate in _SIGNS:
        cases = suite.of(fate)
        shown = cases if fate is Fate.LOST else cases[:MOST_CASES]
        for case in shown:
            _show_case(console, case)
        if len(cases) > len(shown):
            _line(console, f"  … and {len(cases) - len(shown)} more {fate.value}; --json has all")
    for fate in _QUIET:
        if cases := suite.of(fate):
            _line(console, f"  {fate.value}: {', '.join(case.case for case in cases)}")
    console.print()


def _limits(suite: SuiteComparison) -> str:
    """How much the absence of a difference says."""
    count, fewest = suite.compared, suite.fewest_lost
    if count < fewest:
        return f"{count} cases are too few for any significant difference"
    return (
        f"a fall of the pass rate is significant from {fewest} of {count} cases on "
        f"({fewest / count:.3f}); smaller ones show only as single cases"
    )


def _metrics(metrics: Sequence[MetricComparison], *, wide: bool) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    numbers = ["base", "head", "diff.", "95 % interval", "p", *(["shows from"] if wide else [])]
    for header in ("metric", *numbers, "says"):
        table.add_column(header, justify="right" if header in numbers else "left", no_wrap=True)
    for compared in metrics:
        interval, p = compared.interval, compared.adjusted
        p = compared.p if p is None else p
        smallest = f"{compared.smallest:.3f}" if compared.smallest is not None else ""
        table.add_row(
            compared.metric.name,
            _value(compared.base),
            _value(compared.head),
            f"{compared.difference:+.3f}" if compared.difference is not None else "",
            f"{interval.low:+.3f} to {interval.high:+.3f}" if interval is not None else "",
            f"{p:.3f}" if p is not None and compared.changed else "",
            *([smallest] if wide else []),
            _verdict(compared.verdict),
        )
    return table


def _verdict(verdict: Verdict) -> Text:
    style = {Verdict.WORSE: "bold red", Verdict.BETTER: "bold green"}.get(verdict, "dim")
    short = {Verdict.UNCLEAR: "not clear", Verdict.NOT_MEASURED: ""}
    word = short.get(verdict, verdict.value)
    return Text(word, style=style)


def _value(measurement: Measurement) -> str:
    return f"{measurement.value:.3f}" if isinstance(measurement, Measured) else NOT_MEASURED


def _show_case(console: Console, case: CaseComparison) -> None:
    scores = ", ".join(
        f"{one.metric.name} {_value(one.base)} → {_value(one.head)}" for one in case.scores
    )
    chance = "" if case.certain else f"  {runs_passed(case.base, case.head)}"
    _line(
        console,
        (f"  {_SIGNS[case.fate]} ", _STYLES[case.fate]),
        (f"{case.fate.value} {case.case}", "bold"),
        ("  must pass", "bold red") if case.must_pass else "",
        chance,
        (f"  {scores}", "dim") if scores else "",
    )
    for line in missed_lines(case.head):
        _line(console, f"      {line}")
    for reason in case.why:
        _line(console, ("      why: ", "dim"), " ".join(reason.told.split()))
        for line in (reason.hunk or "").splitlines():
            _line(console, _diff_line(line, indent=8))
    ran = isinstance(case.base, Outcome) and isinstance(case.head, Outcome)
    if ran and not case.same_output and case.fate is not Fate.BETTER:
        _show_outputs(console, case)


def _show_outputs(console: Console, case: CaseComparison) -> None:
    before, after = output_lines(case.base), output_lines(case.head)
    if console.is_terminal and console.width >= SIDE_BY_SIDE:
        table = Table(box=None, padding=(0, 2, 0, 0), expand=True, header_style="dim")
        for header in ("before", "after"):
            table.add_column(header, ratio=1, overflow="fold")
        table.add_row(*(Text(printable("\n".join(_cut(side)))) for side in (before, after)))
        console.print(Padding(table, (0, 0, 0, 6)))
        return
    changes = difflib.unified_diff(before, after, lineterm="", n=1)
    for line in _cut([one for one in changes if not one.startswith(("---", "+++", "@@"))]):
        _line(console, _diff_line(line, indent=6))


def _cut(lines: Sequence[str]) -> Iterator[str]:
    yield from lines[:MOST_LINES]
    if len(lines) > MOST_LINES:
        yield f"… {len(lines) - MOST_LINES} more lines"


def _diff_line(line: str, *, indent: int) -> Part:
    return " " * indent + line, {"+": "green", "-": "red"}.get(line[:1], "dim")


def _line(console: Console, *parts: Part) -> None:
    """One line, with nothing in it that moves the cursor; broken only on a terminal."""
    styled = [(part, "") if isinstance(part, str) else part for part in parts]
    text = Text.assemble(*((printable(words), style) for words, style in styled))
    console.print(text, soft_wrap=not console.is_terminal)
