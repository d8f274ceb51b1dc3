"""What the documents have to say to a question: statements, scored."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from math import fsum, log
from typing import TYPE_CHECKING, Protocol

from assistant.answer.code_piece import pieces_in
from assistant.answer.form import FORMS, forms_of
from assistant.answer.in_code import statements_in
from assistant.answer.question import VAGUE, KeyTerm, Question
from assistant.answer.statement import MOST_SPLIT, Statement, telling_statements
from assistant.answer.weights import weights_of
from assistant.answer.wording import in_known_words
from kb.lexical import query_terms, terms
from kb.search import Mode

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    from kb.chunk import Chunk
    from kb.search import Hit, SearchResult

    Vector = NDArray[numpy.float32]

DEPTH = 30
"""Chunks that are taken apart."""
FURTHER = 20
"""Chunks that are found by other words for the same."""
COMPARED = 16
"""Statements whose meaning is compared with the question's; each costs some 8 ms. The one that
answers is among so many in 98% of the training questions."""
MOST_CODE = 8
"""Code blocks that may become the example."""
LONGEST_COMPARED = 260
"""Characters of a statement that its vector is made from."""
LEAST_TOLD = 2
"""Terms that a statement in words adds to the question's to tell anything."""

MERITS = (
    "meaning",
    "typed",
    "reworded",
    "above",
    "dense_place",
    "lexical_place",
    "asks",
    "of_itself",
    "command",
    "comment",
    "piece",
    "inside",
    "hollow",
    *FORMS,
)
"""What a statement's score is the weighted sum of; all from 0 to 1."""

_OF_ITSELF = re.compile(
    r"\b(?:integration points|response format|when invoked|tool usage|when to use|report|workflow"
    r"|purpose|core identity|skills?|expertise|related agents|instructions|providing code)\b",
    re.IGNORECASE,
)
_ALL_OF_ITSELF = re.compile(
    r"\b(?:integration points|response format|tool usage|when to use|report|related agents)\b",
    re.IGNORECASE,
)
"""Headings whose subsections are no less about the document itself."""


class Library(Protocol):
    """What is searched: the knowledge base, or one document by itself."""

    def search(
        self, query: str, *, k: int = 10, mode: Mode = Mode.HYBRID, sources: Sequence[str] = ()
    ) -> SearchResult:
        """The chunks that fit best."""

    def embed(self, texts: Sequence[str]) -> Vector:
        """One L2-normalised row for each text."""

    def term_counts(self, terms: Sequence[str]) -> Mapping[str, int]:
        """In how many chunks each term occurs; terms that occur nowhere are missing."""

    def chunk_count(self) -> int:
        """How many chunks there are."""


@dataclass(frozen=True)
class Evidence:
    """A statement and how well it fits the question."""

    statement: Statement
    hit: Hit
    score: float
    """Of two statements that answer, the odds that this is the better one grow by e for each 1."""
    cosine: float
    covered: frozenset[str]
    """Texts of the key terms that it, its context or its heading names."""
    own: frozenset[str]
    """Those that it names itself."""
    merits: Mapping[str, float] = field(default_factory=dict, compare=False, repr=False)
    """What speaks for it, by the names in MERITS; what is missing is 0."""
    vector: Vector | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Findings:
    """All that was found for a question."""

    question: Question
    evidence: tuple[Evidence, ...]
    """Best first."""
    code: tuple[Evidence, ...]
    """Code blocks, best first."""
    hits: tuple[Hit, ...]
    weights: Mapping[str, float]
    """How telling each key term is, by its text; they sum to 1."""
    unknown: tuple[str, ...]
    """Key terms that no document uses."""

    def share(self, named: Iterable[str]) -> float:
        """The weighted share of the question's key terms that are among `named`."""
        return fsum(self.weights.get(text, 0.0) for text in set(named))


def gather(question: Question, library: Library, *, sources: Sequence[str] = ()) -> Findings:
    """Search, take the chunks apart and score their statements."""
    question = in_known_words(question, library)
    hits = _hits(question, library, sources)
    weights, unknown = term_weights(question.key_terms, library)
    scorer = Scorer(question, library, weights)
    pairs = [(statement, hit) for hit in hits for statement in _statements(hit.chunk)]
    prose = scorer.score([pair for pair in pairs if pair[0].kind != "code"])
    code = scorer.score_code([pair for pair in pairs if pair[0].kind == "code"])
    return Findings(question, prose, code, hits, weights, unknown)


