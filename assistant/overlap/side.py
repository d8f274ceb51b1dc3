"""One agent's statement, as overlap compares and cites it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from agents.likeness import Words, words_of
from agents.location import Lines
from assistant.overlap.clause import Clause, clauses_of

_CODE_SPAN = re.compile(r"`([^`]+)`")


@dataclass(frozen=True)
class Side:
    """A sentence, list item or table row of one version."""

    agent: str
    """The handle."""
    version: int
    lines: Lines
    heading: tuple[str, ...]
    text: str
    """Markdown on one line."""

    @cached_property
    def words(self) -> Words:
        """The stems that say what it is about."""
        return words_of(self.text)

    @cached_property
    def clauses(self) -> tuple[Clause, ...]:
        """What it asks for and forbids."""
        return clauses_of(self.text, self.heading)

    @cached_property
    def code_names(self) -> frozenset[str]:
        """What stands in code marks."""
        return frozenset(_CODE_SPAN.findall(self.text))

    @property
    def key(self) -> tuple[str, int, int, str]:
        """Orders statements by agent and by where they stand."""
        return (self.agent, self.lines.start, self.lines.end, self.text)
