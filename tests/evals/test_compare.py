"""Runs made by hand, compared: fates of cases, verdicts on metrics, and gates."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from evals.compare import compare_runs
from evals.comparison import Comparison, Fate, MetricComparison, SuiteComparison, Verdict
from evals.gates import Gates
from evals.metrics.base import Measured, Metric
from evals.outcome import CaseFailed, CaseOutcome, Outcome, Result, together
from evals.record import Run, RunSpec, Score, SuiteRun
from evals.report.comparison_json import comparison_to_json
from evals.scores import score
from evals.subject import AgentUnderTest

FACTS = Metric("facts", "facts")


def case(
    name: str, *, passed: bool = True, facts: float = 1.0, sampled: bool = False, digest: str = "d"
) -> Outcome:
    result = Result({"facts": Measured(facts, 1)}, () if passed else ("missed it",), {"f": facts})
    return Outcome(name, "answer", ("tagged",), result, 1.0, digest, sampled)


def failed(name: str) -> CaseFailed:
    return CaseFailed(name, "answer", ("tagged",), "passage-gone", "it is gone", 1.0, "d")


def run_of(
    *cases: CaseOutcome,
    gates: Gates | None = None,
    thresholds: dict[str, float] | None = None,
    agent: str = "a",
) -> Run:
    scores: tuple[Score, ...] = score(cases, thresholds or {})
    agents = (AgentUnderTest("expert", "documents/expert.md", agent),)
    suite = SuiteRun("answers", "s", agents, scores, cases, gates or Gates())
    return Run("20260101T000000000Z-aaaaaa", "2026-01-01", 1.0, RunSpec("0", None, 0), (suite,))


def compared(base: Run, head: Run) -> SuiteComparison:
    (suite,) = compare_runs(base, head).suites
    return suite


def fate(base: CaseOutcome, head: CaseOutcome) -> Fate:
    (found,) = compared(run_of(base), run_of(head)).cases
    return found.fate


def metric(suite: SuiteComparison, name: str) -> MetricComparison:
    return next(one for one in suite.metrics if one.metric.name == name)


def failing(comparison: Comparison) -> dict[str, tuple[str, ...]]:
    return {gate.name: gate.cases for _, gate in comparison.failed_gates}


@pytest.mark.parametrize(
    ("base", "head", "expected"),
    [
        (case("a"), case("a"), Fate.SAME),
        (case("a"), case("a", passed=False), Fate.LOST),
        (case("a"), failed("a"), Fate.LOST),
        (case("a", passed=False), case("a"), Fate.GAINED),
        (case("a", passed=False), failed("a"), Fate.WORSE),
        (failed("a"), failed("a"), Fate.SAME),
        (case("a"), case("a", facts=0.5), Fate.WORSE),
        (case("a", facts=0.5), case("a"), Fate.BETTER),
        (case("a"), case("a", passed=False, digest="other"), Fate.CHANGED),
    ],
)
def test_a_pair_of_outcomes_has_a_fate(base: Outcome, head: Outcome, expected: Fate) -> None:
    assert fate(base, head) is expected


def test_a_fall_from_three_of_three_to_two_of_three_shows() -> None:
    three = together([case("a", sampled=True)] * 3)
    two = together([case("a", sampled=True)] * 2 + [case("a", sampled=True, passed=False)])
    assert fate(three, two) is Fate.LOST
    assert fate(two, together([case("a", sampled=True, passed=False)] * 3)) is Fate.WORSE


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        *((0.0, -0.1, Fate.WORSE), (0.2, -0.05, Fate.WORSE), (0.1, -0.9, Fate.WORSE)),
        *((0.9, -0.1, Fate.LOST), (0.2, -0.1, Fate.LOST), (0.0, -1.0, Fate.LOST)),
    ],
)
def test_a_pass_by_nothing_that_is_nearly_missed_is_worse_and_not_lost(
    before: float, after: float, expected: Fate
) -> None:
    passed, missed = case("a"), case("a", passed=False)
    base = replace(passed, result=replace(passed.result, margin=before))
    head = replace(missed, result=replace(missed.result, margin=after))
    assert fate(base, head) is expected
    assert compare_runs(run_of(base), run_of(head)).passed is (expected is Fate.WORSE)
    opposite = {Fate.WORSE: Fate.BETTER, Fate.LOST: Fate.GAINED}
    assert fate(head, base) is opposite[expected]


def test_one_certain_loss_fails_the_comparison_however_many_others_stand() -> None:
    others = [case(f"c{n}") for n in range(50)]
    comparison = compare_runs(run_of(case("a"), *others), run_of(case("a", passed=False), *others))
    assert not comparison.passed
    assert failing(comparison) == {"lost": ("a",)}
    assert metric(comparison.suites[0], "pass_rate").verdict is Verdict.UNCLEAR


def test_losses_up_to_the_allowance_pass() -> None:
    gates = Gates(lost=1)
    one = run_of(case("a", passed=False), case("b"), gates=gates)
    two = run_of(case("a", passed=False), case("b", passed=False), gates=gates)
    base = run_of(case("a"), case("b"))
    assert compare_runs(base, one).passed
    assert failing(compare_runs(base, two)) == {"lost": ("a", "b")}


def test_a_single_case_that_a_model_decided_is_no_regression_and_many_are() -> None:
    def run(lost: int) -> Run:
        return run_of(*(case(f"c{n}", sampled=True, passed=n >= lost) for n in range(20)))

    assert compare_runs(run(0), run(1)).passed
    seven = compare_runs(run(0), run(7))
    assert seven.suites[0].fewest_lost == 7
    assert failing(seven) == {"regression pass_rate": ()}
    assert compare_runs(run(0), run(6)).passed


def test_a_significant_fall_of_a_metric_is_a_regression_unless_it_is_tolerated() -> None:
    def run(facts: float, accepted: float = 0.0) -> Run:
        cases = [case(f"c{n}", facts=facts if n < 12 else 1.0) for n in range(20)]
        return run_of(*cases, gates=Gates(tolerance={"facts": accepted}))

    comparison = compare_runs(run(1.0), run(0.9))
    assert failing(comparison) == {"regression facts": ()}
    facts = metric(comparison.suites[0], "facts")
    assert facts.verdict is Verdict.WORSE
    assert facts.difference == pytest.approx(-0.06)
    assert facts.interval is not None
    assert facts.interval.high < 0
    assert compare_runs(run(1.0), run(0.9, accepted=0.1)).passed


def test_with_many_metrics_a_small_p_is_corrected() -> None:
    six = compare_runs(
        run_of(*(case(f"c{n}") for n in range(20))),
        run_of(*(case(f"c{n}", facts=0.9 if n < 6 else 1.0) for n in range(20))),
    )
    facts = metric(six.suites[0], "facts")
    assert facts.p == pytest.approx(2 / 64)
    assert facts.adjusted == pytest.approx(4 / 64)
    assert facts.verdict is Verdict.UNCLEAR


def test_cases_that_must_pass_fail_the_comparison_even_if_they_never_did() -> None:
    gates = Gates(must_pass=("tag:tagged",), lost=5)
    bad = case("a", passed=False)
    comparison = compare_runs(run_of(bad), run_of(bad, gates=gates))
    assert failing(comparison) == {"must_pass": ("a",)}


def test_a_case_that_must_pass_cannot_be_removed() -> None:
    gates = Gates(must_pass=("a",))
    comparison = compare_runs(run_of(case("a"), case("b")), run_of(case("b"), gates=gates))
    assert failing(comparison) == {"must_pass": ("a",)}


def test_a_threshold_that_is_missed_and_a_new_failure_fail_the_comparison() -> None:
    head = run_of(case("a", passed=False), failed("b"), thresholds={"facts": 1.5})
    base = run_of(case("a", passed=False), case("b", passed=False))
    assert failing(compare_runs(base, head)) == {"threshold facts": (), "scored": ("b",)}


def test_a_threshold_that_the_base_misses_as_well_says_so() -> None:
    run = run_of(case("a", facts=0.5), thresholds={"facts": 1})
    ((_, gate),) = compare_runs(run, run).failed_gates
    assert gate.told == "facts is 0.500, asked for ≥ 1; the base misses it just the same"


def test_edited_added_and_removed_cases_take_no_part_in_metrics() -> None:
    base = run_of(case("kept"), case("edited"), case("gone"))
    head = run_of(case("kept"), case("edited", passed=False, digest="e"), case("new", passed=False))
    suite = compared(base, head)
    fates = {one.case: one.fate for one in suite.cases}
    assert fates == {
        "kept": Fate.SAME,
        "edited": Fate.CHANGED,
        "new": Fate.ADDED,
        "gone": Fate.REMOVED,
    }
    assert metric(suite, "pass_rate").pairs == 1
    assert suite.passed


def test_what_makes_runs_less_comparable_is_noted() -> None:
    base, head = run_of(case("a")), run_of(case("a"))
    head = replace(head, spec=replace(head.spec, convexpert="1", model="x:y", repeat=3))
    other = replace(base.suites[0], name="other")
    base = replace(base, suites=(*base.suites, other))
    notes = compare_runs(base, head).notes
    assert notes == (
        "made by different versions: 0 and 1",
        "different models: none and x:y",
        "cases were run 1 and 3 times",
        "the suite other is in the base alone",
    )


def test_an_edited_document_is_told() -> None:
    suite = compared(run_of(case("a")), run_of(case("a"), agent="b"))
    assert [(change.handle, change.word) for change in suite.agents] == [("expert", "edited")]


def test_the_same_runs_give_the_same_document_that_is_json() -> None:
    base = run_of(*(case(f"c{n}") for n in range(9)), failed("f"))
    head = run_of(*(case(f"c{n}", facts=n / 9, passed=n > 3) for n in range(9)), case("f"))
    first = comparison_to_json(compare_runs(base, head))
    assert first == comparison_to_json(compare_runs(base, head))
    assert json.loads(json.dumps(first, allow_nan=False)) == first
    assert first["suites"][0]["counts"]["lost"] == 4
