"""What a question is about: its key terms, and what it takes over from the turn before."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kb.lexical import query_terms, terms

MAX_CHARACTERS = 2_000
"""What stands beyond is not looked at."""

Turn = Mapping[str, str]
"""`{"role": "user" or "assistant", "content": …}`, as chat programs keep them."""

_WORD = re.compile(r"[@\w$][\w$./:@+'’-]*")
_PREFIXED = re.compile(r"(\w{1,3})-(\w{3,})")
_ADVERB = re.compile(r"[a-z]{5,}ly")
_OWNER = re.compile(r"['’]s$")
_POINTS_BACK = re.compile(
    r"\b(?:it|its|that|this|those|these|them|they|one|there|then|instead|same|former|latter|"
    r"above)\b|^(?:and|but|or|so|why|what about|how about|what if|which one|really)\b",
    re.IGNORECASE,
)
_WHICH = re.compile(r"(?:which|what)\b", re.IGNORECASE)
_QUANTITY = re.compile(
    r"\bhow (?:many|much|long|big|large|fast|often|old|soon)\b|\bmaxim(?:um|al)\b|\blimits?\b"
    r"|\bprices?\b|\bpricing\b|\bcosts?\b|\bquotas?\b|\bwhich version\b|\bwhat version\b"
    r"|\bwhen (?:was|were|did|will)\b|\bsize\b",
    re.IGNORECASE,
)


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Words of asking, and words that every document here uses: they say nothing of the matter.
_ASKING = _set(
    "use used using way best good better right correct properly need want make work works working "
    "thing things app code convex tell show explain give know help recommend recommended happen "
    "happens look possible idea advice say says please exactly actually "
    "really still always never new put go much many long kind come mean let keep handle else "
    "wrong matter approach like ok okay sure bad option instead lot lots per several few big select"
)


VAGUE = frozenset(
    terms(
        "implement proper handle ensure consider follow securely gracefully strategy pattern "
        "effective efficient appropriate comprehensive best practice design optimize"
    )
)
"""Terms of advice that commits to nothing."""


@dataclass(frozen=True, slots=True)
class KeyTerm:
    """A word or an identifier that the question is about."""

    text: str
    forms: frozenset[str]
    """The index's terms for it; one of them is enough."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question as search and selection see it."""

    text: str
    """What was asked."""
    search: str
    """What is searched for: with the words that a follow-up takes over."""
    key_terms: tuple[KeyTerm, ...]
    asks_which: bool
    """Whether it asks which of several things to take."""
    asks_quantity: bool
    """Whether only a number, a date or a version can answer it."""


def read_question(text: str, history: Sequence[Turn] = ()) -> Question:
    """Read a question. An elliptical one takes over the key terms of the last user turn."""
    asked = " ".join(text.split())[:MAX_CHARACTERS]
    own = key_terms(asked)
    before = _last_question(history)
    search, taken = asked, own
    if before and (len(own) < 2 or (len(own) <= 4 and _POINTS_BACK.search(asked))):
        known = {form for term in own for form in term.forms}
        added = [term for term in key_terms(before) if not term.forms & known]
        search = f"{asked} {' '.join(term.text for term in added)}".strip()
        taken = (*own, *added)
    return Question(asked, search, taken, bool(_WHICH.match(asked)), bool(_QUANTITY.search(asked)))


def key_terms(text: str) -> tuple[KeyTerm, ...]:
    """The terms that carry the meaning, in order, each once."""
    found: dict[frozenset[str], KeyTerm] = {}
    for match in _WORD.finditer(text):
        word = _OWNER.sub("", match[0].rstrip(".:'’-/"))
        if not word or word.lower() in _ASKING or _ADVERB.fullmatch(word):
            continue
        forms = frozenset(_telling(word))
        if forms and forms not in found:
            found[forms] = KeyTerm(word, forms)
    return tuple(found.values())


def _telling(word: str) -> Sequence[str]:
    """The terms of one word; none for a stop word."""
    typed = list(terms(word))
    if not typed:
        return ()
    kept = query_terms(word + " zzzz")  # beside another word, stop words are dropped
    kept = [term for term in kept if term != "zzzz"]
    if found := _PREFIXED.fullmatch(word):  # e-mail, re-running
        return [*kept[:1], *terms(found[1] + found[2]), *terms(found[2])]
    # Of a compound such as `ctx.db.query` or `withIndex` the whole is meant, not any one part.
    return kept[:1] if len(kept) > 1 else kept


def _last_question(history: Sequence[Turn]) -> str:
    for turn in reversed(history):
        if turn.get("role") == "user":
            return " ".join(str(turn.get("content", "")).split())[:MAX_CHARACTERS]
    return ""
