from __future__ import annotations

from evals.metrics.base import Measured, NotMeasured, pool
from evals.metrics.findings import Place, matched, scores_of


def place(line: int, rule: str = "a") -> Place:
    return Place("x.ts", line, rule)


def test_a_right_rule_on_a_wrong_line_is_both_missing_and_noisy() -> None:
    assert matched([place(1)], [place(2)]) == ([place(1)], [place(2)])


def test_each_mark_can_be_met_once() -> None:
    assert matched([place(1)], [place(1), place(1)]) == ([], [place(1)])
    assert matched([place(1), place(1)], [place(1)]) == ([place(1)], [])


def test_a_clean_snippet_with_no_finding_measures_only_that_it_is_exact() -> None:
    scores = scores_of([], [])
    assert scores["exact"] == Measured(1.0, 1)
    assert {k for k, v in scores.items() if isinstance(v, NotMeasured)} == {
        "precision",
        "recall",
        "f1",
    }


def test_precision_recall_and_f1_count_findings_marks_and_both() -> None:
    scores = scores_of([place(1), place(2), place(3, "b")], [place(1), place(9)])
    assert scores["precision"] == Measured(1 / 2, 2)
    assert scores["recall"] == Measured(1 / 3, 3)
    assert scores["f1"] == Measured(2 / 5, 5)
    assert scores["exact"] == Measured(0.0, 1)
    assert scores["recall:a"] == Measured(1 / 2, 2)
    assert scores["recall:b"] == Measured(0.0, 1)
    assert isinstance(scores["precision:b"], NotMeasured)


def test_pooled_over_cases_they_are_micro_averages() -> None:
    one = scores_of([place(1), place(2), place(3)], [place(1), place(2), place(3)])
    two = scores_of([place(1)], [place(7)])
    clean = scores_of([], [])
    assert pool(s["precision"] for s in (one, two, clean)) == Measured(3 / 4, 4)
    assert pool(s["f1"] for s in (one, two, clean)) == Measured(6 / 8, 8)
