from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.metrics.base import Measured, NotMeasured
from evals.metrics.retrieval import Found, ndcg, recall, reciprocal_rank

FOUND = st.lists(
    st.builds(Found, st.integers(1, 3), st.none() | st.integers(1, 20)), min_size=1, max_size=8
)


def value(measurement: object) -> float:
    assert isinstance(measurement, Measured)
    return measurement.value


def test_without_a_relevant_passage_nothing_is_measured() -> None:
    for metric in (recall, reciprocal_rank, ndcg):
        assert isinstance(metric([], 10), NotMeasured)


def test_recall_counts_passages_up_to_k_and_is_one_observation() -> None:
    found = [Found(3, 1), Found(3, 5), Found(1, 6), Found(2, None)]
    assert recall(found, 5) == Measured(0.5, 1)
    assert recall(found, 10) == Measured(0.75, 1)


def test_reciprocal_rank_is_of_the_first_relevant_hit() -> None:
    assert reciprocal_rank([Found(1, 4), Found(3, 2)], 10) == Measured(0.5, 1)
    assert reciprocal_rank([Found(3, 11)], 10) == Measured(0.0, 1)


def test_ndcg_agrees_with_a_calculation_by_hand() -> None:
    # Grades 3 and 1, shown at ranks 2 and 1: (1/log2 2 + 7/log2 3) / (7/log2 2 + 1/log2 3).
    expected = (1 + 7 / math.log2(3)) / (7 + 1 / math.log2(3))
    assert value(ndcg([Found(3, 2), Found(1, 1)], 10)) == pytest.approx(expected)


def test_one_hit_that_shows_two_passages_is_a_perfect_order_and_no_better() -> None:
    assert value(ndcg([Found(3, 1), Found(3, 1)], 10)) == 1.0
    assert value(ndcg([Found(3, 1), Found(1, 1), Found(2, 2)], 10)) == 1.0


@given(FOUND, st.integers(1, 20))
def test_all_metrics_lie_between_0_and_1(found: list[Found], k: int) -> None:
    for metric in (recall, reciprocal_rank, ndcg):
        assert 0.0 <= value(metric(found, k)) <= 1.0 + 1e-12


@given(FOUND, st.integers(1, 20))
def test_finding_one_passage_a_rank_of_its_own_earlier_never_lowers_recall_or_mrr(
    found: list[Found], k: int
) -> None:
    better = [Found(f.grade, f.rank - 1 if f.rank and f.rank > 1 else f.rank) for f in found]
    for metric in (recall, reciprocal_rank):
        assert value(metric(better, k)) >= value(metric(found, k))
