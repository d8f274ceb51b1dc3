"""What people say is found by the names that the documentation has for it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.plain_words import names_for
from kb.search import Mode, Query


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("remind the user tomorrow at 9", "scheduled functions scheduler"),
        ("clean up every single night", "cron jobs recurring"),
        ("two users edit the same row", "write conflict optimistic concurrency control"),
        ("my list loads everything at once and is slow", "paginated queries"),
        ("can I host it on my own server?", "self hosting"),
        ("is there a REST endpoint", "HTTP action"),
        ("the code that clients can't call", "internal functions"),
        ("may I clear a field of a row?", "patch replace updating documents"),
        ("I forgot to await it", "await promises dangling promises"),
        ("show our dashboard inside an iframe", "embedding the dashboard"),
    ],
)
def test_a_matter_is_known_by_how_people_speak_of_it(question: str, name: str) -> None:
    assert any(name in found or found in name for found in names_for(question)), names_for(question)


@pytest.mark.parametrize(
    "question",
    [
        "How do I define a compound index?",
        "ctx.db.query withIndex",
        "",
        "?!",
        "the night is young and nothing is every bit as good",  # words of an expression, far apart
    ],
)
def test_what_is_called_by_its_name_gets_no_other(question: str) -> None:
    assert names_for(question) == ()


def test_words_match_in_all_their_forms_and_marked_ones_only_as_they_stand() -> None:
    assert names_for("uploading pictures") == names_for("upload a picture") != ()
    assert names_for("the nightly run") != ()
    assert names_for("good night") == ()


def test_names_come_once_and_in_the_same_order_however_the_question_is_put() -> None:
    one = names_for("upload a picture, a photo and a video to my own server")
    assert one == names_for("to my own server upload a video, a photo and a picture")
    assert len(set(one)) == len(one)


@given(st.text())
def test_any_text_is_a_question(text: str) -> None:
    assert names_for(text) == names_for(text)


def test_only_a_hybrid_search_puts_names_behind_the_question() -> None:
    text = "two users edit the same row"
    assert Query(text).meant.startswith(text + " (")
    assert Query(text, mode=Mode.DENSE).meant == text
    assert Query("compound index").meant == "compound index"
