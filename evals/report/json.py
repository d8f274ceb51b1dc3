"""A run as a JSON document, and back. It is what is stored, and what `--json` prints.

`FORMAT` counts up when the shape changes; `run_from_json` keeps reading the older ones.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from evals.gates import KAPPA, Gates
from evals.metrics.base import Measured, Measurement, Metric, NotMeasured
from evals.outcome import CaseFailed, CaseOutcome, Outcome, Result, Skipped, Usage
from evals.record import Run, RunSpec, Score, SuiteRun
from evals.statistics import Interval
from evals.subject import AgentUnderTest
from evals.suite import Suite

FORMAT = 2
"""1 had no gates, attempts, digests of cases and of the code."""


def run_to_json(run: Run) -> dict[str, Any]:
    """The whole run."""
    return {
        "format": FORMAT,
        "id": run.id,
        "started_at": run.started_at,
        "elapsed_ms": run.elapsed_ms,
        "passed": run.passed,
        "spec": {
            "convexpert": run.spec.convexpert,
            "embedding_model": run.spec.embedding_model,
            "seed": run.spec.seed,
            "given": dict(run.spec.given),
            "code": run.spec.code,
            "model": run.spec.model,
            "repeat": run.spec.repeat,
            "judge": run.spec.judge,
            "types": run.spec.types,
            "parameters": dict(run.spec.parameters),
        },
        "totals": _totals(run),
        "suites": [_suite(suite) for suite in run.suites],
    }


def suite_to_json(suite: Suite) -> dict[str, Any]:
    """What a list of suites says about one."""
    return {
        "name": suite.name,
        "description": suite.description,
        "path": suite.path,
        "digest": suite.digest,
        "cases": len(suite.cases),
        "kinds": list(suite.kinds),
        "thresholds": dict(suite.thresholds),
        "must_pass": list(suite.gates.must_pass),
    }


def run_from_json(value: dict[str, Any]) -> Run:
    """The run of a stored document. Raises KeyError, TypeError or ValueError for a broken one."""
    if value["format"] not in (1, FORMAT):
        raise ValueError(f"the format {value['format']!r} is not known to this version")
    spec = value["spec"]
    return Run(
        id=str(value["id"]),
        started_at=str(value["started_at"]),
        elapsed_ms=float(value["elapsed_ms"]),
        spec=RunSpec(
            spec["convexpert"],
            spec["embedding_model"],
            int(spec["seed"]),
            dict(spec["given"]),
            spec.get("code", ""),
            spec.get("model"),
            int(spec.get("repeat", 1)),
            spec.get("judge"),
            spec.get("types"),
            dict(spec.get("parameters", {})),
        ),
        suites=tuple(_suite_from(suite) for suite in value["suites"]),
    )


def _suite(suite: SuiteRun) -> dict[str, Any]:
    return {
        "name": suite.name,
        "digest": suite.digest,
        "passed": suite.passed,
        "counts": counts_of(suite),
        "agents": [
            {"handle": a.handle, "origin": a.origin, "digest": a.digest, "reference": a.reference}
            for a in suite.agents
        ],
        "scores": [_score(score) for score in suite.scores],
        "gates": {
            "must_pass": list(suite.gates.must_pass),
            "lost": suite.gates.lost,
            "regression": None if suite.gates.regression is None else list(suite.gates.regression),
            "tolerance": dict(suite.gates.tolerance),
            "kappa": suite.gates.kappa,
        },
        "path": suite.path,
        "skipped": [
            {"id": one.case, "kind": one.kind, "tags": list(one.tags), "reason": one.reason}
            for one in suite.skipped
        ],
        "informal": dict(suite.informal),
        "cases": [case_to_json(case) for case in suite.cases],
    }


def _totals(run: Run) -> dict[str, Any]:
    """What the run took: time in its cases, and what was asked of a model."""
    cases = [case for suite in run.suites for case in suite.cases]
    usages = [
        case.result.usage
        for case in cases
        if isinstance(case, Outcome) and case.result.usage is not None
    ]
    costs = [usage.cost for usage in usages if usage.cost is not None]
    return {
        "cases": len(cases),
        "cached": sum(case.cached for case in cases),
        "model_calls": sum(usage.calls for usage in usages),
        "input_tokens": sum(usage.input_tokens for usage in usages),
        "output_tokens": sum(usage.output_tokens for usage in usages),
        "cost": sum(costs) if costs and len(costs) == len(usages) else None,
    }


def _gates_from(value: dict[str, Any]) -> Gates:
    regression = value["regression"]
    return Gates(
        must_pass=tuple(value["must_pass"]),
        lost=int(value["lost"]),
        regression=None if regression is None else tuple(regression),
        tolerance={name: float(most) for name, most in value["tolerance"].items()},
        kappa=float(value.get("kappa", KAPPA)),
    )


def counts_of(suite: SuiteRun) -> dict[str, int]:
    """How many of its cases ended how."""
    missed, failed = len(suite.missed), len(suite.failed)
    return {
        "cases": len(suite.cases),
        "passed": len(suite.cases) - missed - failed,
        "missed": missed,
        "failed": failed,
        "skipped": len(suite.skipped),
    }


def _suite_from(value: dict[str, Any]) -> SuiteRun:
    return SuiteRun(
        name=value["name"],
        digest=value["digest"],
        agents=tuple(AgentUnderTest(**agent) for agent in value["agents"]),
        scores=tuple(_score_from(score) for score in value["scores"]),
        cases=tuple(case_from_json(case) for case in value["cases"]),
        gates=_gates_from(value["gates"]) if "gates" in value else Gates(),
        path=value.get("path", ""),
        skipped=tuple(
            Skipped(one["id"], one["kind"], tuple(one["tags"]), one["reason"])
            for one in value.get("skipped", ())
        ),
        informal=dict(value.get("informal", {})),
    )


def _measurement(measurement: Measurement) -> dict[str, Any]:
    if isinstance(measurement, Measured):
        return {"value": measurement.value, "n": measurement.n}
    return {"value": None, "n": 0, "reason": measurement.reason}


def _measurement_from(value: dict[str, Any]) -> Measurement:
    if value["value"] is None:
        return NotMeasured(value["reason"])
    return Measured(float(value["value"]), int(value["n"]))


def _score(score: Score) -> dict[str, Any]:
    metric, interval = score.metric, score.interval
    return {
        "metric": metric.name,
        "meaning": metric.meaning,
        "unit": metric.unit,
        "range": [metric.lowest, metric.highest],
        "higher_is_better": metric.higher_is_better,
        **_measurement(score.result),
        "interval": [interval.low, interval.high] if interval is not None else None,
        "level": interval.level if interval is not None else None,
        "threshold": score.threshold,
        "passed": score.passed,
    }


def _score_from(value: dict[str, Any]) -> Score:
    interval = value["interval"]
    low, high = value["range"]
    return Score(
        metric=Metric(
            value["metric"], value["meaning"], value["unit"], low, high, value["higher_is_better"]
        ),
        result=_measurement_from(value),
        interval=Interval(interval[0], interval[1], value["level"])
        if interval is not None
        else None,
        threshold=value["threshold"],
    )


def case_to_json(case: CaseOutcome) -> dict[str, Any]:
    """One case of a run."""
    common = {
        "id": case.case,
        "kind": case.kind,
        "tags": list(case.tags),
        "elapsed_ms": case.elapsed_ms,
        "digest": case.digest,
        "sampled": case.sampled,
        "cached": case.cached,
        "passes": case.passes,
        "tries": case.tries,
        **({"attempts": [case_to_json(one) for one in case.attempts]} if case.attempts else {}),
    }
    if isinstance(case, CaseFailed):
        return {**common, "status": "failed", "code": case.code, "reason": case.reason}
    return {
        **common,
        "status": "passed" if case.passed else "missed",
        "missed": list(case.result.missed),
        "scores": {name: _measurement(m) for name, m in case.result.scores.items()},
        "output": dict(case.result.output),
        "usage": _usage(case.result.usage),
        "margin": case.result.margin,
    }


def case_from_json(value: dict[str, Any]) -> CaseOutcome:
    """The case of a stored document. Raises KeyError, TypeError or ValueError for a broken one."""
    case, kind, tags = value["id"], value["kind"], tuple(value["tags"])
    elapsed, attempts = value["elapsed_ms"], tuple(map(case_from_json, value.get("attempts", ())))
    digest, sampled = value.get("digest", ""), bool(value.get("sampled", False))
    cached = bool(value.get("cached", False))
    if value["status"] == "failed":
        code, reason = value["code"], value["reason"]
        return CaseFailed(
            case, kind, tags, code, reason, elapsed, digest, sampled, attempts, cached
        )
    result = Result(
        scores={name: _measurement_from(m) for name, m in value["scores"].items()},
        missed=tuple(value["missed"]),
        output=value["output"],
        usage=_usage_from(value.get("usage")),
        margin=value.get("margin"),
    )
    return Outcome(case, kind, tags, result, elapsed, digest, sampled, attempts, cached)


def _usage(usage: Usage | None) -> dict[str, Any] | None:
    return None if usage is None else asdict(usage)


def _usage_from(value: dict[str, Any] | None) -> Usage | None:
    return None if value is None else Usage(**value)
