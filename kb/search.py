"""From a query to hits: which rankings are asked, how they are joined, what is returned."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from agents.errors import UsageError
from kb.chunk import Chunk
from kb.lexical import query_terms
from kb.plain_words import names_for
from kb.rank import Candidate, rank

if TYPE_CHECKING:
    from kb.index import Index, Place
    from kb.matrix import Nearness
    from kb.words import Postings, Words

MOST_HITS = 1000
TOLD = 50
"""Places of a ranking that a hit tells; one further down says little about it."""
LONGEST_QUERY = 10_000
"""Characters; what stands beyond is not looked at."""

Matters = Sequence[tuple[str, float]]
"""Names of matters with how much each counts (`kb.plain_words.NearMatters`)."""

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
    def meant(self) -> str:
        """What is compared by meaning: the question and, in a hybrid search, what it speaks of."""
        names = names_for(self.text) if self.mode is Mode.HYBRID else ()
        return f"{self.text} ({', '.join(names)})" if names else self.text

    @property
    def depth(self) -> int:
        """How far down each ranking is read before they are joined."""
        return max(100, 2 * self.k)


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk that a search found, and why."""

    rank: int
    """1 for the best."""
    score: float
    """Comparable within one search only: by the search's mode that of
    `kb.rank`, cosine or BM25."""
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


def search_index(
    index: Index, query: Query, words: Words, near: Nearness | None, matters: Matters = ()
) -> tuple[dict[str, Ranking], Ranking]:
    """The rankings by meaning and by words, and the one that the query's mode asks for.

    `near` is how near everything is by meaning; None for a search by words. `matters` are those
    that the question is near to.
    """
    among = index.numbers_of_sources(query.sources) if query.sources else None
    found: dict[str, list[tuple[int, float]]] = {}
    typed = query_terms(query.text)
    terms = words.chunks.telling(typed)
    if near is not None:
        found["dense"] = near.chunks.best(query.depth, among)
    if query.mode is not Mode.DENSE:
        found["lexical"] = words.chunks.score(terms).best(query.depth, among)
    numbers = dict.fromkeys(number for pairs in found.values() for number, _ in pairs)
    places = index.places(list(numbers))
    rankings = {name: _ranked(pairs, places)[: query.depth] for name, pairs in found.items()}
    if near is None or query.mode is Mode.DENSE:
        return rankings, rankings[query.mode.value]
    found_places = list(places.values())
    return rankings, rank(
        _candidates(query, typed, words, near, matters, found_places, dict(rankings["lexical"]))
    )


def _candidates(
    query: Query,
    typed: Sequence[str],
    words: Words,
    near: Nearness,
    matters: Matters,
    places: Sequence[Place],
    bm25: Mapping[str, float],
) -> list[Candidate]:
    """What was found with all that ranks it, in the order of `places`."""
    best_bm25 = max(bm25.values(), default=0.0) or 1.0
    numbers = [place.number for place in places]
    topics = [place.topic for place in places]
    terms = words.chunks.telling(typed)
    names = words.chunks.telling(query_terms(" ".join(names_for(query.text))))
    near_matters = [(words.chunks.telling(query_terms(name)), counts) for name, counts in matters]
    columns = zip(
        places,
        near.chunks.of(numbers),
        words.chunks.share(typed).of(numbers),
        near.topics.of(topics),
        words.topics.score(terms).as_shares().of(topics),
        words.topics.score(names).as_shares().of(topics),
        words.chunks.score(names).as_shares().of(numbers),
        _of_matters(words.chunks, near_matters, numbers),
        _of_matters(words.topics, near_matters, topics),
        strict=True,
    )
    return [
        Candidate(
            id=place.id,
            topic=place.topic,
            similarity=similarity,
            words=bm25.get(place.id, 0.0) / best_bm25,
            share=share,
            names=names_here,
            matters=matters_here,
            topic_similarity=topic_similarity,
            topic_words=topic_words,
            topic_names=topic_names,
            topic_matters=topic_matters,
        )
        for (
            place,
            similarity,
            share,
            topic_similarity,
            topic_words,
            topic_names,
            names_here,
            matters_here,
            topic_matters,
        ) in columns
    ]


def _of_matters(
    postings: Postings, matters: Sequence[tuple[Sequence[str], float]], numbers: Sequence[int]
) -> list[float]:
    """How much of the matters, given by their terms, each of these texts is about."""
    import numpy

    total = numpy.zeros(len(numbers))
    for terms, counts in matters:
        total += counts * postings.score(terms).as_shares().at(numbers)
    found: list[float] = numpy.round(total, 6).tolist()
    return found


def _ranked(pairs: Sequence[tuple[int, float]], places: Mapping[int, Place]) -> Ranking:
    """Ids instead of numbers, ties by id."""
    named = [(places[number].id, score) for number, score in pairs if number in places]
    return sorted(named, key=lambda pair: (-pair[1], pair[0]))


def hits_of(
    query: Query,
    ordered: Ranking,
    rankings: Mapping[str, Ranking],
    chunks: Callable[[Sequence[str]], Mapping[str, Chunk]],
) -> tuple[Hit, ...]:
    """The best `query.k` chunks of `ordered`, each with its places in the rankings.

    These are named `dense` and `lexical`. `chunks` looks up chunks by id; ids that it doesn't know
    are passed over.
    """
    places = {
        name: {
            found: (rank, score)
            for rank, (found, score) in enumerate(ranking[: max(TOLD, 2 * query.k)], start=1)
        }
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
