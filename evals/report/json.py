"""A run as a JSON document, and back. It is what is stored, and what `--json` prints.

`FORMAT` counts up when the shape changes; `run_from_json` keeps reading the older ones.
"""

from __future__ import annotations

from typing import Any

from evals.metrics.base import Measured, Measurement, Metric, NotMeasured
from evals.outcome import CaseFailed, CaseOutcome, Outcome, Result
from evals.record import Run, RunSpec, Score, SuiteRun
from evals.statistics import Interval
from evals.subject import AgentUnderTest
from evals.suite import Suite

FORMAT = 1


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
        },
        "suites": [_suite(suite) for suite in run.suites],
    }


def summary_to_json(run: Run) -> dict[str, Any]:
    """What a list of runs says about one."""
    return {
        "id": run.id,
        "started_at": run.started_at,
        "elapsed_ms": run.elapsed_ms,
        "passed": run.passed,
        "suites": [
            {"name": suite.name, "passed": suite.passed, "counts": _counts(suite)}
            for suite in run.suites
        ],
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
    }


def run_from_json(value: dict[str, Any]) -> Run:
    """The run of a stored document. Raises KeyError, TypeError or ValueError for a broken one."""
    if value["format"] != FORMAT:
        raise ValueError(f"the format {value['format']!r} is not known to this version")
    spec = value["spec"]
    return Run(
        id=str(value["id"]),
        started_at=str(value["started_at"]),
        elapsed_ms=float(value["elapsed_ms"]),
        spec=RunSpec(
            spec["convexpert"], spec["embedding_model"], int(spec["seed"]), dict(spec["given"])
        ),
        suites=tuple(_suite_from(suite) for suite in value["suites"]),
    )


def _suite(suite: SuiteRun) -> dict[str, Any]:
    return {
        "name": suite.name,
        "digest": suite.digest,
        "passed": suite.passed,
        "counts": _counts(suite),
        "agents": [
            {"handle": a.handle, "origin": a.origin, "digest": a.digest, "reference": a.reference}
            for a in suite.agents
        ],
        "scores": [_score(score) for score in suite.scores],
        "cases": [_case(case) for case in suite.cases],
    }


def _counts(suite: SuiteRun) -> dict[str, int]:
    missed, failed = len(suite.missed), len(suite.failed)
    return {
        "cases": len(suite.cases),
        "passed": len(suite.cases) - missed - failed,
        "missed": missed,
        "failed": failed,
    }


def _suite_from(value: dict[str, Any]) -> SuiteRun:
    return SuiteRun(
        name=value["name"],
        digest=value["digest"],
        agents=tuple(AgentUnderTest(**agent) for agent in value["agents"]),
        scores=tuple(_score_from(score) for score in value["scores"]),
        cases=tuple(_case_from(case) for case in value["cases"]),
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


def _case(case: CaseOutcome) -> dict[str, Any]:
    common = {
        "id": case.case,
        "kind": case.kind,
        "tags": list(case.tags),
        "elapsed_ms": case.elapsed_ms,
    }
    if isinstance(case, CaseFailed):
        return {**common, "status": "failed", "code": case.code, "reason": case.reason}
    return {
        **common,
        "status": "passed" if case.passed else "missed",
        "missed": list(case.result.missed),
        "scores": {name: _measurement(m) for name, m in case.result.scores.items()},
        "output": dict(case.result.output),
    }


def _case_from(value: dict[str, Any]) -> CaseOutcome:
    case, kind, tags = value["id"], value["kind"], tuple(value["tags"])
    if value["status"] == "failed":
        return CaseFailed(case, kind, tags, value["code"], value["reason"], value["elapsed_ms"])
    result = Result(
        scores={name: _measurement_from(m) for name, m in value["scores"].items()},
        missed=tuple(value["missed"]),
        output=value["output"],
    )
    return Outcome(case, kind, tags, result, value["elapsed_ms"])
