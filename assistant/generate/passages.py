"""Which passages a model is given, each with the statements that it consists of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from assistant.answer.result import Citation
from assistant.answer.statement import Statement, split_chunk
from kb.chunk import Chunk

if TYPE_CHECKING:
    from assistant.answer.evidence import Library

MOST_CHARACTERS = 14_000
"""Of all passages together: some 3,500 tokens."""
LONGEST = 3_000
"""Characters of one passage; a longer chunk is cut at a line's end."""
DEPTH = 30
"""Chunks among which those that the answer cites are looked for."""


@dataclass(frozen=True)
class Passage:
    """A chunk with the number by which the model refers to it."""

    n: int
    chunk: Chunk

    @cached_property
    def text(self) -> str:
        """What the model is shown of the chunk."""
        text = self.chunk.text
        return (
            text if len(text) <= LONGEST else text[:LONGEST].rpartition("\n")[0] or text[:LONGEST]
        )

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        """What can be cited of it."""
        return tuple(split_chunk(self.chunk))

    @cached_property
    def told(self) -> str:
        """All that it says, its headings included."""
        return " \n".join((*self.chunk.heading, self.text))


def choose_passages(
    question: str,
    citations: Sequence[Citation],
    library: Library,
    *,
    sources: Sequence[str],
    k: int,
) -> tuple[Passage, ...]:
    """The passages for a question: those of the answer without a model first, then the best hits.

    `question` is what is searched for; `k` is how many there are at most.
    """
    chunks = [hit.chunk for hit in library.search(question, k=max(k, DEPTH), sources=sources).hits]
    cited = [chunk for citation in citations for chunk in chunks if _holds(chunk, citation)]
    chosen: list[Passage] = []
    room = MOST_CHARACTERS
    for chunk in {chunk.id: chunk for chunk in (*cited, *chunks)}.values():
        passage = Passage(len(chosen) + 1, chunk)
        if len(chosen) == k or (chosen and len(passage.text) > room):
            break
        chosen.append(passage)
        room -= len(passage.text)
    return tuple(chosen)


def _holds(chunk: Chunk, citation: Citation) -> bool:
    return (
        (chunk.origin, chunk.version) == (citation.origin, citation.version)
        and chunk.lines.start <= citation.lines.start
        and citation.lines.end <= chunk.lines.end
    )
