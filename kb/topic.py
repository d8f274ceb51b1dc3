"""What a chunk is part of: the page that it stands on.

A question is often answered by a passage that names its matter nowhere: the page's title does.
Topics are therefore compared with a question too, by meaning and by words, and a search shows
several of them before it shows many passages of one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kb.chunk import Chunk
from kb.lexical import terms

_SEPARATORS = re.compile(r"[^\w]+|_")
_ENDING = re.compile(r"\.\w+\Z")


@dataclass(frozen=True, slots=True)
class TopicFields:
    """The terms of a topic by where they stand, each a text of terms and spaces."""

    title: str
    about: str
    heading: str
    body: str


@dataclass(frozen=True, slots=True)
class Topic:
    """Chunks that belong together, and what they are about."""

    title: str
    """Empty for what is no topic."""
    about: str
    """The page's description; may be empty."""
    named: str
    """Further words that name it: those of the page's path."""
    chunks: tuple[Chunk, ...]

    @property
    def text(self) -> str:
        """What its vector is made from."""
        return f"{self.title}. {self.about}".strip()

    @property
    def fields(self) -> TopicFields:
        """The terms that are looked up."""
        headings = dict.fromkeys(" ".join(chunk.heading[1:]) for chunk in self.chunks)
        return TopicFields(
            title=_terms((self.title, self.named)),
            about=_terms((self.about,)),
            heading=_terms(headings),
            body=_terms(chunk.says for chunk in self.chunks),
        )


def page_topic(title: str, about: str, path: str, chunks: Sequence[Chunk]) -> Topic:
    """A page of documentation, which is one topic."""
    words = _SEPARATORS.sub(" ", _ENDING.sub("", path))
    return Topic(title, about, words, tuple(chunks))


def no_topic(chunks: Sequence[Chunk]) -> Topic:
    """An agent's document: its chunks are ranked by themselves.

    Such documents are about everything at once. Taking their sections for topics lost against
    rank fusion on the built-in agents (nDCG@10 0.68 and 0.70, without topics 0.73).
    """
    return Topic("", "", "", tuple(chunks))


def _terms(texts: Iterable[str]) -> str:
    return " ".join(term for text in texts for term in terms(text))
