"""What a question is about, and what a follow-up takes over."""

from __future__ import annotations

import pytest

from assistant.answer.question import key_terms, read_question

BEFORE = [{"role": "user", "content": "How do I verify Stripe webhooks?"},
          {"role": "assistant", "content": "By their signature."}]  # fmt: skip


def words(text: str) -> list[str]:
    return [term.text for term in key_terms(text)]


def test_key_terms_leave_out_the_words_of_asking() -> None:
    assert words("Where should I call the Stripe API from?") == ["call", "Stripe", "API"]
    assert words("What is the best way to do this?") == []


def test_an_identifier_is_one_key_term_and_each_is_named_once() -> None:
    assert words("Does ctx.db.query scan? ctx.db.query!") == ["ctx.db.query", "scan"]


@pytest.mark.parametrize("text", ["and for Clerk?", "How do I test that?", "Why?"])
def test_an_elliptical_question_takes_over_the_matter(text: str) -> None:
    asked = read_question(text, BEFORE)
    assert {"Stripe", "webhooks"} <= {term.text for term in asked.key_terms}
    assert asked.search.startswith(text) and asked.search.endswith("verify Stripe webhooks")
    assert asked.text == text


def test_a_question_that_stands_alone_takes_nothing_over() -> None:
    asked = read_question("How do I paginate a long list of messages?", BEFORE)
    assert asked.search == asked.text


def test_without_a_user_turn_there_is_nothing_to_take() -> None:
    assert read_question("Why?", [{"role": "assistant", "content": "Hello"}]).search == "Why?"


@pytest.mark.parametrize("text", ["How much does it cost?", "What is the maximum array size?"])
def test_questions_for_a_number_are_told(text: str) -> None:
    assert read_question(text).asks_quantity
    assert not read_question("Where do I put helpers?").asks_quantity
