"""Which edits of a statement keep its meaning, and which may not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.location import Lines
from agents.parse import parse_document
from evals.statements import find_reworded, match_statements, read_statement, sameness

WANTED = "Use `.withIndex()` on every database query that narrows its rows, instead of `.filter()`."


def alike(wanted: str, found: str) -> float:
    return sameness(read_statement(wanted), read_statement(found))


@pytest.mark.parametrize(
    "found",
    [
        WANTED.replace("Use", "**Use**").replace("`.filter()`.", ".filter()"),
        "- [ ] " + WANTED.replace("Use ", "use  ").replace("every ", "every\t"),
        WANTED.replace("on every", "for each").replace("that", "which"),
        WANTED.replace("instead of", "rather than"),
        WANTED.replace(".withIndex()", "withIndex").replace("Use", "Make use of"),
    ],
)
def test_other_words_marks_and_white_space_keep_the_meaning(found: str) -> None:
    assert alike(WANTED, found) > 0


@pytest.mark.parametrize(
    "found",
    [
        WANTED.replace("Use", "Never use"),
        WANTED.replace("Use", "Avoid"),
        WANTED.replace(".withIndex()", ".collect()"),
        WANTED.replace(".withIndex()", "X")
        .replace(".filter()", ".withIndex()")
        .replace("X", ".filter()"),
        WANTED.replace(", instead of `.filter()`", ""),
        WANTED.replace("query", "mutation"),
        "Keep functions short.",
        "",
    ],
)
def test_a_denial_other_code_or_half_of_it_is_another_meaning(found: str) -> None:
    assert alike(WANTED, found) == 0.0


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("Retry 3 times.", "Retry 5 times."),
        ("Check the role before the write.", "Check the role after the write."),
        ("Equality fields come first.", "Equality fields come last."),
        ("Validate on the server.", "Validate on the client."),
        ("Don't poll.", "Poll."),
    ],
)
def test_numbers_and_opposites_are_meaning(wanted: str, found: str) -> None:
    assert alike(wanted, found) == 0.0
    assert alike(found, wanted) == 0.0


def test_names_with_capitals_are_code_as_a_whole_also_without_marks() -> None:
    wanted = "Sign in with AuthKit (its set-up is short), then call getUser() in a query."
    assert alike(wanted, wanted.replace("set-up", "setup")) > 0
    assert alike(wanted, wanted.replace("AuthKit", "AuthBox")) == 0.0
    assert alike(wanted, wanted.replace("getUser", "getOwner")) == 0.0


def test_names_without_marks_keep_their_place_among_the_marked_ones() -> None:
    wanted = "Put what several functions share into plain TypeScript under `convex/model/`."
    assert read_statement(wanted).code == ("TypeScript", "convex", "model")
    assert alike(wanted, wanted.replace("several", "multiple")) > 0


def test_each_statement_stands_for_one_only_and_the_exact_one_first() -> None:
    wanted = ["Bound every read with `take`.", "Bound all reads with `take`."]
    assert match_statements(wanted, wanted[::-1]) == [1, 0]
    assert match_statements(wanted, ["Bound all reads with `take`."]) == [None, 0]
    assert match_statements([wanted[0]], ["Bound each read with `take`.", wanted[0]]) == [1]


def test_a_reworded_quote_is_found_with_its_lines_and_a_denied_one_is_not() -> None:
    text = (
        "# A\n\nIntro.\n\n- Keep it short.\n- For database queries that narrow their rows use\n"
        "  `.withIndex()`, not `.filter()`.\n- Never write `.take()` on a database query.\n"
    )
    document = parse_document(text.encode())
    quote = "use `.withIndex()` on database queries that narrow rows"
    assert find_reworded(quote, document) == (Lines(6, 7),)
    assert find_reworded("Never call `.collect()` on a database query", document) == ()
    assert find_reworded("Never a database query, `.take()`", document) == (Lines(8, 8),)
    assert find_reworded("nothing of the kind", document) == ()


@given(st.text(max_size=80))
def test_every_statement_means_what_it_means(text: str) -> None:
    assert alike(text, text) == 1.0


@given(st.text(max_size=60), st.text(max_size=60))
def test_sameness_does_not_depend_on_which_comes_first(one: str, other: str) -> None:
    assert alike(one, other) == pytest.approx(alike(other, one))
