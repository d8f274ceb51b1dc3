"""The estimate of tokens."""

from __future__ import annotations

import pytest

from agents.lint.tokens import estimated_tokens


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", 0),
        ("   \n\n", 0),
        ("the index of a table", 5),
        ("internationalisation", 3),
        ("12345", 2),
        ("a = b;", 3),
        ("数据库", 2),
    ],
)
def test_words_numbers_and_signs_cost_what_tokenizers_make_of_them(text: str, tokens: int) -> None:
    assert estimated_tokens(text) == tokens


def test_twice_the_text_costs_twice_as_much() -> None:
    text = 'Define validators for all arguments: `v.string()`, `v.id("tasks")`.\n'
    assert estimated_tokens(text * 2) == 2 * estimated_tokens(text)
