"""A session as Markdown."""

from __future__ import annotations

from assistant.chat import Session, SessionTurn
from assistant.chat.export import session_markdown


def test_questions_answers_and_sources_stand_in_turn() -> None:
    citation = {
        "n": 1,
        "source": "payments",
        "version": 2,
        "path": "payments.md",
        "lines": [7, 9],
        "heading": ["Guide", "Services", "Stripe"],
    }
    answer = {
        "answer": "From an action. [1]\n\n**Sources**\n\n- [1] payments",
        "citations": [citation],
        "model": "ollama:m",
    }
    turns = (
        SessionTurn("2026-03-01T12:00:00Z", "Where from?", answer, "payments@2"),
        SessionTurn("2026-03-01T12:01:00Z", "Why?", {"answer": "So."}, None),
    )
    assert session_markdown(Session("id", "2026-03-01T12:00:00Z", turns)) == (
        "# Where from?\n\n2026-03-01T12:00:00Z, id\n\n"
        "## Where from?\n\nAsked of payments@2, ollama:m.\n\nFrom an action. [1]\n\n"
        "- [1] payments@2 payments.md:7-9, Services › Stripe\n\n"
        "## Why?\n\nSo.\n"
    )
