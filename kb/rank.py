"""One ranking of what was found by meaning and by words.

A weighted sum of how near a passage and its topic are to the question. The weights were fitted by
`benchmarks/fit_ranking.py` to the development questions of `benchmarks/retrieval_questions.yaml`;
`benchmarks/retrieval_quality.py` shows on other questions what that gains over rank fusion.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from operator import mul

NO_TOPIC = 0
"""The topic of what belongs to none."""

AGAIN = 0.15
"""What a passage loses for each better one of its topic: one page must not fill all places."""


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each of a candidate's features counts.

    Names and matters count half of what was fitted: their table was written with the questions of
    the fit at hand, and helps those of other people less.
    """

    similarity: float = 1.0
    words: float = 0.03
    share: float = 0.26
    names: float = 0.035
    matters: float = 0.12
    topic_similarity: float = 0.33
    topic_words: float = 0.13
    topic_names: float = 0.05
    topic_matters: float = 0.075

    @property
    def as_tuple(self) -> tuple[float, ...]:
        """All of them, in the order of the fields."""
        return astuple(self)


WEIGHTS = Weights()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A chunk that was found, and how near it is."""

    id: str
    topic: int
    """Its number, or NO_TOPIC."""
    similarity: float
    """Cosine between the question and the chunk's nearest part."""
    words: float
    """Its BM25, as a share of the best chunk's."""
    share: float
    """How much of the question's terms it holds, rarer ones counting more."""
    names: float
    """Its BM25 for what the documentation calls the question's matters (`kb.plain_words`), as a
    share of the best chunk's."""
    matters: float
    """The same for the matters that the question is near to by meaning, each by how near it is."""
    topic_similarity: float
    """Cosine between the question and the topic's title and description."""
    topic_words: float
    """The topic's BM25, as a share of the best topic's."""
    topic_names: float
    """The topic's BM25 for the names, as a share of the best topic's."""
    topic_matters: float
    """The topic's BM25 for the matters, each by how near it is."""


def rank(candidates: Sequence[Candidate], weights: Weights = WEIGHTS) -> list[tuple[str, float]]:
    """Ids with their scores, best first; ties are broken by id.

    Scores are at most 1, and comparable within one query only.
    """
    counts = weights.as_tuple
    scored = [
        (found.id, found.topic, sum(map(mul, counts, features(found)))) for found in candidates
    ]
    ordered = sorted(scored, key=lambda one: (-one[2], one[0]))
    return _spread(ordered, most=sum(counts))


def features(found: Candidate) -> tuple[float, ...]:
    """What is weighed, in the order of `Weights`."""
    if found.topic == NO_TOPIC:
        # What belongs to no topic is taken to be as near as its topic would be.
        of_topic = (found.similarity, found.words, found.names, found.matters)
    else:
        of_topic = (
            found.topic_similarity,
            found.topic_words,
            found.topic_names,
            found.topic_matters,
        )
    own = (found.similarity, found.words, found.share, found.names, found.matters)
    return own + of_topic


def _spread(ordered: Iterable[tuple[str, int, float]], *, most: float) -> list[tuple[str, float]]:
    """The same with what each loses for the better ones of its topic, as shares of `most`."""
    seen: Counter[int] = Counter()
    ranked: list[tuple[str, float]] = []
    for found, topic, score in ordered:
        ranked.append((found, round((score - AGAIN * seen[topic]) / most, 6)))
        seen[topic] += topic != NO_TOPIC
    return sorted(ranked, key=lambda pair: (-pair[1], pair[0]))
