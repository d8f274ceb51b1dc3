"""The score of a check."""

from __future__ import annotations

from agents.finding import Confidence, Finding, Severity
from agents.location import Span
from agents.reporters import FindingsReport
from assistant.code.catalogue import catalogue, category_of
from assistant.code.score import WEIGHTS, score


def _report(*rules: str, files: int = 10, severity: Severity = Severity.ERROR) -> FindingsReport:
    findings = tuple(
        Finding(rule, severity, "a.ts", Span(line, 1, line, 2), "wrong")
        for line, rule in enumerate(rules, 1)
    )
    return FindingsReport(findings, files)


def _total(report: FindingsReport) -> int:
    found = score(report)
    assert found is not None
    return found.total


def test_a_category_read_from_a_file_is_the_rules_own() -> None:
    assert {i: category_of(i) for i in catalogue()} == {
        i: r.category for i, r in catalogue().items()
    }
    assert set(WEIGHTS) == {rule.category for rule in catalogue().values()}
    assert sum(WEIGHTS.values()) == 100


def test_only_a_check_without_findings_gives_all_points() -> None:
    assert _total(_report()) == 100
    assert _total(_report("index-naming", files=5_000, severity=Severity.INFO)) == 99


def test_a_check_of_no_file_has_no_score() -> None:
    assert score(_report(files=0)) is None


def test_each_finding_costs_by_severity_confidence_and_size_of_the_project() -> None:
    error = score(_report("write-in-query"))
    assert error is not None
    # 5 of 40 points of its category, which is a quarter of the whole.
    assert error.categories["writing"] == 87
    assert error.total == 96
    assert _total(_report("write-in-query", severity=Severity.WARNING)) == 98
    assert _total(_report("write-in-query", files=20)) == 98
    unsure = Finding(
        "write-in-query",
        Severity.ERROR,
        "a.ts",
        Span(1, 1, 1, 2),
        "wrong",
        confidence=Confidence.LOW,
    )
    assert _total(FindingsReport((unsure,), 10)) == 99


def test_one_habit_costs_no_more_than_its_cap() -> None:
    assert _total(_report(*["write-in-query"] * 2)) == _total(_report(*["write-in-query"] * 200))
    rules = [i for i, rule in catalogue().items() if rule.category == "writing"]
    all_of_them = score(_report(*rules * 3))
    assert all_of_them is not None
    assert all_of_them.categories["writing"] == 0
    assert all_of_them.total == 75


def test_what_the_engine_says_counts_as_layout() -> None:
    found = score(_report("syntax-error"))
    assert found is not None
    assert found.categories["layout"] < 100
