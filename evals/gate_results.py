"""A suite's gates asked about a comparison."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evals.comparison import CaseComparison, Fate, GateResult, MetricComparison, Verdict
from evals.metrics.base import Measured
from evals.outcome import CaseFailed
from evals.record import Score, SuiteRun


def gate_results(
    base: SuiteRun,
    head: SuiteRun,
    cases: Sequence[CaseComparison],
    metrics: Sequence[MetricComparison],
) -> tuple[GateResult, ...]:
    """Every gate of the head's suite: what it must reach, and what it must not lose."""
    return (
        *(_threshold(score, base) for score in head.scores if score.threshold is not None),
        *_must_pass(head, cases),
        _lost(head, cases),
        _scored(cases),
        *_regressions(head, metrics),
    )


def _threshold(score: Score, base: SuiteRun) -> GateResult:
    name = f"threshold {score.metric.name}"
    sign = "≥" if score.metric.higher_is_better else "≤"
    result = score.result
    is_now = f"{result.value:.3f}" if isinstance(result, Measured) else "not measured"
    told = f"{score.metric.name} is {is_now}, asked for {sign} {score.threshold:g}"
    before = next((one.result for one in base.scores if one.metric.name == score.metric.name), None)
    if not score.passed and before == result:
        told += "; the base misses it just the same"
    return GateResult(name, bool(score.passed), told)


def _must_pass(head: SuiteRun, cases: Sequence[CaseComparison]) -> Iterator[GateResult]:
    if not head.gates.must_pass:
        return
    broken = tuple(
        case.case
        for case in cases
        if case.must_pass and (case.head is None or not case.head.passed)
    )
    asked = sum(case.must_pass for case in cases)
    told = f"{len(broken)} of {asked} cases that must pass {_do(broken)} not"
    yield GateResult("must_pass", not broken, told if broken else f"all {asked} pass", broken)


def _lost(head: SuiteRun, cases: Sequence[CaseComparison]) -> GateResult:
    lost = tuple(case.case for case in cases if case.fate is Fate.LOST and case.certain)
    allowed = head.gates.lost
    if not lost:
        return GateResult("lost", passed=True, told="no case that passed stopped passing")
    told = f"{len(lost)} {'case' if len(lost) == 1 else 'cases'} passed before and no longer"
    told += f" {'does' if len(lost) == 1 else 'do'}; {allowed or 'none'} may"
    return GateResult("lost", len(lost) <= allowed, told, lost)


def _scored(cases: Sequence[CaseComparison]) -> GateResult:
    """Of the cases that did not pass before either: a loss is told once."""
    broken = tuple(
        case.case
        for case in cases
        if isinstance(case.head, CaseFailed)
        and case.base is not None
        and not isinstance(case.base, CaseFailed)
        and case.fate is not Fate.LOST
    )
    if not broken:
        return GateResult("scored", passed=True, told="no further case fails to be scored")
    return GateResult("scored", False, f"{len(broken)} further cases can't be scored", broken)


def _regressions(head: SuiteRun, metrics: Sequence[MetricComparison]) -> Iterator[GateResult]:
    guarded = [
        one
        for one in metrics
        if head.gates.guards(one.metric.name) and one.metric.name not in head.informal
    ]
    fallen = [one for one in guarded if one.verdict is Verdict.WORSE]
    if guarded and not fallen:
        told = f"none of {len(guarded)} metrics got significantly worse"
        yield GateResult("regression", passed=True, told=told)
    for one in fallen:
        name, fell = one.metric.name, abs(one.difference or 0.0)
        accepted = head.gates.tolerance.get(name, 0.0)
        told = f"{name} got significantly worse, by {fell:.3f}"
        yield GateResult(f"regression {name}", fell <= accepted + 1e-9, told)


def _do(broken: Sequence[str]) -> str:
    return "does" if len(broken) == 1 else "do"
