"""What an answer consists of. `to_json` is the contract's `ask --json`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from agents.location import Lines


class Status(StrEnum):
    """Whether the documents answer the question."""

    ANSWERED = "answered"
    NOT_COVERED = "not_covered"


@dataclass(frozen=True, slots=True)
class Citation:
    """A passage that the answer stands on."""

    n: int
    """The number by which the answer's text refers to it, from 1."""
    source: str
    """An agent's handle, or the name of added documentation."""
    origin: str
    path: str
    version: int
    lines: Lines
    heading: tuple[str, ...]
    quote: str
    """The exact text of `lines`, without the last line's break."""

    def to_json(self) -> dict[str, Any]:
        """As the contract shows it."""
        return {
            "n": self.n,
            "source": self.source,
            "origin": self.origin,
            "path": self.path,
            "version": self.version,
            "lines": self.lines.as_list(),
            "heading": list(self.heading),
            "quote": self.quote,
        }


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one question."""

    question: str
    status: Status
    answer: str
    """Markdown that carries the citation numbers as `[1]`."""
    citations: tuple[Citation, ...]
    rules: tuple[str, ...]
    """The code rules that hold code to what the answer recommends."""
    model: str | None = None
    """`provider:name`, or None where the answer was put together from the documents alone."""
    unsupported: tuple[str, ...] = ()
    """Sentences that no cited passage supports."""
    usage: Mapping[str, int | float] = field(default_factory=lambda: MappingProxyType({}))
    """Tokens by kind, and `cost_usd` where the price is known; empty without a model."""
    elapsed_ms: float = 0.0
    leaning: float | None = None
    """How surely the documents answer it: 1 surely, at 0 it could be either, -1 surely not. None
    where that was not worked out."""

    def to_json(self) -> dict[str, Any]:
        """As the contract shows it."""
        return {
            "question": self.question,
            "status": self.status.value,
            "answer": self.answer,
            "citations": [citation.to_json() for citation in self.citations],
            "rules": list(self.rules),
            "model": self.model,
            "unsupported": list(self.unsupported),
            "usage": dict(self.usage),
            "elapsed_ms": round(self.elapsed_ms, 1),
        }
