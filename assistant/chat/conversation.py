"""A conversation in progress: whom it asks, and what was said so far. Knows no terminal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING

from agents.registry.clock import timestamp, utc_now
from agents.settings import ModelPrice
from assistant.answer.result import Answer
from assistant.chat.session import Session, SessionTurn
from assistant.chat.store import SessionStore
from assistant.generate.answering import respond
from assistant.model.conversation import ChatModel, OnText

if TYPE_CHECKING:
    from agents.registry import Registry
    from kb.knowledge_base import KnowledgeBase


@dataclass
class Conversation:
    """Asks questions one after the other; each is understood in the context of the earlier ones."""

    knowledge_base: KnowledgeBase
    registry: Registry
    store: SessionStore
    session: Session
    model: ChatModel | None = None
    agent: str | None = None
    """A REF to stay within; None for all documents."""
    k: int = 8
    prices: Mapping[str, ModelPrice] = field(default_factory=lambda: MappingProxyType({}))
    now: Callable[[], datetime] = utc_now

    def ask(self, question: str, *, on_text: OnText = lambda _: None) -> Answer:
        """The answer to the next question, which is kept when this returns.

        Raises as `respond` does; then, or when it is interrupted, nothing is kept.
        """
        answer = respond(
            question,
            knowledge_base=self.knowledge_base,
            registry=self.registry,
            model=self.model,
            agent=self.agent,
            k=self.k,
            history=self.session.history,
            prices=self.prices,
            on_text=on_text,
        )
        turn = SessionTurn(timestamp(self.now()), question, answer.to_json(), self.agent)
        self.session = self.store.append(self.session, turn)
        return answer

    def use_agent(self, reference: str | None) -> None:
        """Ask this agent from now on. Raises RegistryError for a reference that names nothing."""
        if reference is not None:
            self.registry.resolve(reference)
        self.agent = reference
