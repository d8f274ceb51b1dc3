"""Likeness of texts by their words, and pairing two lists by it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from agents.likeness import likeness_of, pair_up, plain_words, words_of


def test_words_are_stems_without_fillers_and_without_what_asks_or_forbids() -> None:
    assert words_of("Always use the indexes") == words_of("never use an index")
    assert words_of("`ctx.db.withIndex()`") == ("ctx", "db", "index")
    assert words_of("never do") == ("never", "do")


def test_style_does_not_count_but_signs_and_the_case_within_names_do() -> None:
    assert plain_words("**Use** `a`, then b.") == plain_words("use a then b")
    assert plain_words("a == b") != plain_words("a != b")
    assert plain_words("at most <5") != plain_words("at most >5")
    assert plain_words("useQuery") != plain_words("usequery")


def test_the_best_pair_is_taken_first_and_each_text_once() -> None:
    before = [words_of("index the table"), words_of("index the table by owner")]
    after = [words_of("index the table by its owner"), words_of("store a file")]
    (pair,) = pair_up(before, after, least=0.5)
    assert (pair.before, pair.after, pair.likeness) == (1, 0, 1.0)


def test_what_speaks_for_a_pair_decides_between_like_texts() -> None:
    words = words_of("check the schema")
    pairs = pair_up([words, words], [words, words], least=0.5, favour=lambda i, j: 0.1 * (i != j))
    assert [(pair.before, pair.after) for pair in pairs] == [(0, 1), (1, 0)]


def test_texts_without_a_common_word_are_never_a_pair() -> None:
    assert pair_up([("a",)], [("b",)], least=0.0, favour=lambda i, j: 1.0) == []
    assert likeness_of((), ()) == 1.0
    assert likeness_of(("a",), ()) == 0.0


_TEXTS = st.lists(st.lists(st.sampled_from("abcdef"), max_size=5).map(tuple), max_size=12)


@given(_TEXTS, _TEXTS)
def test_pairs_never_share_a_text_and_stay_within_bounds(
    before: list[tuple[str, ...]], after: list[tuple[str, ...]]
) -> None:
    pairs = pair_up(before, after, least=0.3)
    assert len({pair.before for pair in pairs}) == len(pairs)
    assert len({pair.after for pair in pairs}) == len(pairs)
    assert all(0.3 <= pair.likeness <= 1.0 for pair in pairs)


def test_lists_of_thousands_find_what_was_reworded() -> None:
    before = [words_of(f"the table number{n} needs an index") for n in range(3000)]
    after = [words_of(f"give table number{n} one more index") for n in range(3000)]
    pairs = pair_up(before, after, least=0.3)
    assert sum(pair.before == pair.after for pair in pairs) == 3000
