"""A comparison as a JSON document: what `eval compare --json` prints."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from evals.comparison import (
    CaseComparison,
    Comparison,
    Fate,
    GateResult,
    MetricComparison,
    Preferences,
    Reason,
    Side,
    SuiteComparison,
)
from evals.metrics.base import Measured, Measurement
from evals.report.json import case_to_json

FORMAT = 1


def comparison_to_json(comparison: Comparison) -> dict[str, Any]:
    """The whole comparison; of cases that came out the same only their fate."""
    return {
        "format": FORMAT,
        "passed": comparison.passed,
        "base": _side(comparison.base),
        "head": _side(comparison.head),
        "notes": list(comparison.notes),
        "suites": [_suite(suite) for suite in comparison.suites],
    }


def _side(side: Side) -> dict[str, Any]:
    spec = side.spec
    return {
        "id": side.id,
        "started_at": side.started_at,
        "elapsed_ms": side.elapsed_ms,
        "convexpert": spec.convexpert,
        "code": spec.code,
        "embedding_model": spec.embedding_model,
        "model": spec.model,
        "seed": spec.seed,
        "repeat": spec.repeat,
        "given": dict(spec.given),
    }


def _suite(suite: SuiteComparison) -> dict[str, Any]:
    return {
        "name": suite.name,
        "passed": suite.passed,
        "counts": {fate.value: len(suite.of(fate)) for fate in Fate},
        "compared": suite.compared,
        "fewest_lost_significant": suite.fewest_lost,
        "agents": [
            {
                "handle": change.handle,
                "change": change.word,
                "base": change.base.digest if change.base is not None else None,
                "head": change.head.digest if change.head is not None else None,
            }
            for change in suite.agents
        ],
        "metrics": [_metric(metric) for metric in suite.metrics],
        "cases": [_case(case) for case in suite.cases],
        "gates": [_gate(gate) for gate in suite.gates],
        "judge": _preferences(suite.preferences) if suite.preferences is not None else None,
    }


def _preferences(told: Preferences) -> dict[str, Any]:
    return {
        "judge": told.judge,
        "head": told.count("head"),
        "base": told.count("base"),
        "tie": told.count("tie"),
        "no_verdict": told.count(None),
        "p": told.p,
        "may_gate": told.informal is None,
        "why_not": told.informal,
        "usage": asdict(told.usage),
        "pairs": [asdict(pair) for pair in told.pairs],
    }


def _metric(compared: MetricComparison) -> dict[str, Any]:
    metric, interval = compared.metric, compared.interval
    return {
        "metric": metric.name,
        "meaning": metric.meaning,
        "unit": metric.unit,
        "higher_is_better": metric.higher_is_better,
        "base": _value(compared.base),
        "head": _value(compared.head),
        "pairs": compared.pairs,
        "changed": compared.changed,
        "difference": compared.difference,
        "interval": [interval.low, interval.high] if interval is not None else None,
        "level": interval.level if interval is not None else None,
        "p": compared.p,
        "p_holm": compared.adjusted,
        "smallest_detectable": compared.smallest,
        "verdict": compared.verdict.value,
    }


def _value(measurement: Measurement) -> float | None:
    return measurement.value if isinstance(measurement, Measured) else None


def _case(case: CaseComparison) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": case.case,
        "kind": case.kind,
        "tags": list(case.tags),
        "fate": case.fate.value,
        "certain": case.certain,
        "must_pass": case.must_pass,
        "same_output": case.same_output,
    }
    if case.fate is Fate.SAME and case.same_output:
        return told
    return {
        **told,
        "scores": [
            {
                "metric": change.metric.name,
                "base": _value(change.base),
                "head": _value(change.head),
                "gain": change.gain,
            }
            for change in case.scores
        ],
        "why": [_reason(reason) for reason in case.why],
        "base": case_to_json(case.base) if case.base is not None else None,
        "head": case_to_json(case.head) if case.head is not None else None,
    }


def _reason(reason: Reason) -> dict[str, Any]:
    return {
        "code": reason.code,
        "told": reason.told,
        "document": reason.document,
        "before": reason.before.as_list() if reason.before is not None else None,
        "after": reason.after.as_list() if reason.after is not None else None,
        "hunk": reason.hunk,
    }


def _gate(gate: GateResult) -> dict[str, Any]:
    return {
        "gate": gate.name,
        "passed": gate.passed,
        "told": gate.told,
        "cases": list(gate.cases),
    }
