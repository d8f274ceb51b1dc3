"""A run on the terminal. Signs are words and shapes, so that nothing depends on colour."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from assistant.cli.console import printable, write
from evals.metrics.base import Measured
from evals.outcome import CaseOutcome
from evals.record import Run, Score, SuiteRun
from evals.suite import Suite

if TYPE_CHECKING:
    from rich.console import Console

    from evals.run_changes import ListedSuite

WIDE = 120
"""Columns from which the tables explain their metrics."""
PASS, FAIL = "✓ pass", "✗ FAIL"
NOT_MEASURED = "–"
_NUMBERS = frozenset({"value", "n", "cases", "missed", "failed", "pass rate", "change"})


def show_run(console: Console, run: Run) -> None:
    """Each suite with its metrics and its cases that went wrong, then the verdict."""
    for suite in run.suites:
        _show_suite(console, suite)
    cases = [case for suite in run.suites for case in suite.cases]
    kept = sum(case.cached for case in cases)
    verdict = _sign(run.passed)
    verdict.append(f"  run {run.id}  {_seconds(run.elapsed_ms)}")
    if kept:
        verdict.append(f"  {kept} of {len(cases)} cases as before, not run again", style="dim")
    console.print(verdict)


def show_history(console: Console, listed: Sequence[ListedSuite]) -> None:
    """One line for each run and suite, newest first; in a pipe cells apart by tabs."""
    headers = ("run", "suite", "cases", "missed", "failed", "result", "pass rate", "change")
    table = _table(*headers)
    for one in listed:
        suite = one.suite
        counts = (str(len(suite.cases)), str(len(suite.missed)), str(len(suite.failed)))
        rate = one.pass_rate
        shown = f"{rate.value:.3f}" if isinstance(rate, Measured) else NOT_MEASURED
        change = f"{one.change.difference:+.3f}" if one.change is not None else NOT_MEASURED
        cells = (one.run.id, suite.name, *counts)
        if console.is_terminal:
            table.add_row(*cells, _sign(suite.passed), shown, change)
        else:
            _write_row(*cells, _sign(suite.passed).plain, shown, change)
    if console.is_terminal:
        console.print(table)


def show_suites(console: Console, suites: Sequence[Suite]) -> None:
    """Name, size and purpose of each suite; in a pipe cells apart by tabs."""
    if not console.is_terminal:
        for suite in suites:
            kinds = ", ".join(suite.kinds)
            _write_row(suite.name, str(len(suite.cases)), kinds, suite.description)
        return
    table = _table("suite", "cases", "kinds", "about")
    for suite in suites:
        about = Text(printable(suite.description))
        table.add_row(suite.name, str(len(suite.cases)), ", ".join(suite.kinds), about)
    console.print(table)


def _show_suite(console: Console, suite: SuiteRun) -> None:
    agents = ", ".join(agent.handle for agent in suite.agents)
    title = Text(suite.name, style="bold")
    count = len(suite.cases)
    title.append(f"  {count} case{'' if count == 1 else 's'} over {agents}", style="not bold dim")
    console.print(title)
    if not suite.cases:  # nothing was measured
        for line in suite.notes:
            console.print(Text(f"  – {printable(line)}", style="dim"))
        console.print()
        return
    whole = [score for score in suite.scores if ":" not in score.metric.name]
    console.print(Padding(_scores(whole, explained=console.width >= WIDE), (0, 0, 0, 2)))
    by_rule = [score for score in suite.scores if ":" in score.metric.name]
    if by_rule:
        console.print(Padding(_rules(by_rule), (1, 0, 0, 2)))
    for case in suite.missed:
        _show_case(console, "missed", _named(case, suite), case.result.missed)
    for failed in suite.failed:
        _show_case(console, "failed", _named(failed, suite), (f"{failed.code}: {failed.reason}",))
    for line in suite.notes:
        console.print(Text(f"  – {printable(line)}", style="dim"))
    console.print()


def _named(case: CaseOutcome, suite: SuiteRun) -> str:
    must = "  must pass" if suite.gates.must(case.case, case.tags) else ""
    runs = f"  {case.passes} of {case.tries} runs passed" if case.tries > 1 else ""
    return f"{case.case}{must}{runs}"


def _scores(scores: Iterable[Score], *, explained: bool) -> Table:
    headers = ["metric", "value", "95 % interval", "n", "threshold", "result"]
    table = _table(*headers, *(["what it says"] if explained else []))
    for score in scores:
        interval, threshold = score.interval, score.threshold
        table.add_row(
            score.metric.name,
            _value_and_n(score)[0],
            f"{interval.low:.3f}–{interval.high:.3f}" if interval is not None else "",
            _value_and_n(score)[1],
            f"{'≥' if score.metric.higher_is_better else '≤'} {threshold:g}"
            if threshold is not None
            else "",
            _sign(score.passed) if score.passed is not None else "",
            *([Text(score.meaning, style="dim")] if explained else []),
        )
    return table


def _rules(scores: Sequence[Score]) -> Table:
    """The metrics of single rules: one row for each rule."""
    families = list(dict.fromkeys(score.metric.name.partition(":")[0] for score in scores))
    rows: dict[str, dict[str, Score]] = {}
    for score in scores:
        family, _, rule = score.metric.name.partition(":")
        rows.setdefault(rule, {})[family] = score
    table = _table("rule", *(header for f in families for header in (f, "n")), "result")
    for rule, row in sorted(rows.items()):
        gates = [score.passed for score in row.values() if score.passed is not None]
        cells = [cell for f in families for cell in _value_and_n(row.get(f))]
        table.add_row(rule, *cells, _sign(all(gates)) if gates else "")
    return table


def _show_case(console: Console, word: str, case: str, reasons: Iterable[str]) -> None:
    line = Text("  ✗ ", style="red")
    line.append(f"{word} {case}", style="bold")
    console.print(line)
    for reason in reasons:
        text = Text(" ".join(printable(reason).split()))
        if console.is_terminal:
            console.print(Padding(text, (0, 0, 0, 6)), soft_wrap=False)
        else:
            console.print(Text("      ").append(text))


def _table(*headers: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for header in headers:
        right = header in _NUMBERS
        # A number, an id or a sign is never broken over two lines.
        table.add_column(
            header,
            justify="right" if right else "left",
            no_wrap=header not in ("what it says", "about"),
        )
    return table


def _write_row(*cells: str) -> None:
    write("\t".join(" ".join(printable(cell).split()) for cell in cells))


def _value_and_n(score: Score | None) -> tuple[str, str]:
    if score is None or not isinstance(score.result, Measured):
        return NOT_MEASURED, "0"
    return f"{score.result.value:.3f}", str(score.result.n)


def _sign(passed: bool) -> Text:
    return Text(PASS, style="green") if passed else Text(FAIL, style="bold red")


def _seconds(milliseconds: float) -> str:
    return f"{milliseconds / 1000:.1f} s"
