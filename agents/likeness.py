"""How alike short texts are by their words, and which of two lists belong together.

Word work only, without a model, so that the same two documents always compare the same.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from math import log, sqrt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from Stemmer import Stemmer

Words = tuple[str, ...]

MAX_CHARACTERS = 20_000
"""Of a text; what comes later in it does not count."""
_LOOKUPS = 6
"""How many of a text's rarest words are used to find texts that may be like it."""
_MOST_CANDIDATES = 50
"""For each of these words, where the lists are short."""
_WORK = 300_000
"""Comparisons of two texts at most, so that lists of thousands take seconds."""

_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W_]+")
_CAMEL = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\x00-\x7f]+")
_SIGNS = re.compile(r"\w+|!(?=\S)|[^\w\s!]")
_STYLE = str.maketrans(dict.fromkeys("*`'\"‘’“”.,;:", " ") | dict.fromkeys("–—", "-"))
_FILLERS = frozenset(
    re.findall(
        r"\S+",
        "a an and are as at be by for from has have if in into is it its of on or so than that the"
        " their them then these they this those to was we when where which while will with you your"
        " always avoid do don dont ensure make must never no not only please prefer shall should"
        " sure t s",
    )
)
"""Words that carry no matter, and those that ask or forbid: "always x" and "never x" are alike."""


def words_of(text: str) -> Words:
    """The stems of the words that say what a text is about, in its order.

    Names in code are taken apart (`withIndex`: with, index). Where nothing else is left, fillers
    count.
    """
    found = [
        part.lower()
        for word in _WORD.findall(text[:MAX_CHARACTERS])
        for part in (_CAMEL.findall(word) or [word])
    ]
    return tuple(stem(word) for word in found if word not in _FILLERS) or tuple(found)


def plain_words(text: str) -> Words:
    """All words and signs of a text in order, without emphasis, code marks and punctuation.

    Two texts with the same ones differ in style only. Signs that may mean something (`!=`, `<`)
    count, and so does the case of letters within a word.
    """
    return tuple(
        word.lower() if word.isalpha() and (word.isupper() or word.istitle()) else word
        for word in _SIGNS.findall(text.translate(_STYLE))
    )


@cache
def _stemmer() -> Stemmer:
    from Stemmer import Stemmer

    return Stemmer("english")


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """The English stem of a word in lower case."""
    stemmed: str = _stemmer().stemWord(word)
    return stemmed


@dataclass(frozen=True, slots=True)
class Pair:
    """A text of one list and the text of the other that it belongs to."""

    before: int
    after: int
    likeness: float
    """0 to 1: the cosine of both texts' words, rare ones weighing more."""


def pair_up(
    before: Sequence[Words],
    after: Sequence[Words],
    *,
    least: float,
    favour: Callable[[int, int], float] = lambda before, after: 0.0,
) -> list[Pair]:
    """Pairs of like texts, each text in one at most: the best pair, then the best of the rest.

    A pair counts where likeness and `favour` (what else speaks for it) sum up to `least`. Equal
    sums are decided by how near the two stand in their lists. Texts that share no word are never
    a pair.
    """
    if not before or not after:
        return []
    weights = _weights([*before, *after])
    left = [_vector(words, weights) for words in before]
    right = [_vector(words, weights) for words in after]
    found = [
        (likeness + favour(i, j), likeness, i, j)
        for i, j in _candidates(left, right, weights)
        if (likeness := _cosine(left[i], right[j])) > 0
    ]
    found.sort(key=lambda one: (-one[0], abs(one[2] - one[3]), one[2], one[3]))
    pairs: list[Pair] = []
    used: set[int] = set()
    taken: set[int] = set()
    for total, likeness, i, j in found:
        if total < least:
            break
        if i not in used and j not in taken:
            used.add(i)
            taken.add(j)
            pairs.append(Pair(i, j, likeness))
    return sorted(pairs, key=lambda pair: pair.before)


def likeness_of(before: Words, after: Words) -> float:
    """The plain cosine of two texts' words, 0 to 1; two empty texts are alike."""
    if before == after:
        return 1.0
    return _cosine(_vector(before, None), _vector(after, None))


def _weights(texts: Iterable[Words]) -> Mapping[str, float]:
    seen: Counter[str] = Counter()
    count = 0
    for words in texts:
        count += 1
        seen.update(dict.fromkeys(words, 1))
    return {word: 1 + log((count + 1) / (times + 1)) for word, times in seen.items()}


def _vector(words: Words, weights: Mapping[str, float] | None) -> dict[str, float]:
    """Of length 1. A word that comes often says little more than one that comes once."""
    counts = Counter(words)
    raw = {word: (1 + log(n)) * (weights[word] if weights else 1) for word, n in counts.items()}
    length = sqrt(sum(value * value for value in raw.values()))
    return {word: value / length for word, value in raw.items()}


def _cosine(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    if len(other) < len(one):
        one, other = other, one
    total = sum(value * other[word] for word, value in one.items() if word in other)
    return round(min(total, 1.0), 6)


def _candidates(
    left: Sequence[Mapping[str, float]],
    right: Sequence[Mapping[str, float]],
    weights: Mapping[str, float],
) -> Iterable[tuple[int, int]]:
    """Pairs that share one of the rarest words; all that share any where the lists are short."""
    holders: dict[str, list[int]] = defaultdict(list)
    for j, vector in enumerate(right):
        for word in vector:
            holders[word].append(j)
    is_short = len(left) * len(right) <= _MOST_CANDIDATES * _MOST_CANDIDATES
    each = max(2, min(_MOST_CANDIDATES, _WORK // (_LOOKUPS * len(left))))
    for i, vector in enumerate(left):
        rarest = sorted((word for word in vector if word in holders), key=lambda w: -weights[w])
        looked_up = rarest if is_short else rarest[:_LOOKUPS]
        most = len(right) if is_short else each
        for j in dict.fromkeys(j for word in looked_up for j in holders[word][:most]):
            yield i, j
