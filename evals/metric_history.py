"""How each metric went over the stored runs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from agents.errors import ConvexpertError
from agents.workspace import Workspace
from evals.history import load_run, stored_ids
from evals.metrics.base import Measured, Measurement, Metric, pool
from evals.record import Run, Score, SuiteRun
from evals.scores import pass_rates
from evals.suite import PASS_RATE

MOST_RUNS = 60
"""The newest stored runs that are looked at."""


@dataclass(frozen=True, slots=True)
class HistoryPoint:
    """What one run measured."""

    run: str
    started_at: str
    """ISO 8601, UTC."""
    value: float
    n: int
    """How many observations it rests on."""
    suite_digest: str
    """Two points are comparable where it is the same: the cases are."""
    agents: str
    """What was named with `--agents`; empty for what the suite names."""


@dataclass(frozen=True, slots=True)
class MetricHistory:
    """One metric of one suite, oldest run first."""

    suite: str
    metric: Metric
    points: tuple[HistoryPoint, ...]
    """Of the runs that measured it; at least one."""


def recent_runs(workspace: Workspace, *, most: int = MOST_RUNS) -> list[Run]:
    """The newest stored runs, oldest first; those that can't be read are left out."""
    runs = []
    for one in stored_ids(workspace)[-most:]:
        try:
            runs.append(load_run(workspace, one))
        except ConvexpertError:
            continue  # a report on other runs must not fail at this one
    return runs


def metric_histories(runs: Iterable[Run], *also: Run) -> tuple[MetricHistory, ...]:
    """The history of each metric that a run of `also` measured: over these and all other runs.

    `also` is in it once, also where it is among `runs`. Suites and metrics come in its order.
    """
    every = sorted({run.id: run for run in (*runs, *also)}.values(), key=lambda run: run.id)
    metrics = {
        (suite.name, score.metric.name): score.metric
        for run in also
        for suite in run.suites
        for score in suite.scores
    }
    points: dict[tuple[str, str], list[HistoryPoint]] = {key: [] for key in metrics}
    for run in every:
        named = run.spec.given.get("agents")
        agents = " ".join(map(str, named)) if isinstance(named, list | tuple) else ""
        for suite in run.suites:
            for score in suite.scores:
                key = (suite.name, score.metric.name)
                result = _as_compared(score, suite)
                if key in points and isinstance(result, Measured):
                    value, n = result.value, result.n
                    point = HistoryPoint(run.id, run.started_at, value, n, suite.digest, agents)
                    points[key].append(point)
    return tuple(
        MetricHistory(suite, metric, tuple(points[suite, name]))
        for (suite, name), metric in metrics.items()
        if points[suite, name]
    )


def _as_compared(score: Score, suite: SuiteRun) -> Measurement:
    """The value as a comparison has it: older runs left out what could not be scored."""
    if score.metric.name == PASS_RATE.name and suite.cases:
        return pool(pass_rates(suite.cases))
    return score.result
