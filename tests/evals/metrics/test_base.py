from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.metrics.base import Measured, Metric, NotMeasured, pool, share


def test_an_empty_set_is_not_measured() -> None:
    assert share(0, 0, nothing="no facts") == NotMeasured("no facts")
    assert isinstance(pool([]), NotMeasured)
    assert isinstance(pool([NotMeasured("a"), NotMeasured("b")]), NotMeasured)


def test_a_value_that_rests_on_nothing_can_not_be_made() -> None:
    with pytest.raises(ValueError):
        Measured(0.0, 0)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 9)), min_size=1, max_size=20))
def test_shares_are_pooled_as_all_parts_over_all_wholes(pairs: list[tuple[int, int]]) -> None:
    shares = [share(min(part, whole), whole, nothing="") for part, whole in pairs]
    pooled = pool([*shares, NotMeasured("nothing")])
    assert isinstance(pooled, Measured)
    whole = sum(w for _, w in pairs)
    assert pooled.n == whole
    assert pooled.value == pytest.approx(sum(min(p, w) for p, w in pairs) / whole)


def test_a_threshold_copied_from_a_value_holds_in_both_directions() -> None:
    value = sum([0.1] * 3)
    assert Metric("up", "").reaches(value, 0.3)
    assert Metric("down", "", higher_is_better=False).reaches(value, 0.3)
    assert not Metric("up", "").reaches(0.29, 0.3)
    assert not Metric("down", "", higher_is_better=False).reaches(0.31, 0.3)
