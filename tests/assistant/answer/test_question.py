"""What a question is about, and what a follow-up takes over."""

from __future__ import annotations

import pytest

from assistant.answer.question import Asks, key_terms, read_question

BEFORE = [{"role": "user", "content": "How do I verify Stripe webhooks?"},
          {"role": "assistant", "content": "By their signature."}]  # fmt: skip


def words(text: str) -> list[str]:
    return [term.text for term in key_terms(text)]


def test_key_terms_leave_out_the_words_of_asking() -> None:
    assert words("Where should I call the Stripe API from?") == ["call", "Stripe", "API"]
    assert words("What is the best way to do this?") == []


def test_denials_are_no_matter_and_acronyms_count_in_the_plural_too() -> None:
    assert words("Why isn't my component found?") == ["component", "found"]
    (tokens,) = key_terms("JWTs")
    assert tokens.forms == {"jwt"}
    (library,) = key_terms("Next.js")
    assert {"next", "next.js"} == library.forms


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


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("How do I paginate a list?", Asks.HOW),
        ("Which component counts rows?", Asks.WHICH),
        ("Why is Date.now() bad?", Asks.WHY),
        ("Should I use filter or withIndex?", Asks.WHETHER),
        ("May I call an action from the client?", Asks.WHETHER),
        ("What is an index?", Asks.OTHER),
        ("What can find the largest or the smallest row?", Asks.OTHER),
    ],
)
def test_the_kind_of_answer_that_is_wanted_is_told(text: str, kind: Asks) -> None:
    assert read_question(text).asks is kind


def test_what_is_chosen_among_is_told() -> None:
    assert read_question("Which command deploys?").thing == "command"
    assert read_question("How do I deploy?").thing == ""


def test_names_in_mid_sentence_are_told_from_words_that_open_it() -> None:
    names = {
        term.text for term in key_terms("Secure my Supabase tables in TypeScript") if term.is_name
    }
    assert names == {"Supabase", "TypeScript"}


def test_phrases_stand_for_one_word_and_words_know_others_for_the_same() -> None:
    (login,) = (term for term in key_terms("Is the user logged in?") if term.text == "login")
    assert "auth" in login.all_forms
    (watch,) = key_terms("Keep an eye on it")
    assert watch.text == "monitor"
    (organise,) = key_terms("organise")
    assert "organiz" in organise.all_forms


def test_places_in_the_dashboard_are_told_from_buttons_of_an_app() -> None:
    assert read_question("Where in the dashboard do I see logs?").clicks
    assert read_question("Which button pauses a deployment?").clicks
    assert read_question("Where is the page with the deploy keys?").clicks
    assert not read_question("How do I build a like button?").clicks
    assert not read_question("page takes long to load").clicks
