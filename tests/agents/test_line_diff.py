"""Two texts line by line."""

from __future__ import annotations

from agents.line_diff import unified_lines
from agents.parse import parse_document


def lines(old: str, new: str) -> list[str]:
    before, after = parse_document(old.encode()), parse_document(new.encode())
    return list(unified_lines(before, after, ("a", "b")))


def test_lines_are_shown_with_their_surroundings() -> None:
    assert lines("1\n2\n3\n", "1\nzwei\n3\n") == [
        *("--- a", "+++ b", "@@ -1,3 +1,3 @@"),
        *(" 1", "-2", "+zwei", " 3"),
    ]


def test_line_breaks_alone_are_no_difference() -> None:
    assert lines("1\n2\n", "1\r\n2") == []


def test_what_would_take_long_to_compare_is_shown_as_replaced() -> None:
    old = "same\n" + "a\nb\n" * 10_000 + "end\n"
    new = "same\n" + "b\na\nc\n" * 6_000 + "end\n"
    found = lines(old, new)
    assert found[:4] == ["--- a", "+++ b", "@@ -2,20000 +2,18000 @@", "-a"]
    assert len(found) == 3 + 20_000 + 18_000
    assert lines("x\n" * 5_000, "x\n" * 10_000)[2] == "@@ -5000,0 +5001,5000 @@"
