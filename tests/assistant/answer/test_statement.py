"""Chunks fall apart into sentences, items, rows and code blocks with their exact lines."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.document import Polarity
from agents.location import Lines
from assistant.answer.statement import split_chunk, telling_statements
from kb.chunk import Chunk

Make = Callable[..., Chunk]


def test_a_list_gives_its_items_with_their_lines(chunk: Make) -> None:
    found = split_chunk(chunk("## Rules\n\n- One\n- Two goes\n  on here\n1. Three", first=10))
    assert [(s.text, s.lines) for s in found] == [
        ("One", Lines(12, 12)),
        ("Two goes on here", Lines(13, 14)),
        ("Three", Lines(15, 15)),
    ]
    assert found[1].quote == "- Two goes\n  on here"


def test_a_nested_item_knows_the_item_above(chunk: Make) -> None:
    found = split_chunk(chunk("- **Actions**\n  - Call services\n- Other"))
    assert [s.context for s in found] == ["", "**Actions**", ""]


def test_task_boxes_and_tick_marks_are_no_text(chunk: Make) -> None:
    assert [s.text for s in split_chunk(chunk("- [ ] Done\n✓ Seen\n* [x] Ready"))] == [
        "Done",
        "Seen",
        "Ready",
    ]


def test_sentences_are_cited_by_the_lines_on_which_they_stand(chunk: Make) -> None:
    found = split_chunk(chunk("First one. Second goes\non to the next. Third.", first=5))
    assert [(s.text, s.lines) for s in found] == [
        ("First one.", Lines(5, 5)),
        ("Second goes on to the next.", Lines(5, 6)),
        ("Third.", Lines(6, 6)),
    ]
    assert found[1].quote == "First one. Second goes\non to the next. Third."


def test_a_table_gives_its_rows_with_the_head_as_context(chunk: Make) -> None:
    found = split_chunk(chunk("| Need | Component |\n|---|:--|\n| count | Aggregate |"))
    assert [(s.kind, s.text, s.context) for s in found] == [
        ("row", "count | Aggregate", "Need | Component")
    ]


def test_a_code_block_is_one_statement_with_its_fences(chunk: Make) -> None:
    text = "Like this:\n\n````ts\nconst a = `x`;\n```\n- no item\n````\nAfter."
    sentence, code, after = split_chunk(chunk(text))
    assert (code.kind, code.lines, code.context) == ("code", Lines(3, 7), "Like this:")
    assert code.quote == "````ts\nconst a = `x`;\n```\n- no item\n````"
    assert (sentence.text, after.text) == ("Like this:", "After.")


def test_the_last_line_break_is_not_quoted_and_others_stay(chunk: Make) -> None:
    made = chunk("- a\r\n  b\r\n- c")
    assert [s.quote for s in split_chunk(made)] == ["- a\r\n  b", "- c"]


def test_introductions_and_what_the_agent_is_tell_nothing(chunk: Make) -> None:
    made = chunk("You are an expert. The rules:\n\n- Use an index")
    assert [s.text for s in telling_statements(made)] == ["Use an index"]


def test_the_frontmatters_description_is_no_statement(chunk: Make) -> None:
    assert split_chunk(chunk("description: Use for Convex.", heading=())) == []


@pytest.mark.parametrize(
    ("text", "heading", "polarity"),
    [
        ("- Never use it", "Rules", Polarity.DONT),
        ("- Use it", "Never do", Polarity.DONT),
        ("- Use it", "Rules", Polarity.DO),
    ],
)
def test_polarity_comes_from_the_words_or_the_heading(
    chunk: Make, text: str, heading: str, polarity: Polarity
) -> None:
    assert split_chunk(chunk(text, heading=(heading,)))[0].polarity is polarity


_PIECES = st.sampled_from(
    ["- a", "  - b c.", "Text. More", "", "| a | b |", "|---|---|", "```ts", "```", "# H", "1. x"]
)


@given(st.lists(_PIECES, min_size=1, max_size=12), st.sampled_from(["\n", "\r\n", "\r"]))
def test_every_quote_is_the_exact_text_of_its_lines(lines: list[str], newline: str) -> None:
    text = newline.join(lines)
    made = Chunk(
        "id", "s", "c/p", "p", 1, "0" * 64, Lines(7, 6 + len(lines)), ("H",), "prose", text
    )
    for statement in split_chunk(made):
        start, end = statement.lines.start - 7, statement.lines.end - 7
        assert re.split(r"\r\n|\r|\n", statement.quote) == lines[start : end + 1]


def test_a_fence_around_a_list_hides_no_items(chunk: Make) -> None:
    found = split_chunk(chunk("```\nTHINK: what?\n- Which one?\n- How?\n```\n- After"))
    assert [(s.kind, s.text) for s in found] == [
        ("sentence", "THINK: what?"),
        ("item", "Which one?"),
        ("item", "How?"),
        ("item", "After"),
    ]