@lru_cache(maxsize=MOST_SPLIT)
def _statements(chunk: Chunk) -> tuple[Statement, ...]:
    found: list[Statement] = []
    for statement in telling_statements(chunk):
        found.append(statement)
        if statement.kind == "code":
            found += [*statements_in(statement), *pieces_in(statement)]
    return tuple(found)


def _hits(question: Question, library: Library, sources: Sequence[str]) -> tuple[Hit, ...]:
    """What the question finds, then what other words for it find."""
    hits = library.search(question.search, k=DEPTH, sources=sources).hits
    others = list(dict.fromkeys(word for term in question.key_terms for word in term.others))
    if not others:
        return hits
    reworded = " ".join([*(term.text for term in question.key_terms), *others])
    more = library.search(reworded, k=FURTHER, mode=Mode.LEXICAL, sources=sources).hits
    known = {hit.chunk.id for hit in hits}
    new = [hit for hit in more if hit.chunk.id not in known]
    return (*hits, *(replace(hit, rank=len(hits) + n) for n, hit in enumerate(new, start=1)))


def term_weights(
    key_terms: Sequence[KeyTerm], library: Library
) -> tuple[dict[str, float], tuple[str, ...]]:
    """How telling each key term is by its rarity, summing to 1, and those that nothing uses."""
    counts = library.term_counts(sorted({form for term in key_terms for form in term.all_forms}))
    total = max(library.chunk_count(), 1)
    raw: dict[str, float] = {}
    unknown: list[str] = []
    for term in key_terms:
        count = max((counts.get(form, 0) for form in term.all_forms), default=0)
        if not count and term.incidental:
            continue
        raw[term.text] = log(1 + total / (count + 1))
        if not count:
            unknown.append(term.text)
    whole = sum(raw.values()) or 1.0
    return {text: weight / whole for text, weight in raw.items()}, tuple(unknown)


