"""One ranking of what was found by meaning and by words.

A weighted sum of how near a passage and its topic are to the question. The weights were fitted by
`benchmarks/fit_ranking.py` to the development questions of `benchmarks/retrieval_questions.yaml`;
`benchmarks/retrieval_quality.py` shows on other questions what that gains over rank fusion.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

MEANING = 1.0
"""Weight of the cosine between question and passage."""
WORDS = 0.05
"""Of the passage's BM25, as a share of the best passage's."""
TOPIC_MEANING = 0.45
"""Of the cosine between the question and the topic's title and description."""
TOPIC_WORDS = 0.3
"""Of the topic's BM25, as a share of the best topic's."""
AGAIN = 0.12
"""What a passage loses for each better one of its topic: one page must not fill all places."""

NO_TOPIC = 0
"""The topic of what belongs to none."""

_MOST = MEANING + WORDS + TOPIC_MEANING + TOPIC_WORDS


@dataclass(frozen=True, slots=True)
class Candidate:
    """A chunk that was found, and how near it is."""

    id: str
    topic: int
    """Its number, or NO_TOPIC."""
    similarity: float
    """Cosine of the chunk's nearest part."""
    bm25: float
    topic_similarity: float
    topic_bm25: float


def rank(candidates: Sequence[Candidate], *, best_topic: float) -> list[tuple[str, float]]:
    """Ids with their scores, best first; ties are broken by id.

    `best_topic` is the highest BM25 of any topic. Scores are at most 1, and comparable within one
    query only.
    """
    best_words = max((found.bm25 for found in candidates), default=0.0) or 1.0
    scored = [
        (found.id, found.topic, _score(found, best_words, best_topic)) for found in candidates
    ]
    return _spread(sorted(scored, key=lambda one: (-one[2], one[0])))


def _score(found: Candidate, best_words: float, best_topic: float) -> float:
    words = found.bm25 / best_words
    # What belongs to no topic is taken to be as near as its topic would be.
    topic_meaning, topic_words = found.similarity, words
    if found.topic != NO_TOPIC:
        topic_meaning, topic_words = found.topic_similarity, found.topic_bm25 / (best_topic or 1.0)
    return (
        MEANING * found.similarity
        + WORDS * words
        + TOPIC_MEANING * topic_meaning
        + TOPIC_WORDS * topic_words
    )


def _spread(ordered: Iterable[tuple[str, int, float]]) -> list[tuple[str, float]]:
    """The same with what each loses for the better ones of its topic."""
    seen: Counter[int] = Counter()
    ranked: list[tuple[str, float]] = []
    for found, topic, score in ordered:
        ranked.append((found, round((score - AGAIN * seen[topic]) / _MOST, 6)))
        seen[topic] += topic != NO_TOPIC
    return sorted(ranked, key=lambda pair: (-pair[1], pair[0]))
