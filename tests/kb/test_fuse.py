"""Rank fusion."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kb.fuse import reciprocal_rank_fusion

WEIGHTS = {"a": 1.0, "b": 1.0}


def test_what_both_rankings_find_beats_what_one_puts_first() -> None:
    fused = reciprocal_rank_fusion({"a": ["x", "y"], "b": ["z", "y"]}, weights=WEIGHTS)
    assert [found for found, _ in fused] == ["y", "x", "z"]


def test_the_leader_of_every_ranking_has_the_score_one() -> None:
    assert reciprocal_rank_fusion({"a": ["x"], "b": ["x"]}, weights=WEIGHTS) == [("x", 1.0)]


def test_a_weight_decides_between_the_leaders() -> None:
    fused = reciprocal_rank_fusion({"a": ["x"], "b": ["y"]}, weights={"a": 1.0, "b": 2.0})
    assert [found for found, _ in fused] == ["y", "x"]


def test_no_ranking_gives_no_result() -> None:
    assert reciprocal_rank_fusion({"a": [], "b": []}, weights=WEIGHTS) == []


RANKING = st.lists(st.text("abcdef", min_size=1, max_size=3), unique=True)


@given(RANKING, RANKING)
def test_fusion_keeps_every_id_once_in_a_fixed_order(a: list[str], b: list[str]) -> None:
    fused = reciprocal_rank_fusion({"a": a, "b": b}, weights=WEIGHTS)
    assert sorted(found for found, _ in fused) == sorted({*a, *b})
    assert fused == sorted(fused, key=lambda pair: (-pair[1], pair[0]))
    assert fused == reciprocal_rank_fusion({"b": b, "a": a}, weights=WEIGHTS)
