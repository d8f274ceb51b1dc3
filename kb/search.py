"""From a query to hits: which rankings are asked, how they are joined, what is returned."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from agents.errors import UsageError
from kb.chunk import Chunk
from kb.fuse import reciprocal_rank_fusion

MOST_HITS = 1000
LONGEST_QUERY = 10_000
"""Characters; what stands beyond is not looked at."""

WEIGHTS = {"dense": 1.0, "lexical": 1.0}

Ranking = Sequence[tuple[str, float]]
"""Ids of chunks with their scores, best first."""


class Mode(StrEnum):
    """Which rankings a search asks."""

    HYBRID = "hybrid"
    DENSE = "dense"
    LEXICAL = "lexical"


@dataclass(frozen=True, slots=True)
class Query:
    """What is searched for."""

    text: str
    k: int = 10
    """How many hits at most."""
    mode: Mode = Mode.HYBRID
    sources: tuple[str, ...] = ()
    """Names of sources to stay within; empty means all."""

    def __post_init__(self) -> None:
        if not 1 <= self.k <= MOST_HITS:
            raise UsageError(f"k must be from 1 to {MOST_HITS}, not {self.k}")
        if not self.text.strip():
            raise UsageError("the query is empty", hint="say what to search for")

    @property
    def depth(self) -> int:
        """How far down each ranking is read before they are joined."""
        return max(50, 2 * self.k)


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk that a search found, and why."""

    rank: int
    """1 for the best."""
    score: float
    """Comparable within one search only: fused rank, cosine or BM25, by the search's mode."""
    chunk: Chunk
    dense_rank: int | None
    similarity: float | None
    """Cosine between the question and the chunk's nearest part."""
    lexical_rank: int | None
    bm25: float | None


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The answer to a query."""

    query: str
    mode: Mode
    hits: tuple[Hit, ...]
    elapsed_ms: float


def hits_of(
    query: Query,
    rankings: Mapping[str, Ranking],
    chunks: Callable[[Sequence[str]], Mapping[str, Chunk]],
) -> tuple[Hit, ...]:
    """The best `query.k` chunks of the rankings, which are named `dense` and `lexical`.

    `chunks` looks up chunks by id; ids that it doesn't know are passed over.
    """
    if query.mode is Mode.HYBRID:
        ids = {name: [found for found, _ in ranking] for name, ranking in rankings.items()}
        ordered: Ranking = reciprocal_rank_fusion(ids, weights=WEIGHTS)
    else:
        ordered = rankings[query.mode.value]
    places = {
        name: {found: (rank, score) for rank, (found, score) in enumerate(ranking, start=1)}
        for name, ranking in rankings.items()
    }
    none = (None, None)
    best = ordered[: query.k]
    known = chunks([found for found, _ in best])
    hits: list[Hit] = []
    for found, score in best:
        if found not in known:
            continue
        dense_rank, similarity = places.get("dense", {}).get(found, none)
        lexical_rank, bm25 = places.get("lexical", {}).get(found, none)
        hits.append(
            Hit(
                rank=len(hits) + 1,
                score=score,
                chunk=known[found],
                dense_rank=dense_rank,
                similarity=similarity,
                lexical_rank=lexical_rank,
                bm25=bm25,
            )
        )
    return tuple(hits)
