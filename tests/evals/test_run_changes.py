"""The list of runs agrees with their comparison."""

from __future__ import annotations

import pytest

from evals.compare import compare_runs
from evals.metric_history import metric_histories
from evals.metrics.base import Measured, NotMeasured
from evals.outcome import CaseFailed, CaseOutcome, Outcome, Result, Skipped
from evals.record import Run, RunSpec, Score, SuiteRun
from evals.report.history_json import history_to_json
from evals.run_changes import listed_suites
from evals.scores import score
from evals.suite import PASS_RATE


def case(name: str, passed: bool = True, digest: str = "d") -> Outcome:
    result = Result({}, () if passed else ("missed",), {})
    return Outcome(name, "answer", (), result, 1.0, digest)


def gone(name: str) -> CaseFailed:
    return CaseFailed(name, "answer", (), "passage-gone", "it is gone", 1.0, "d")


def run_of(day: int, *cases: CaseOutcome, scores: tuple[Score, ...] | None = None) -> Run:
    found = score(cases, {}) if scores is None else scores
    suite = SuiteRun("garden", "digest", (), found, cases)
    name = f"202601{day:02}T000000000Z-aaaaaa"
    return Run(name, f"2026-01-{day:02}", 1.0, RunSpec("1", None, 0), (suite,))


def compared(base: Run, head: Run) -> float | None:
    (suite,) = compare_runs(base, head).suites
    return next(m.difference for m in suite.metrics if m.metric.name == "pass_rate")


def test_what_could_not_be_scored_lowers_the_pass_rate_in_all_three_places() -> None:
    base = run_of(1, case("a"), case("b"), case("c"), case("d"))
    head = run_of(2, case("a"), case("b"), case("c", passed=False), gone("d"))
    newest, oldest = listed_suites([head, base])
    assert oldest.change is None
    assert newest.change is not None
    assert (newest.change.since, newest.change.cases) == (base.id, 4)
    assert newest.change.difference == compared(base, head) == -0.5
    assert newest.pass_rate == Measured(0.5, 4)
    stored = next(one.result for one in head.suites[0].scores if one.metric == PASS_RATE)
    assert stored == newest.pass_rate
    assert history_to_json([newest])[0]["suites"][0]["change"] == {
        "since": base.id,
        "cases": 4,
        "pass_rate": -0.5,
    }


def test_added_and_edited_cases_change_the_rate_and_not_the_change() -> None:
    base = run_of(1, case("a"), case("b", passed=False))
    head = run_of(2, case("a"), case("b", passed=True, digest="edited"), case("new"))
    newest, _ = listed_suites([head, base])
    assert newest.pass_rate == Measured(1.0, 3)
    assert newest.change is not None
    assert (newest.change.cases, newest.change.difference) == (1, 0.0)
    assert compared(base, head) == 0.0


def test_a_run_without_common_cases_is_passed_over() -> None:
    first, other, last = run_of(1, case("a")), run_of(2, case("z")), run_of(3, case("a", False))
    newest, middle, _ = listed_suites([last, other, first])
    assert middle.change is None
    assert newest.change is not None
    assert (newest.change.since, newest.change.difference) == (first.id, -1.0)


def test_skipped_cases_have_no_rate() -> None:
    suite = SuiteRun("garden", "d", (), (), (), skipped=(Skipped("a", "generate", (), "why"),))
    run = Run("20260101T000000000Z-aaaaaa", "2026-01-01", 1.0, RunSpec("1", None, 0), (suite,))
    (only,) = listed_suites([run])
    assert isinstance(only.pass_rate, NotMeasured)
    assert history_to_json([only])[0]["suites"][0]["pass_rate"] is None


def test_a_run_of_an_older_version_is_shown_with_the_rate_as_it_is_compared() -> None:
    told = (Score(PASS_RATE, Measured(1.0, 1)),)
    old = run_of(1, case("a"), gone("b"), scores=told)
    new = run_of(2, case("a"), case("b"))
    (history,) = metric_histories([old], new)
    assert [(point.value, point.n) for point in history.points] == [(0.5, 2), (1.0, 2)]
    assert compared(old, new) == pytest.approx(0.5)
