"""A question's key terms in the words that the documents use, where it is typed otherwise.

Of an identifier that no document has, the parts that they do have are meant; a longer word that
none has is taken for a slip of the finger where a known word is one letter away.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from assistant.answer.question import KeyTerm, Question
from kb.lexical import terms

LEAST_LETTERS = 6
"""Of a word that is taken for misspelt: among shorter ones, too many are one letter apart."""
LEAST_USES = 2
"""Chunks that use the word which is meant."""

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_WORD = re.compile(r"[a-z]+")
_MEMBER = re.compile(r"(?!api\.|internal\.)[\w$.]+\.([\w$]+)(?:\(\))?")
"""A member of something that has a name in Convex; what is in `api` is the asker's own."""
_REPEATS = re.compile(r"re(?=[a-z]{6})")


class Counted(Protocol):
    """What knows how often terms are used."""

    def term_counts(self, terms: Sequence[str]) -> Mapping[str, int]:
        """In how many chunks each term occurs; terms that occur nowhere are missing."""


def in_known_words(question: Question, library: Counted) -> Question:
    """The question with what its unknown key terms probably mean."""
    counts = library.term_counts(sorted({f for term in question.key_terms for f in term.all_forms}))
    if all(not counts.keys().isdisjoint(term.all_forms) for term in question.key_terms):
        return question
    mended = tuple(
        term if not counts.keys().isdisjoint(term.all_forms) else _mended(term, library)
        for term in question.key_terms
    )
    return replace(question, key_terms=mended)


def _mended(term: KeyTerm, library: Counted) -> KeyTerm:
    variants = sorted(dict.fromkeys((*term.parts, *_near(term.text))))
    stems = {variant: next(iter(terms(variant)), "") for variant in variants}
    counts = library.term_counts(sorted({stem for stem in stems.values() if stem}))
    member = _MEMBER.fullmatch(term.text)
    told = [stems[part] for part in term.parts if member and part in member[1]]
    if told and counts.keys().isdisjoint(told):
        return term  # of `ctx.db.replace`, `db` says nothing where `replace` is not known
    least = 1 if term.parts else LEAST_USES
    known = [(counts[stem], stem) for stem in stems.values() if counts.get(stem, 0) >= least]
    if not known:
        return term
    # The rarest part tells most; of words that may be meant, the commonest is likeliest.
    chosen = min(known) if term.parts else max(known)
    return replace(term, forms=term.forms | {chosen[1]}, is_guessed=bool(term.parts))


def _near(word: str) -> Iterator[str]:
    """The words that one slip makes of this one, its first letter aside; it without `re-`."""
    if not _WORD.fullmatch(word):
        return
    if _REPEATS.match(word):
        yield word[2:]
    if len(word) < LEAST_LETTERS:
        return
    for at in range(1, len(word) + 1):
        head, tail = word[:at], word[at:]
        if tail:
            yield head + tail[1:]
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
        for letter in _LETTERS:
            yield head + letter + tail
            if tail:
                yield head + letter + tail[1:]
