from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.errors import UsageError, WorkspaceError
from agents.workspace import Workspace
from evals.history import load_run, run_id, store_run, stored_ids, stored_runs
from evals.metrics.base import Measured, Measurement, Metric, NotMeasured
from evals.outcome import CaseFailed, Outcome, Result
from evals.record import Run, RunSpec, Score, SuiteRun
from evals.report.json import run_from_json, run_to_json
from evals.statistics import Interval
from evals.subject import AgentUnderTest

BEGIN = datetime(2026, 3, 1, 12, 0, 0, 250_000, tzinfo=UTC)


def a_run(started: datetime = BEGIN, seed: int = 0) -> Run:
    scores: dict[str, Measurement] = {
        "facts": Measured(0.5, 2),
        "declined": NotMeasured("it should be answered"),
    }
    suite = SuiteRun(
        name="answers",
        digest="d" * 64,
        agents=(AgentUnderTest("expert", "c/expert.md", "e" * 64, "expert@3"),),
        scores=(
            Score(Metric("facts", "m"), Measured(0.5, 2), Interval(0.25, 0.75), 0.6),
            Score(Metric("declined", "m"), NotMeasured("no case measures it")),
        ),
        cases=(
            Outcome(
                "one", "answer", ("t",), Result(scores, ("does not say “x”",), {"a": [1]}), 1.5
            ),
            CaseFailed("two", "answer", (), "passage-gone", "the passage is gone: x", 0.25),
        ),
    )
    spec = RunSpec("0.1.0", "model@1", seed, {"agents": ["x"]})
    return Run(run_id(started, str(seed)), started.isoformat(), 12.5, spec, (suite,))


def test_a_run_comes_back_as_it_was_stored(workspace: Workspace) -> None:
    run = a_run()
    path = store_run(workspace, run)
    assert path.name == f"{run.id}.json"
    assert load_run(workspace, run.id) == run
    assert [p.name for p in workspace.runs.iterdir()] == [path.name]


def test_a_run_survives_json() -> None:
    run = a_run()
    assert run_from_json(json.loads(json.dumps(run_to_json(run)))) == run


@given(st.datetimes(timezones=st.just(UTC)), st.integers(1, 10**9))
def test_ids_sort_by_the_time_at_which_runs_began(moment: datetime, later: int) -> None:
    if moment.year < 9000:
        after = moment + timedelta(milliseconds=later)
        assert run_id(moment, "a") < run_id(after, "b")


def test_the_same_run_at_the_same_moment_has_the_same_id_and_another_one_another() -> None:
    assert run_id(BEGIN, "a") == run_id(BEGIN, "a")
    assert run_id(BEGIN, "a") != run_id(BEGIN, "b")
    assert run_id(BEGIN, "a").startswith("20260301T120000250Z-")


def test_runs_are_found_by_the_beginning_of_their_id_and_as_latest(workspace: Workspace) -> None:
    older, newer = a_run(), a_run(BEGIN + timedelta(days=1), seed=1)
    store_run(workspace, newer)
    store_run(workspace, older)
    assert stored_ids(workspace) == [older.id, newer.id]
    assert [run.id for run in stored_runs(workspace)] == [newer.id, older.id]
    assert load_run(workspace, "20260302").id == newer.id
    assert load_run(workspace, "latest").id == newer.id
    with pytest.raises(UsageError, match="2 runs begin with '2026'"):
        load_run(workspace, "2026")


@pytest.mark.parametrize("wanted", ["", "x", "../runs", "latest"])
def test_a_run_that_is_not_there_is_a_usage_error(wanted: str, workspace: Workspace) -> None:
    with pytest.raises(UsageError, match="no stored run"):
        load_run(workspace, wanted)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 99}', "\x00", "null"])
def test_a_damaged_file_is_named(text: str, workspace: Workspace) -> None:
    path = store_run(workspace, a_run())
    path.write_text(text, encoding="utf-8")
    with pytest.raises(WorkspaceError) as caught:
        load_run(workspace, "latest")
    assert caught.value.path == str(path)


def test_a_suite_with_a_failed_case_or_a_missed_threshold_has_not_passed() -> None:
    (suite,) = a_run().suites
    assert not suite.passed
    assert [len(suite.missed), len(suite.failed)] == [1, 1]
    fine = SuiteRun(suite.name, suite.digest, suite.agents, suite.scores[1:], suite.cases[:1])
    assert fine.passed
    unmeasured = Score(Metric("x", ""), NotMeasured("nothing"), threshold=0.0)
    assert not SuiteRun("s", "", (), (unmeasured,), ()).passed
