"""How metrics went over runs."""

from __future__ import annotations

from pathlib import Path

from agents.workspace import Workspace
from evals.history import store_run
from evals.metric_history import metric_histories, recent_runs
from evals.metrics.base import Measured, Metric, NotMeasured
from evals.record import Run, RunSpec, Score, SuiteRun

FACTS = Metric("facts", "facts found")


def run_of(day: int, value: float | None, *, metric: Metric = FACTS, agents: str = "") -> Run:
    result = NotMeasured("nothing") if value is None else Measured(value, 4)
    suite = SuiteRun("answers", "digest", (), (Score(metric, result),), ())
    given = {"agents": [agents]} if agents else {}
    spec = RunSpec("1", None, 0, given)
    return Run(f"202601{day:02}T000000000Z-aaaaaa", f"2026-01-{day:02}", 1.0, spec, (suite,))


def test_a_metric_goes_through_its_runs_in_time_each_once() -> None:
    now = run_of(3, 0.75, agents="main")
    (history,) = metric_histories([now, run_of(1, 0.25), run_of(2, None)], now)
    assert history.suite == "answers"
    assert [(p.run[:8], p.value, p.agents) for p in history.points] == [
        ("20260101", 0.25, ""),
        ("20260103", 0.75, "main"),
    ]


def test_only_what_the_run_itself_measures_is_told() -> None:
    other = run_of(1, 0.5, metric=Metric("cited", "cited"))
    (history,) = metric_histories([other], run_of(2, 0.5))
    assert history.metric == FACTS


def test_runs_that_cannot_be_read_are_left_out(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "ws")
    kept = [run_of(day, 0.5) for day in (1, 2, 3)]
    for run in kept:
        store_run(workspace, run)
    (workspace.runs / f"{kept[1].id}.json").write_text("{", encoding="utf-8")
    assert [run.id for run in recent_runs(workspace)] == [kept[0].id, kept[2].id]
    assert [run.id for run in recent_runs(workspace, most=1)] == [kept[2].id]
