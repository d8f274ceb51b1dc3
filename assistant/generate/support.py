"""Whether passages say what a sentence says.

Words and meaning together: how much of the sentence's rare words a passage has, how much of them
its nearest statement has, and how near that is in meaning. The weights were fitted by a logistic
regression over the first half of `tests/fixtures/generate/claims.yaml` and rounded to one decimal;
`tests/assistant/generate/test_support.py` holds them to the second half.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.answer.statement import Statement
from assistant.generate.passages import Passage
from kb.lexical import query_terms, terms

if TYPE_CHECKING:
    from assistant.answer.evidence import Library

COMPARED = 4
"""Statements of a passage whose meaning is compared with a sentence; each costs some 8 ms."""
LONGEST_COMPARED = 260
"""Characters of a text that its vector is made from."""
BOUND = 0.5
"""Likelihood from which a sentence counts as supported."""
SURE = 0.75
"""The same where the model named no passage, or another one."""

_BIAS, _COVER, _NEAR, _MEANING = -7.3, 3.3, 5.8, 2.2

_NEGATION = re.compile(
    r"\b(?:never|not|no|nor|none|without|avoid|avoids|cannot|instead of|rather than|in place of"
    r"|forbidden|redundant|wrong|neither|isn't|only)\b|n['’]t\b",
    re.IGNORECASE,
)
_CONDITION = re.compile(r"\b(?:without|unless|until|except|before)\b", re.IGNORECASE)
_ASKS_TO = re.compile(
    r"^\W*(?:(?:yes|so|always|you (?:can|may|should|must)|it is (?:fine|safe|ok\w*) to)\W+)?"
    r"(?:use|call|prefer|put|take|choose|add|write|read|store|return|pass|keep|run|make|set|throw)\b",
    re.IGNORECASE,
)
_ALLOWS = re.compile(r"\b(?:can|may|should|must|is (?:fine|safe|ok\w*))\b", re.IGNORECASE)
_CLAUSE = re.compile(r"[;:.!?()](?=\s|$)|,(?=\s)|\s[–—-]\s|\b(?:but|because|since|so that)\b")


@dataclass(frozen=True, slots=True)
class Support:
    """How well passages support a sentence."""

    likelihood: float
    """From 0 (they don't say it) to 1 (they do)."""
    statement: Statement | None
    """The nearest statement of the best passage."""
    passage: Passage | None


NONE = Support(0.0, None, None)


class Judge:
    """Holds sentences to passages of one library."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._total = max(library.chunk_count(), 1)
        self._counts: dict[str, int] = {}

    def support(self, text: str, passages: Sequence[Passage]) -> Support:
        """The best support that one of the passages gives a sentence."""
        found = [self._by_passage(text, passage) for passage in passages]
        return max(found, key=lambda support: support.likelihood, default=NONE)

    def _by_passage(self, text: str, passage: Passage) -> Support:
        weights = self._weights(text)
        if not weights or not passage.statements:
            return NONE
        cover = _share(weights, frozenset(terms(passage.told)))
        near = {
            statement.key: _share(weights, _said(statement)) for statement in passage.statements
        }
        ranked = sorted(passage.statements, key=lambda s: (-near[s.key], s.key))[:COMPARED]
        vectors = self._library.embed([_plain(text), *(_plain(s.text) for s in ranked)])
        cosines = [float(cosine) for cosine in vectors[1:] @ vectors[0]]

        def likely(n: int) -> float:
            return _likelihood(cover, near[ranked[n].key], cosines[n])

        best = max(range(len(ranked)), key=likely)
        likelihood = 0.0 if opposes(text, ranked[best].text) else likely(best)
        return Support(round(likelihood, 6), ranked[best], passage)

    def _weights(self, text: str) -> Mapping[str, float]:
        """How telling each term of a sentence is, by its rarity; they sum to 1."""
        wanted = query_terms(text)
        unseen = [term for term in wanted if term not in self._counts]
        found = self._library.term_counts(unseen) if unseen else {}
        self._counts.update({term: found.get(term, 0) for term in unseen})
        raw = {term: math.log(1 + self._total / (self._counts[term] + 1)) for term in wanted}
        whole = sum(raw.values()) or 1.0
        return {term: weight / whole for term, weight in raw.items()}


def _said(statement: Statement) -> frozenset[str]:
    above = (statement.context, *statement.chunk.heading[-1:])
    return statement.terms | frozenset(terms(" \n".join(above)))


def _share(weights: Mapping[str, float], there: frozenset[str]) -> float:
    return sum(weight for term, weight in weights.items() if term in there)


def _plain(text: str) -> str:
    return text.replace("**", "").replace("`", "")[:LONGEST_COMPARED]


def _likelihood(cover: float, near: float, meaning: float) -> float:
    logit = _BIAS + _COVER * cover + _NEAR * near + _MEANING * meaning
    return 1.0 / (1.0 + math.exp(-logit))


def opposes(text: str, statement: str) -> bool:
    """Whether a sentence recommends what a statement only forbids, or forbids what it asks for."""
    if _NEGATION.search(text):
        return not _NEGATION.search(statement) and _forbidden_object(text, statement)
    if not (_ASKS_TO.match(text) or _ALLOWS.search(text)):
        return False
    affirmed, denied = _sides(statement)
    wanted = frozenset(query_terms(text))
    return len(wanted & (denied - affirmed)) > len(wanted & (affirmed - denied))


def _sides(statement: str) -> tuple[frozenset[str], frozenset[str]]:
    """The terms of a statement outside and inside of what it denies."""
    affirmed: set[str] = set()
    denied: set[str] = set()
    for clause in _CLAUSE.split(statement):
        found = _NEGATION.search(clause)
        if found is not None and _CONDITION.search(clause, found.end()):
            found = None  # never without: always with
        at = len(clause) if found is None else found.start()
        affirmed.update(query_terms(clause[:at]) if clause[:at].strip() else ())
        denied.update(query_terms(clause[at:]) if clause[at:].strip() else ())
    return frozenset(affirmed), frozenset(denied)


def _forbidden_object(text: str, statement: str) -> bool:
    _, denied = _sides(text)
    asked = _ASKS_TO.match(statement)
    return asked is not None and bool(
        denied & frozenset(query_terms(statement[: asked.end() + 40]))
    )
