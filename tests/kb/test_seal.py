"""Checksums of rows: whatever becomes another value is noticed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.seal import SealBroken, check_seal, seal, sealed, unsealed

VALUES = st.lists(st.none() | st.integers() | st.text() | st.binary(), max_size=5)


@given(VALUES)
def test_the_same_values_have_the_same_seal(values: list[object]) -> None:
    check_seal(seal(*values), *values)


@given(st.text(min_size=1), st.data())
def test_another_character_breaks_the_seal(text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.characters().filter(lambda char: char != text[at]))
    with pytest.raises(SealBroken):
        check_seal(seal(text, 1), text[:at] + other + text[at + 1 :], 1)


def test_values_that_run_together_are_others() -> None:
    assert seal("a", "bc") != seal("ab", "c")
    assert seal("1") != seal(1) != seal(b"1")


@given(st.binary(), st.data())
def test_bytes_come_back_unless_one_became_another(raw: bytes, data: st.DataObject) -> None:
    whole = sealed(raw)
    assert unsealed(whole) == raw
    at = data.draw(st.integers(0, len(whole) - 1))
    damaged = bytearray(whole)
    damaged[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(SealBroken):
        unsealed(bytes(damaged))


@pytest.mark.parametrize("found", [None, "text", 7, b"", b"abc"])
def test_what_is_no_sealed_bytes_is_refused(found: object) -> None:
    with pytest.raises(SealBroken):
        unsealed(found)
