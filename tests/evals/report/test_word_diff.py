"""Texts beside each other."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from evals.report.word_diff import MOST_LINES, MOST_WORDS, Row, rows

LINES = st.lists(st.text(alphabet="ab .\u202e", max_size=12), max_size=8)


def test_the_words_that_differ_are_marked_and_nothing_else() -> None:
    assert list(rows(["status: ok", "use a filter"], ["status: ok", "use an index"])) == [
        Row((("status: ok", False),), (("status: ok", False),)),
        Row(
            (("use ", False), ("a", True), (" ", False), ("filter", True)),
            (("use ", False), ("an", True), (" ", False), ("index", True)),
        ),
    ]


def test_a_line_of_one_side_stands_alone() -> None:
    assert list(rows(["one"], ["one", "two"]))[1] == Row(None, (("two", True),))


def test_a_very_long_line_differs_as_a_whole() -> None:
    old, new = "a " * MOST_WORDS, "b " * MOST_WORDS
    assert list(rows([old], [new])) == [Row(((old, True),), ((new, True),))]


def test_the_rest_of_a_long_output_is_counted() -> None:
    last = list(rows(["x"] * (MOST_LINES + 5), []))[-1]
    assert last.before == (("… 5 more lines", True),)


@given(LINES, LINES)
def test_each_side_keeps_its_text(before: list[str], after: list[str]) -> None:
    found = list(rows(before, after))
    sides = [[row.before for row in found], [row.after for row in found]]
    joined = [["".join(p for p, _ in line) for line in side if line is not None] for side in sides]
    assert joined == [before, after]
