"""What `with` closes."""

from __future__ import annotations

import pytest

from agents.closing import Closing


class Door(Closing):
    def __init__(self) -> None:
        self.shut = 0

    def close(self) -> None:
        self.shut += 1


def test_with_gives_the_thing_itself_and_closes_it() -> None:
    door = Door()
    with door as given:
        assert given is door
        assert not door.shut
    assert door.shut == 1


def test_it_is_closed_after_an_error_too_and_the_error_goes_on() -> None:
    door = Door()
    with pytest.raises(ValueError, match="wind"), door:
        raise ValueError("wind")
    assert door.shut == 1
