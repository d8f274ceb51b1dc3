from __future__ import annotations

import random

from evals.metrics.base import Measured, NotMeasured, share
from evals.statistics import bootstrap_interval


def test_one_case_or_none_has_no_interval() -> None:
    assert bootstrap_interval([], seed=0) is None
    assert bootstrap_interval([Measured(1.0, 5), NotMeasured("x")], seed=0) is None


def test_the_same_seed_gives_the_same_interval_and_another_one_another() -> None:
    values = [Measured(i / 20, 1) for i in range(20)]
    assert bootstrap_interval(values, seed=1) == bootstrap_interval(values, seed=1)
    assert bootstrap_interval(values, seed=1) != bootstrap_interval(values, seed=2)


def test_cases_that_agree_have_an_interval_without_width() -> None:
    interval = bootstrap_interval([Measured(1.0, 3), Measured(1.0, 9)], seed=0)
    assert interval is not None
    assert (interval.low, interval.high) == (1.0, 1.0)


def test_about_95_of_100_intervals_hold_the_true_mean() -> None:
    chance = random.Random(7)
    truth, held = 0.7, 0
    for seed in range(100):
        values = [share(chance.random() < truth, 1, nothing="") for _ in range(60)]
        interval = bootstrap_interval(values, seed=seed, resamples=300)
        assert interval is not None
        held += interval.low <= truth <= interval.high
    assert 88 <= held <= 100
