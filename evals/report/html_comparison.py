"""A comparison as one HTML file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evals.comparison import (
    CaseComparison,
    Comparison,
    Fate,
    MetricComparison,
    Side,
    SuiteComparison,
    Verdict,
)
from evals.metric_history import MetricHistory
from evals.outcome import CaseOutcome
from evals.report.html_charts import change_bar, measured
from evals.report.html_outputs import hunk, items, output, question, ranks, side_by_side
from evals.report.html_page import badge, page, table, text
from evals.report.html_parts import ShownCase, case_list, filter_form, history_section

MOST_OPEN = 10
"""Lost cases that are open from the start."""

_TONES = {
    Fate.LOST: "bad",
    Fate.WORSE: "bad",
    Fate.MIXED: "warn",
    Fate.BETTER: "good",
    Fate.GAINED: "good",
}
_FIRST = (*_TONES, Fate.CHANGED, Fate.ADDED, Fate.REMOVED, Fate.SAME)
_VERDICTS = {Verdict.WORSE: "bad", Verdict.BETTER: "good", Verdict.UNCLEAR: "warn"}


def comparison_html(comparison: Comparison, histories: Sequence[MetricHistory] = ()) -> str:
    """The whole file; `histories` as `evals.metric_history` makes them."""
    title = f"Evals: {comparison.base.id} and {comparison.head.id}"
    return page(title, _body(comparison, histories))


def _body(comparison: Comparison, histories: Sequence[MetricHistory]) -> Iterator[str]:
    shown = [_cases(suite) for suite in comparison.suites]
    verdict = badge("✓ no regression", "good")
    if not comparison.passed:
        verdict = badge("✗ regression", "bad")
    yield f"<header><h1>{verdict} Eval comparison</h1>"
    yield f'<dl class="cards">{_side("base", comparison.base)}{_side("head", comparison.head)}</dl>'
    yield "</header><main>"
    yield from _gates(comparison)
    yield items([f"note: {note}" for note in comparison.notes])
    yield from filter_form(case for some in shown for case in some)
    for suite, cases in zip(comparison.suites, shown, strict=True):
        yield f"<h2>{text(suite.name)}</h2>"
        yield f'<p class="dim">{_about(suite)}</p>'
        yield from _preferences(suite)
        yield from _metrics(suite)
        here = [comparison.base.id, comparison.head.id]
        yield from history_section(suite.name, histories, here)
        yield from case_list(cases, caption=f"Cases of {suite.name}")
    yield "</main>"


def _side(word: str, side: Side) -> str:
    agents = side.spec.given.get("agents")
    named = " ".join(map(str, agents)) if isinstance(agents, list | tuple) else ""
    return (
        f'<div class="card"><dt>{word}</dt><dd><strong>{text(named or side.id)}</strong><br>'
        f'<span class="dim">{text(side.id)} · convexpert {text(side.spec.convexpert)}'
        f" · {text(side.spec.model or 'without a model')}</span></dd></div>"
    )


def _gates(comparison: Comparison) -> Iterator[str]:
    failed = list(comparison.failed_gates)
    if not failed:
        return
    yield "<h2>What does not hold</h2><ul>"
    for suite, gate in failed:
        cases = ", ".join(f"<code>{text(case)}</code>" for case in gate.cases)
        named = f": {cases}" if cases else ""
        yield f"<li><strong>{text(suite.name)}</strong>: {text(gate.told)}{named}</li>"
    yield "</ul>"


def _about(suite: SuiteComparison) -> str:
    edited = ", ".join(suite.edited) or "the same documents"
    about = f"{suite.compared} cases in both runs; {edited}."
    fewest, count = suite.fewest_lost, suite.compared
    if count < fewest:
        return text(f"{about} They are too few for any significant difference.")
    return text(
        f"{about} A fall of the pass rate is significant from {fewest} of {count} cases on;"
        " smaller ones show only as single cases."
    )


def _preferences(suite: SuiteComparison) -> Iterator[str]:
    told = suite.preferences
    if told is None:
        return
    yield f"<p>{text(str(told))}</p>"
    rows = [
        (text(one.case), text(one.winner or "no verdict"), text(" / ".join(one.reasons)))
        for one in told.pairs
    ]
    yield '<details class="fold"><summary>what the judge says</summary>'
    yield table(f"the judge on {suite.name}", ("case", "prefers", "because"), rows)
    yield "</details>"


def _metrics(suite: SuiteComparison) -> Iterator[str]:
    told = ("-difference", "-95 % interval", "-p", "-shows from", "says")
    headers = ("metric", "chart", "base", "head", *told)
    rows = map(_metric, suite.metrics)
    caption = f"metrics of {suite.name}; bar: head, line: base, whiskers: 95 % interval"
    yield table(caption, headers, rows, kind="numbers")


def _metric(one: MetricComparison) -> tuple[str, ...]:
    interval, p = one.interval, one.p if one.adjusted is None else one.adjusted
    return (
        text(one.metric.name),
        change_bar(one),
        measured(one.base, one.metric),
        measured(one.head, one.metric),
        f"{one.difference:+.3f}" if one.difference is not None else "",
        f"{interval.low:+.3f} to {interval.high:+.3f}" if interval is not None else "",
        f"{p:.3f}" if p is not None else "",
        f"{one.smallest:.3f}" if one.smallest is not None else "",
        badge(one.verdict.value, _VERDICTS.get(one.verdict, "quiet")),
    )


def _cases(suite: SuiteComparison) -> list[ShownCase]:
    ordered = [case for fate in _FIRST for case in suite.of(fate)]
    return [
        ShownCase(
            case.case,
            case.kind,
            case.tags,
            case.fate.value,
            _TONES.get(case.fate, "quiet"),
            tuple(_inside(case)),
            _also(case),
            opened=case.fate is Fate.LOST and place < MOST_OPEN,
        )
        for place, case in enumerate(ordered)
    ]


def _also(case: CaseComparison) -> str:
    notes = ["must pass"] if case.must_pass else []
    if not case.certain and case.base is not None and case.head is not None:
        notes.append(f"{_rate(case.base)} → {_rate(case.head)} runs passed")
    if case.fate is not Fate.SAME:
        notes += [
            f"{one.metric.name} {measured(one.base, one.metric)} → {measured(one.head, one.metric)}"
            for one in case.scores[:2]
        ]
    return ", ".join(notes)


def _inside(case: CaseComparison) -> Iterator[str]:
    yield question(case.head) or question(case.base)
    for reason in case.why:
        yield f"<p><strong>why</strong>: {text(reason.told)}</p>"
        yield hunk(reason.hunk) if reason.hunk else ""
    if case.scores:
        rows = [
            (
                text(one.metric.name),
                measured(one.base, one.metric),
                measured(one.head, one.metric),
                f"{one.gain:+.3f}",
            )
            for one in case.scores
        ]
        yield table("scores that differ", ("metric", "base", "head", "gain"), rows, kind="numbers")
    yield ranks(case.base, case.head)
    if case.same_output:
        yield "<h4>Output, the same on both sides</h4>" if case.base and case.head else ""
        yield output(case.head or case.base)
    else:
        yield side_by_side(case.base, case.head)


def _rate(outcome: CaseOutcome) -> str:
    return f"{outcome.passes}/{outcome.tries}"
