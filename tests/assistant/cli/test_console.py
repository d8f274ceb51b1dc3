"""What is written on one line of a terminal."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from assistant.cli.console import one_line, printable


@given(st.text())
@example("two  spaces")
@example(" edges ")
@example("tab\tand \x1b[31m and \u202e")
def test_a_line_is_the_words_of_what_may_be_printed(text: str) -> None:
    assert one_line(text) == " ".join(printable(text).split())
