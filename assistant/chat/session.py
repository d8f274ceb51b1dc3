"""A chat session as values: its turns, each with the answer as the contract shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assistant.answer.fixed_words import without_sources

if TYPE_CHECKING:
    from assistant.answer.question import Turn

LONGEST_TITLE = 80
"""Characters."""


@dataclass(frozen=True, slots=True)
class SessionTurn:
    """A question with its answer."""

    at: str
    """When it was answered: ISO 8601, UTC."""
    question: str
    answer: Mapping[str, Any]
    """As `ask --json` prints it."""
    agent: str | None
    """The REF that answered; None for all documents."""

    @property
    def text(self) -> str:
        """The answer's Markdown without its list of sources."""
        return without_sources(str(self.answer.get("answer", "")))

    def to_json(self) -> dict[str, Any]:
        """As it is stored."""
        return {
            "at": self.at,
            "question": self.question,
            "agent": self.agent,
            "answer": dict(self.answer),
        }


@dataclass(frozen=True, slots=True)
class Session:
    """A conversation, oldest turn first."""

    id: str
    """Sorts by the time at which sessions began."""
    started_at: str
    """ISO 8601, UTC."""
    turns: tuple[SessionTurn, ...] = ()

    @property
    def changed_at(self) -> str:
        """When the last turn was answered."""
        return self.turns[-1].at if self.turns else self.started_at

    @property
    def title(self) -> str:
        """The first question, shortened."""
        first = " ".join(self.turns[0].question.split()) if self.turns else ""
        return first if len(first) <= LONGEST_TITLE else f"{first[: LONGEST_TITLE - 1]}…"

    @property
    def history(self) -> list[Turn]:
        """The turns as a follow-up question is understood by."""
        return [
            said
            for turn in self.turns
            for said in (
                {"role": "user", "content": turn.question},
                {"role": "assistant", "content": turn.text},
            )
        ]

    def summary(self) -> dict[str, Any]:
        """As `chat sessions --json` lists it."""
        return {
            "id": self.id,
            "title": self.title,
            "started_at": self.started_at,
            "changed_at": self.changed_at,
            "turns": len(self.turns),
        }


def turn_from_json(value: Any) -> SessionTurn:
    """A stored turn. Raises ValueError for a value of another shape."""
    if not isinstance(value, dict) or not isinstance(value.get("answer"), dict):
        raise ValueError("no turn")
    at, question, agent = value.get("at"), value.get("question"), value.get("agent")
    if not isinstance(at, str) or not isinstance(question, str):
        raise ValueError("no turn")
    return SessionTurn(at, question, value["answer"], agent if isinstance(agent, str) else None)