class Scorer:
    """Scores statements against one question."""

    def __init__(self, question: Question, library: Library, weights: Mapping[str, float]) -> None:
        self._question = question
        self._library = library
        self._weights = weights
        self._terms = [term for term in question.key_terms if term.text in weights]

    @cached_property
    def _vector(self) -> Vector:
        vector: Vector = self._library.embed([self._question.search])[0]
        return vector

    @cached_property
    def _asked(self) -> frozenset[str]:
        return frozenset(query_terms(self._question.search))

    def score(
        self, pairs: Sequence[tuple[Statement, Hit]], *, at_most: int = COMPARED
    ) -> tuple[Evidence, ...]:
        """The best of these statements by words and place, scored by meaning too; best first."""
        chosen = self._likely(pairs)[:at_most]
        if not chosen:
            return ()
        vectors = self._library.embed([_compared(found.statement) for found in chosen])
        cosines = vectors @ self._vector
        scored = [
            self._with_meaning(found, float(cosine), vector)
            for found, cosine, vector in zip(chosen, cosines, vectors, strict=True)
        ]
        return tuple(sorted(scored, key=_order))

    def likely(self, pairs: Sequence[tuple[Statement, Hit]]) -> tuple[Statement, Hit]:
        """The one that promises most before its meaning is compared."""
        first = self._likely(pairs)[0]
        return first.statement, first.hit

    def score_code(self, pairs: Sequence[tuple[Statement, Hit]]) -> tuple[Evidence, ...]:
        """Code blocks, best first: a block's meaning is its chunk's, which search has compared."""
        scored = [
            self._with_meaning(found, found.hit.similarity or 0.0, None)
            for found in self._likely(pairs)
        ]
        return tuple(sorted(scored, key=_order)[:MOST_CODE])

    def _with_meaning(self, found: Evidence, cosine: float, vector: Vector | None) -> Evidence:
        merits = {**found.merits, "meaning": max(cosine, 0.0)}
        score = _score(merits)
        return replace(found, cosine=cosine, score=score, merits=merits, vector=vector)

    def _likely(self, pairs: Sequence[tuple[Statement, Hit]]) -> list[Evidence]:
        """Scored by words and place; ordered by that and the chunk's nearness in meaning."""
        unique = {statement.key: (statement, hit) for statement, hit in reversed(pairs)}
        found = [self._by_words(statement, hit) for statement, hit in unique.values()]

        def likely(evidence: Evidence) -> tuple[float, tuple[str, int, int, str]]:
            near = weights_of("statement")["meaning"] * (evidence.hit.similarity or 0.0) / 2
            return (-evidence.score - near, evidence.statement.key)

        return sorted(found, key=likely)

    def _by_words(self, statement: Statement, hit: Hit) -> Evidence:
        own = self._named(statement.terms)
        typed = self._named(statement.terms, typed=True)
        inside = self._named(statement.terms_inside) - own
        above = self._named(_terms((statement.context, *statement.chunk.heading[-2:]))) - inside
        added = _told(statement.text[:LONGEST_COMPARED]) - self._asked
        merits = {
            "typed": self._weight(typed),
            "reworded": self._weight(own - typed),
            "above": self._weight(above - own),
            "dense_place": _place(hit.dense_rank),
            "lexical_place": _place(hit.lexical_rank),
            "asks": float(statement.text.endswith("?")),
            "of_itself": float(_is_of_itself(statement)),
            "command": float(statement.kind == "command"),
            "comment": float(statement.kind == "comment"),
            "piece": float(statement.kind == "piece"),
            "inside": self._weight(inside),
            "hollow": float(len(added) < LEAST_TOLD and statement.kind in ("item", "sentence")),
            **dict.fromkeys(forms_of(self._question, statement), 1.0),
        }
        own |= inside
        return Evidence(statement, hit, _score(merits), 0.0, own | above, own, merits)

    def _weight(self, named: Iterable[str]) -> float:
        return fsum([self._weights[text] for text in named])

    def _named(self, there: frozenset[str], *, typed: bool = False) -> frozenset[str]:
        """Texts of the key terms among these, with `typed` in the question's own words."""
        return frozenset(
            [
                term.text
                for term in self._terms
                if not (term.forms if typed else term.all_forms).isdisjoint(there)
            ]
        )


def _score(merits: Mapping[str, float]) -> float:
    weights = weights_of("statement")
    # Exact, since merits come in no order.
    return round(fsum(weights.get(name, 0.0) * value for name, value in merits.items() if value), 6)


def _place(rank: int | None) -> float:
    return 1.0 / (1.0 + 0.15 * (rank - 1)) if rank is not None else 0.0


def _is_of_itself(statement: Statement) -> bool:
    """Whether it stands where a document tells of itself, not of the matter."""
    above = statement.chunk.heading[1:] or statement.chunk.heading
    if any(map(_OF_ITSELF.search, (*above[-1:], statement.context))):
        return True
    return any(map(_ALL_OF_ITSELF.search, above[:-1]))


@lru_cache(maxsize=8_192)
def _told(text: str) -> frozenset[str]:
    """The telling terms of a statement's beginning."""
    return frozenset(query_terms(text)) - VAGUE


@lru_cache(maxsize=512)
def _terms(texts: tuple[str, ...]) -> frozenset[str]:
    """The terms of what stands above statements, which many share."""
    return frozenset(terms(" \n".join(texts)))


def _compared(statement: Statement) -> str:
    heading = statement.chunk.heading[-1:]
    lead = f"{heading[0]}: " if heading and statement.kind != "code" else ""
    context = f"{statement.context[:200]} " if statement.kind in ("row", "code") else ""
    inside = f" {statement.inside}" if statement.inside else ""
    return f"{lead}{context}{statement.text}{inside}"[:LONGEST_COMPARED]


def compared_texts(chunk: Chunk) -> list[str]:
    """What a chunk's statements are compared by, whatever the question."""
    return [_compared(found) for found in _statements(chunk) if found.kind != "code"]


def _order(found: Evidence) -> tuple[float, tuple[str, int, int, str]]:
    return (-found.score, found.statement.key)
