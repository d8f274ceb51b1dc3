"""Steps with their units as one number that only grows."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from assistant.mcp.progress import Meter

NEWS = st.tuples(st.sampled_from(["read", "embed"]), st.integers(-5, 500), st.integers(0, 400))


def test_a_step_counts_one_and_its_units_are_fractions() -> None:
    meter = Meter()
    news = [("read", 1, 2), ("read", 2, 2), ("embed", 0, 4), ("embed", 3, 4), ("embed", 4, 4)]
    assert [meter.read(*one) for one in news] == [0.5, 1.0, None, 1.75, 2.0]


@given(st.lists(NEWS))
def test_what_is_sent_grows(news: list[tuple[str, int, int]]) -> None:
    meter = Meter()
    sent = [value for one in news if (value := meter.read(*one)) is not None]
    assert sent == sorted(set(sent))
