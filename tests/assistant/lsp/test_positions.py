"""Text as editors count it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.location import LineIndex
from assistant.lsp.positions import Encoding, Place, Text

LETTERS = st.text(st.sampled_from("ab \N{ROCKET}é\u2028\x0c\r\n\ufeff"), max_size=40)
ENCODINGS = st.sampled_from(list(Encoding))


def reference(text: str, encoding: Encoding, start: Place, end: Place, new: str) -> str:
    """The same change by another way: units as bytes of the encoding, one line at a time."""
    width = {Encoding.UTF8: 1, Encoding.UTF16: 2, Encoding.UTF32: 4}[encoding]
    codec = {1: "utf-8", 2: "utf-16-le", 4: "utf-32-le"}[width]

    def offset(place: Place) -> int:
        at, line = 0, 0
        while line < place.line and at < len(text):
            if text[at : at + 2] == "\r\n":
                at += 1
            line += text[at] in "\r\n"
            at += 1
        if line < place.line:
            return len(text)
        size = 0
        while at < len(text) and text[at] not in "\r\n":
            size += len(text[at].encode(codec)) // width
            if size > place.column:
                break
            at += 1
        return at

    first, last = sorted((offset(start), offset(end)))
    return text[:first] + new + text[last:]


@given(LETTERS, ENCODINGS, st.tuples(*[st.integers(0, 12)] * 4), LETTERS)
def test_a_change_is_what_the_protocol_says(
    text: str, encoding: Encoding, at: tuple[int, int, int, int], new: str
) -> None:
    start, end = Place(at[0], at[1]), Place(at[2], at[3])
    changed = Text(text, encoding).changed(start, end, new)
    assert changed.raw == reference(text, encoding, start, end, new).encode()


@given(LETTERS, ENCODINGS, st.data())
def test_what_stands_at_a_span_is_what_stands_at_its_stretch(
    text: str, encoding: Encoding, data: st.DataObject
) -> None:
    raw = text.encode()
    offsets = [
        len(text[:n].encode()) for n in range(len(text) + 1) if text[n - 1 : n + 1] != "\r\n"
    ]
    start, end = sorted((data.draw(st.sampled_from(offsets)), data.draw(st.sampled_from(offsets))))
    held = Text(text, encoding)
    stretch = held.stretch_of_bytes(start, end)
    assert held.changed(stretch.start, stretch.end, "").raw == raw[:start] + raw[end:]
    if not text.startswith("\ufeff"):
        assert held.stretch(LineIndex(raw).span(start, end)) == stretch


@pytest.mark.parametrize(
    ("encoding", "units"), [(Encoding.UTF8, 6), (Encoding.UTF16, 3), (Encoding.UTF32, 2)]
)
def test_each_encoding_counts_its_own_units(encoding: Encoding, units: int) -> None:
    assert encoding.units("\N{ROCKET}é") == units


def test_half_of_a_surrogate_pair_does_not_stop_the_check() -> None:
    assert Text("a\ud83db", Encoding.UTF16).raw == b"a?b"
