"""What is said to a chat model and what comes back; knows no provider and no library."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, Protocol

OnText = Callable[[str], None]
"""Called with each piece of an answer as it comes in."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message to a model."""

    role: Literal["system", "user"]
    content: str


class Finish(StrEnum):
    """Why an answer ended."""

    COMPLETE = "complete"
    CUT_OFF = "cut_off"
    """At the most tokens or characters that were allowed."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call, as the provider counts them; 0 where it does not say."""

    input_tokens: int = 0
    output_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Reply:
    """A model's whole answer."""

    text: str
    finish: Finish
    usage: Usage


class ChatModel(Protocol):
    """Answers a list of messages."""

    @property
    def name(self) -> str:
        """`provider:name`."""

    def reply(self, messages: Sequence[Message], *, on_text: OnText) -> Reply:
        """The answer; `on_text` is given it piece by piece meanwhile.

        Raises ModelError where there is none or only a part of one: the model can't be reached,
        refuses, says nothing, breaks off or takes too long.
        """
