"""Differences between paired measurements, held to values worked out by hand and to properties."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.metrics.base import Measured
from evals.paired import (
    Pair,
    difference,
    fewest_flips,
    holm,
    mcnemar,
    paired_interval,
    sign_flip,
    smallest_difference,
    smallest_share,
)
from evals.statistics import Interval


def pairs_of(*values: tuple[float, float]) -> list[Pair]:
    return [Pair(Measured(base, 1), Measured(head, 1)) for base, head in values]


@pytest.mark.parametrize(
    ("lost", "gained", "p"),
    [(0, 0, 1.0), (1, 0, 1.0), (5, 0, 0.0625), (6, 0, 0.03125), (1, 1, 1.0), (9, 1, 22 / 1024)],
)
def test_mcnemar_is_the_exact_two_sided_binomial(lost: int, gained: int, p: float) -> None:
    assert mcnemar(lost, gained) == pytest.approx(p)
    assert mcnemar(gained, lost) == pytest.approx(p)


def test_six_losses_without_a_gain_are_the_fewest_that_are_significant() -> None:
    assert fewest_flips() == 6
    assert smallest_share(60) == pytest.approx(0.1)
    assert smallest_share(5) is None


def test_swapping_pairs_of_passes_gives_what_mcnemar_gives() -> None:
    pairs = pairs_of(*[(1.0, 0.0)] * 7, (0.0, 1.0), *[(1.0, 1.0)] * 20)
    assert sign_flip(pairs, seed=0) == pytest.approx(mcnemar(7, 1))


def test_many_changed_pairs_are_swapped_at_random_and_near_the_exact_value() -> None:
    pairs = pairs_of(*[(1.0, 0.0)] * 12, *[(0.0, 1.0)] * 4)
    p = sign_flip(pairs, seed=1)
    assert p == pytest.approx(mcnemar(12, 4), abs=0.02)
    assert p == sign_flip(pairs, seed=1)


def test_the_difference_weighs_observations_not_cases() -> None:
    pairs = [Pair(Measured(1.0, 3), Measured(0.0, 3)), Pair(Measured(0.5, 1), Measured(0.5, 1))]
    assert difference(pairs) == pytest.approx(0.125 - 0.875)


def test_holm_is_the_textbook_example_and_keeps_the_order() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([]) == []


def test_where_nothing_changed_the_interval_is_a_point_and_one_pair_has_none() -> None:
    assert paired_interval(pairs_of((0.5, 0.5), (1.0, 1.0)), seed=0) == Interval(0.0, 0.0)
    assert paired_interval(pairs_of((0.5, 1.0)), seed=0) is None


def test_the_interval_covers_the_true_difference_about_95_times_of_100() -> None:
    """Of noisy pairs with a true difference of 0.1; 200 draws, so 95 % ± 4."""
    chance = random.Random(7)
    covered = 0
    for _ in range(200):
        made = []
        for _ in range(40):
            base = chance.random()
            made.append((base, base + 0.1 + chance.gauss(0, 0.2)))
        interval = paired_interval(pairs_of(*made), seed=0, resamples=200)
        assert interval is not None
        covered += interval.low <= 0.1 <= interval.high
    assert 176 <= covered <= 199


def test_the_smallest_difference_shrinks_with_more_cases_and_needs_six() -> None:
    few, many = (pairs_of(*[(0.0, 1.0), (1.0, 0.0), (1.0, 1.0)] * n) for n in (3, 30))
    at_few, at_many = smallest_difference(few), smallest_difference(many)
    assert at_few is not None
    assert at_many is not None
    assert at_many < at_few
    assert smallest_difference(pairs_of((0.0, 1.0))) is None
    unchanged = smallest_difference(pairs_of(*[(0.0, 0.0), (1.0, 1.0)] * 5))
    assert unchanged == pytest.approx(6 / 10 * math.sqrt(10 * 0.25 / 9))


values = st.floats(0, 1, allow_nan=False)
some_pairs = st.lists(
    st.builds(
        Pair,
        st.builds(Measured, values, st.integers(1, 5)),
        st.builds(Measured, values, st.integers(1, 5)),
    ),
    min_size=2,
    max_size=8,
)


@given(some_pairs)
def test_turning_base_and_head_round_turns_the_difference_and_keeps_p(pairs: list[Pair]) -> None:
    turned = [Pair(pair.head, pair.base) for pair in pairs]
    assert difference(turned) == pytest.approx(-difference(pairs))
    assert sign_flip(turned, seed=0) == pytest.approx(sign_flip(pairs, seed=0))


@given(st.lists(st.floats(0, 1), max_size=12))
def test_adjusted_p_values_are_no_smaller_and_keep_their_order(ps: list[float]) -> None:
    adjusted = holm(ps)
    assert all(p <= a <= 1 for p, a in zip(ps, adjusted, strict=True))
    ranked = sorted(range(len(ps)), key=lambda i: ps[i])
    assert [adjusted[i] for i in ranked] == sorted(adjusted)
