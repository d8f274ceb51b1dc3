"""A run as one HTML file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evals.metric_history import MetricHistory
from evals.metrics.base import Measured
from evals.outcome import CaseFailed, CaseOutcome
from evals.record import Run, Score, SuiteRun
from evals.report.html_charts import measured, number, score_bar
from evals.report.html_outputs import items, output, question
from evals.report.html_page import badge, page, table, text
from evals.report.html_parts import ShownCase, case_list, filter_form, history_section

_ORDER = {"failed": 0, "missed": 1, "passed": 2}
_TONES = {"failed": "bad", "missed": "bad", "passed": "good"}


def run_html(run: Run, histories: Sequence[MetricHistory] = ()) -> str:
    """The whole file; `histories` as `evals.metric_history` makes them."""
    return page(f"Evals: run {run.id}", _body(run, histories))


def _body(run: Run, histories: Sequence[MetricHistory]) -> Iterator[str]:
    shown = [[_case(case, suite) for case in suite.cases] for suite in run.suites]
    yield f"<header><h1>{_sign(run.passed)} Eval run</h1>"
    yield f'<p class="dim">{text(run.id)} · convexpert {text(run.spec.convexpert)}'
    yield f" · {run.elapsed_ms / 1000:.1f} s · {text(run.spec.model or 'without a model')}"
    yield f" · {_given(run)}</p></header><main>"
    yield '<div class="cards">'
    for suite in run.suites:
        passed = len(suite.cases) - len(suite.missed) - len(suite.failed)
        yield (
            f'<div class="card">{_sign(suite.passed)} <strong>{text(suite.name)}</strong><br>'
            f'<span class="dim">{passed} of {len(suite.cases)} cases passed</span></div>'
        )
    yield "</div>"
    yield from filter_form(case for some in shown for case in some)
    for suite, cases in zip(run.suites, shown, strict=True):
        yield f"<h2>{text(suite.name)}</h2>"
        agents = ", ".join(agent.handle for agent in suite.agents)
        yield f'<p class="dim">over {text(agents)}</p>' if agents else ""
        yield items(suite.notes)
        yield from _scores(suite)
        yield from history_section(suite.name, histories, [run.id])
        ordered = sorted(cases, key=lambda case: _ORDER[case.outcome])
        yield from case_list(ordered, caption=f"Cases of {suite.name}")
    yield "</main>"


def _given(run: Run) -> str:
    agents = run.spec.given.get("agents")
    if isinstance(agents, list | tuple) and agents:
        return f"agents {text(' '.join(map(str, agents)))}"
    return "the documents that the suites name"


def _scores(suite: SuiteRun) -> Iterator[str]:
    whole = [score for score in suite.scores if ":" not in score.metric.name]
    single = [score for score in suite.scores if ":" in score.metric.name]
    headers = ("metric", "chart", "value", "-95 % interval", "-n", "threshold", "-what it says")
    caption = f"scores of {suite.name}; line: threshold, whiskers: 95 % interval"
    yield table(caption, headers, map(_score, whole), kind="numbers")
    if single:
        yield f'<details class="fold"><summary>{len(single)} metrics of single rules</summary>'
        yield table(f"single rules of {suite.name}", headers, map(_score, single), kind="numbers")
        yield "</details>"


def _score(score: Score) -> tuple[str, ...]:
    metric, interval, result = score.metric, score.interval, score.result
    held = ""
    if score.threshold is not None:
        sign = "≥" if metric.higher_is_better else "≤"
        held = f"{sign} {score.threshold:g} {_sign(bool(score.passed))}"
    around = ""
    if interval is not None:
        around = f"{number(interval.low, metric)}–{number(interval.high, metric)}"
    return (
        text(metric.name),
        score_bar(score),
        measured(result, metric),
        around,
        str(result.n) if isinstance(result, Measured) else "0",
        held,
        text(score.meaning),
    )


def _case(case: CaseOutcome, suite: SuiteRun) -> ShownCase:
    failed = isinstance(case, CaseFailed)
    outcome = "failed" if failed else "passed" if case.passed else "missed"
    notes = [
        "must pass" if suite.gates.must(case.case, case.tags) else "",
        f"{case.passes} of {case.tries} runs passed" if case.tries > 1 else "",
        "as before, not run again" if case.cached else "",
    ]
    also = ", ".join(note for note in notes if note)
    return ShownCase(
        case.case,
        case.kind,
        case.tags,
        outcome,
        _TONES[outcome],
        tuple(_inside(case)),
        also,
    )


def _inside(case: CaseOutcome) -> Iterator[str]:
    yield question(case)
    if not isinstance(case, CaseFailed):
        yield items(case.result.missed)
        values = [
            f"{text(name)} <strong>{value.value:.3f}</strong>"
            for name, value in case.result.scores.items()
            if isinstance(value, Measured)
        ]
        yield f"<p>{' · '.join(values)}</p>" if values else ""
    yield output(case)
    for number_, attempt in enumerate(case.attempts, start=1):
        yield f"<h4>Run {number_}: {'passed' if attempt.passed else 'missed'}</h4>"
        yield output(attempt)


def _sign(passed: bool) -> str:
    return badge("✓ pass", "good") if passed else badge("✗ fail", "bad")
