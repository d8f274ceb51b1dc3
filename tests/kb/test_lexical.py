"""Words as people type them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.lexical import (
    MOST_TERMS,
    fields_of,
    query_terms,
    terms,
)


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("ctx.db.query('tasks')", "ctx.db.query"),
        ("ctx.db.query('tasks')", "db.query"),
        (".withIndex('by_owner')", "withIndex"),
        (".withIndex('by_owner')", "with index"),
        (".withIndex('by_owner')", "by owner"),
        ('`v.id("users")`', "v.id"),
        ("args: v.id", "v.id()"),
        ('"use node";', "use node"),
        ("'use node'", '"use node" directive'),
        ("convex.config.ts", "convex.config.ts"),
        ("in convex.config.ts.", "config.ts"),
        ("doc._creationTime", "_creationTime"),
        ("doc._creationTime", "creation time"),
        ("@convex-dev/rate-limiter", "rate limiter"),
        ("@convex-dev/rate-limiter", "@convex-dev/rate-limiter"),
        ("Use real-time queries.", "realtime"),
        ("realTime", "real-time"),
        ("Queries are cached", "query caching"),
        ("httpAction", "HTTP actions"),
        ("N+1", "n+1"),
        ("GRÖSSE", "größe".upper()),
    ],
)
def test_what_is_asked_is_among_the_terms_of_what_is_written(written: str, asked: str) -> None:
    assert set(query_terms(asked)) & set(terms(written)), (list(terms(written)), query_terms(asked))


@pytest.mark.parametrize(
    "identifier", ["ctx.db.query", "_creationTime", "convex.config.ts", "v.id"]
)
def test_an_identifier_is_a_term_as_a_whole_too(identifier: str) -> None:
    (whole, *_parts) = terms(identifier)
    assert whole.startswith(identifier.lower()[:-1])
    assert whole in query_terms(f"what is `{identifier}`?")


def test_stop_words_are_left_out_of_a_question_unless_there_is_nothing_else() -> None:
    assert query_terms("How do I call Stripe?") == ["call", "stripe"]
    assert query_terms("to be or not to be") == ["to", "be", "or", "not"]


def test_headings_text_and_code_are_fields_of_their_own() -> None:
    fields = fields_of(["Guide", "Indexes"], "Prose here.\n\n```ts\nconst code = 1;\n```\nMore.")
    assert "index" in fields.heading.split()
    assert "prose" in fields.text.split()
    assert "code" not in fields.text.split()
    assert "code" in fields.code.split()
    assert "more" in fields.text.split()


@given(st.text(max_size=200))
def test_no_question_breaks_the_terms(question: str) -> None:
    asked = query_terms(question)
    assert len(asked) <= MOST_TERMS
    assert set(asked) <= set(terms(question))


@given(st.text(max_size=200))
def test_a_term_holds_no_space(text: str) -> None:
    assert all(term.split() == [term] for term in terms(text))
