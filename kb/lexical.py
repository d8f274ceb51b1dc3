"""Words as people type them: how text and questions become the terms that BM25 counts.

Identifiers are terms as a whole and in their parts, so that `ctx.db.query`, `db.query` and `query`
all find the same line, as do `withIndex`, `with index` and `with_index`. Words are stemmed by
Snowball's English stemmer (Porter 2).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

MOST_TERMS = 64
"""Terms of a question beyond so many are left out."""

_TYPED = re.compile(r"@?[\w$]+(?:[./:@+-][\w$]+)*")
_ENDINGS = re.compile(r"(?<=\w)['’](?:s|t|d|m|re|ve|ll)\b", re.IGNORECASE)
_DIRECTIVE = re.compile(r"\buse\s+(node|client|server)\b", re.IGNORECASE)
_SEPARATORS = re.compile(r"[^\w$]+")
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_LONGEST = 80
_FENCE = re.compile(r" {0,3}(?:[-*+>] +|\d{1,9}[.)] +)*(`{3,}|~{3,})")

_STOP = (
    "a about am an and any are as at be been being but by can could did do does doing don for "
    "from get had has have having he her here hers him his how i if in into is it its just let "
    "me might my need no nor not of off on or our ours out over own she should so some such "
    "than that the their them then there these they this those to too up us very want was we "
    "were what when where which while who whom why will with would you your yours "
)
STOP_WORDS = frozenset(_STOP.split())
"""Words that a question is not about. They stay in the index, where they cost little."""


@dataclass(frozen=True, slots=True)
class Fields:
    """The terms of a chunk by where they stand, each a text of terms and spaces."""

    heading: str
    text: str
    code: str


def fields_of(heading: Iterable[str], text: str) -> Fields:
    """The terms of a chunk; what stands between fences counts as code."""
    prose, code = _split_code(text)
    return Fields(
        heading=" ".join(terms(" \n".join(heading))),
        text=" ".join(terms(prose)),
        code=" ".join(terms(code)),
    )


def terms(text: str) -> Iterator[str]:
    """The terms of a text, in order, with repetitions."""
    plain = _ENDINGS.sub("", text)
    for found in _DIRECTIVE.finditer(plain):
        yield f"use-{found[1].lower()}"
    for found in _TYPED.finditer(plain):
        typed = found[0]
        yield from _known_terms_of(typed) if len(typed) <= _LONGEST else _terms_of(typed)


def query_terms(question: str) -> list[str]:
    """The terms of a question without stop words and repetitions, in order.

    A question of nothing but stop words keeps them.
    """
    all_terms = list(dict.fromkeys(terms(question)))
    telling = [term for term in all_terms if term not in _stemmed_stop_words()]
    return (telling or all_terms)[:MOST_TERMS]


@lru_cache(maxsize=50_000)
def _known_terms_of(typed: str) -> tuple[str, ...]:
    """Texts are made of the same words again and again."""
    return tuple(_terms_of(typed))


def _terms_of(typed: str) -> Iterator[str]:
    pieces = [piece for piece in _SEPARATORS.split(typed) if piece]
    if len(pieces) > 1:
        for whole in _wholes(typed):
            if len(whole) <= _LONGEST:
                yield whole
    for piece in pieces:
        yield from _terms_of_piece(piece)


def _wholes(typed: str) -> Iterator[str]:
    """A compound's joined forms: `ctx.db.query` also as `db.query`, `real-time` as one word."""
    lowered = typed.lower()
    yield lowered
    dotted = lowered.split(".")
    for at in range(1, min(len(dotted) - 1, 4)):
        yield ".".join(dotted[at:])
    if "-" in lowered and "." not in lowered and "/" not in lowered:
        yield stem(lowered.replace("-", ""))


def _terms_of_piece(piece: str) -> Iterator[str]:
    whole = piece.lower()
    if len(whole) <= _LONGEST:
        yield stem(whole)
    # Only ASCII words are taken apart: camelCase is a habit of identifiers.
    parts = [part.lower() for part in _PARTS.findall(piece)] if piece.isascii() else []
    if parts != [whole]:
        yield from (stem(part) for part in parts if len(part) <= _LONGEST)


def _split_code(text: str) -> tuple[str, str]:
    prose: list[str] = []
    code: list[str] = []
    fence = ""
    for line in text.splitlines():
        found = _FENCE.match(line)
        if fence:
            if found and found[1].startswith(fence):
                fence = ""
            else:
                code.append(line)
        elif found:
            fence = found[1]
        else:
            prose.append(line)
    return "\n".join(prose), "\n".join(code)


@cache
def _stemmer() -> Any:
    import Stemmer

    return Stemmer.Stemmer("english")


def stem(word: str) -> str:
    """What all forms of a lower-case word have in common."""
    found: str = _stemmer().stemWord(word)
    return found


@cache
def _stemmed_stop_words() -> frozenset[str]:
    return STOP_WORDS | {stem(word) for word in STOP_WORDS}
