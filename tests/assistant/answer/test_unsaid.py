"""Words of a question that the leading statement doesn't say."""

from __future__ import annotations

from assistant.answer.unsaid import unsaid_words


def test_words_are_compared_by_their_stems_whatever_their_case() -> None:
    assert unsaid_words("Which indexes do Queries need?", ["Every query uses an index."]) == {
        "which",
        "do",
        "need",
    }


def test_every_text_that_is_said_counts() -> None:
    assert unsaid_words("menu price", ["the menu", "its prices"]) == frozenset()


def test_small_words_are_left_unsaid_too_for_they_tell_how_it_is_asked() -> None:
    assert "how" in unsaid_words("how many?", [])


def test_nothing_is_said_by_nothing_and_asked_by_nothing() -> None:
    assert unsaid_words("", ["anything"]) == frozenset()
    assert unsaid_words("?!", []) == frozenset()
