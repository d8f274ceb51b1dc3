from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.phrases import GAP, Fact, contains, plain, states


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("Use an **action**.", "an action"),
        ("Call `ctx.scheduler.runAfter(0, …)`", "ctx.scheduler.runAfter"),
        ("Indexes\n  are   part", "indexes are part"),
        ("two Indexes", "index*"),
        ("index `by_ownerId_and_status`", "by_ownerId_and_status"),
        ("the user’s id", "user's id"),
        ("never use it in a query", "never * in a query"),
        ("use `.take(n)`, use `.paginate()`", "use * .paginate"),
        ("costs 8,192 elements", "8,192"),
    ],
)
def test_a_phrase_is_found_whatever_its_markup_case_and_space(text: str, phrase: str) -> None:
    assert contains(plain(text), phrase)


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("one transaction", "action"),
        ("actions", "action"),
        ("18,192", "8,192"),
        ("in a query never", "never * in a query"),
        ("a" + " x" * GAP + " b", "a * b"),
        ("", "a"),
    ],
)
def test_a_phrase_stands_alone_and_in_order(text: str, phrase: str) -> None:
    assert not contains(plain(text), phrase)


def test_a_fact_is_stated_in_any_of_its_ways() -> None:
    fact = Fact(("from an action", "in an action"))
    assert states(fact, plain("Call it **in** an `action`."))
    assert not states(fact, plain("Call it in a mutation."))


@given(
    st.text(max_size=60), st.text(alphabet="ab c", min_size=1, max_size=20), st.text(max_size=60)
)
def test_any_words_are_found_between_other_words(before: str, words: str, after: str) -> None:
    if plain(words):
        assert contains(plain(f"{before} ; {words} ; {after}"), words)
