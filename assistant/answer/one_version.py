"""Searching a version that the index doesn't hold: an older one, or one of a removed agent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from kb.chunk import chunk_document, embedded_texts
from kb.lexical import query_terms, terms
from kb.search import Hit, Mode, SearchResult
from kb.source import AgentSource

if TYPE_CHECKING:
    from agents.registry import AgentVersion
    from kb.embed import Vectors
    from kb.knowledge_base import KnowledgeBase

COMPARED = 24
"""Chunks, the best by words, whose meaning is compared."""


class VersionLibrary:
    """One version's chunks, searched in memory: by shared terms first, then by meaning."""

    def __init__(self, version: AgentVersion, knowledge_base: KnowledgeBase) -> None:
        self._knowledge_base = knowledge_base
        self._chunks = chunk_document(version.document, AgentSource(version).source)
        self._terms = [
            frozenset(terms(" \n".join((*chunk.heading, chunk.text)))) for chunk in self._chunks
        ]
        self._counts = Counter(term for found in self._terms for term in found)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """As the knowledge base does it."""
        return self._knowledge_base.embed(texts)

    def term_counts(self, terms: Sequence[str]) -> Mapping[str, int]:
        """In how many of the version's chunks each term occurs."""
        return {term: self._counts[term] for term in terms if term in self._counts}

    def chunk_count(self) -> int:
        """How many chunks the version has."""
        return len(self._chunks)

    def search(
        self, query: str, *, k: int = 10, mode: Mode = Mode.HYBRID, sources: Sequence[str] = ()
    ) -> SearchResult:
        """The version's chunks that fit best; always hybrid, `sources` is not looked at."""
        wanted = query_terms(query)
        shared = [
            sum(1.0 / self._counts[term] for term in wanted if term in found)
            for found in self._terms
        ]
        by_words = sorted(range(len(self._chunks)), key=lambda n: (-shared[n], n))[:COMPARED]
        if not by_words:
            return SearchResult(query, Mode.HYBRID, (), 0.0)
        texts = [embedded_texts(self._chunks[n].heading, self._chunks[n].text)[0] for n in by_words]
        cosines = self.embed(texts) @ self.embed([query])[0]
        near = {n: round(float(cosine), 6) for n, cosine in zip(by_words, cosines, strict=True)}
        word_rank = {n: rank for rank, n in enumerate(by_words, start=1)}
        by_meaning = sorted(near, key=lambda n: (-near[n], n))
        meaning_rank = {n: rank for rank, n in enumerate(by_meaning, start=1)}
        fused = {n: 1.0 / (60 + word_rank[n]) + 1.0 / (60 + meaning_rank[n]) for n in near}
        best = sorted(fused, key=lambda n: (-fused[n], n))[:k]
        hits = tuple(
            Hit(
                rank=rank,
                score=fused[n],
                chunk=self._chunks[n],
                dense_rank=meaning_rank[n],
                similarity=near[n],
                lexical_rank=word_rank[n],
                bm25=shared[n],
            )
            for rank, n in enumerate(best, start=1)
        )
        return SearchResult(query, Mode.HYBRID, hits, 0.0)
