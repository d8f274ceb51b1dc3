"""Words of identifiers, and what they say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.code.rules._words import (
    names_a_secret,
    names_a_session,
    names_the_caller,
    words_of,
)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("getAuthUserId", ("get", "auth", "user", "id")),
        ("APIKey", ("api", "key")),
        ("by_token_2", ("by", "token", "2")),
        ("x-hub-signature-256", ("x", "hub", "signature", "256")),
    ],
)
def test_an_identifier_falls_into_its_words(name: str, words: tuple[str, ...]) -> None:
    assert words_of(name) == words


@given(st.text(max_size=60))
def test_words_of_any_text_are_lower_case_parts_of_it(text: str) -> None:
    assert all(word and word in text.lower() for word in words_of(text))


@pytest.mark.parametrize("name", ["token", "apiKey", "keyHash", "invite_code", "sharedSecret"])
def test_these_name_a_secret(name: str) -> None:
    assert names_a_secret(name)


@pytest.mark.parametrize(
    "name", ["tokenIdentifier", "tokensUsed", "tokenCount", "key", "countryCode", "secretary"]
)
def test_these_only_sound_like_a_secret(name: str) -> None:
    assert not names_a_secret(name)


def test_callers_are_named_by_who_acts_or_by_a_demand() -> None:
    assert names_the_caller("requireUser")
    assert names_the_caller("getIdentity")
    assert not names_the_caller("getUserById")
    assert not names_the_caller("createOrder")


def test_sessions_are_told_from_facts_about_them() -> None:
    assert names_a_session("sessionId")
    assert not names_a_session("sessionLength")
