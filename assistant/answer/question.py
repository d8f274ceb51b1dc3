"""What a question is about: its key terms, and what it takes over from the turn before."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from assistant.answer.everyday import everyday_terms
from assistant.answer.quantity import Quantity, quantity_asked
from assistant.answer.vocabulary import others_for, plainly
from kb.lexical import query_terms, terms

MAX_CHARACTERS = 2_000
"""What stands beyond is not looked at."""

NEXT_TO_OR = 3
"""Words before or after `or` among which what is asked between is looked for."""

Turn = Mapping[str, str]
"""`{"role": "user" or "assistant", "content": …}`, as chat programs keep them."""

_WORD = re.compile(r"[@\w$][\w$./:@+'’-]*")
_PREFIXED = re.compile(r"(\w{1,3})-(\w{3,})")
_HYPHENS = re.compile(r"\w{3,}(?:-\w{3,})+")
_ADVERB = re.compile(r"[a-z]{4,}ly")
_MADE_UP = re.compile(r"[a-z0-9]+(?:_[a-z0-9]+)+(?:\(\))?", re.IGNORECASE)
"""`by_a_and_b`: Convex and its libraries name nothing so, it is the asker's own."""
_NAME = re.compile(r"[a-z0-9._-]*[A-Z][\w.+#-]*")
_IDENTIFIER = re.compile(r"[@a-z_$][\w$]*(?:[A-Z./:_][\w$]*)+")
"""Typed as code is; `MongoDB` and `GitHub` are names."""
_PIECES = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_OR = re.compile(r"\bor\b|\bvs\.?(?=\s)|\bversus\b", re.IGNORECASE)
_OWNER = re.compile(r"['’]s$")
_DENIES = re.compile(r"[a-z]+n['’]t", re.IGNORECASE)
_ACRONYMS = re.compile(r"[A-Z]{2,}s")
_LIBRARY = re.compile(r"([A-Za-z]{3,})\.js")
_POINTS_BACK = re.compile(
    r"\b(?:it|its|that|this|those|these|them|they|one|there|then|instead|same|former|latter|"
    r"above)\b|^(?:and|but|or|so|why|what about|how about|what if|which one|really)\b",
    re.IGNORECASE,
)
CLICKS = re.compile(r"\b(?:dashboard|button|click|menu|tab|settings page)\b", re.IGNORECASE)
"""Words for places in a program's pages."""
_SEEKS_PLACE = re.compile(
    r"\bdashboard\b|^(?:button|tab|menu|click|page (?:with|that|where|for))\b"
    r"|\b(?:which|where)\b.{0,30}\b(?:button|click|menu|tab|settings page|page (?:with|that))\b",
    re.IGNORECASE,
)


class Asks(StrEnum):
    """What kind of answer a question wants."""

    HOW = "how"
    WHICH = "which"
    WHY = "why"
    WHETHER = "whether"
    OTHER = "other"


_ASKS = (
    (Asks.WHY, re.compile(r"\bwhy\b|\bwhat (?:happens|goes wrong|is wrong|'s wrong)\b")),
    (Asks.WHICH, re.compile(r"^(?:which|what (?!is|are|was|were|do|does|did|should|can|to|if))\b")),
    (
        Asks.WHETHER,
        re.compile(
            r"^(?:may|can|could|should|shall|is|are|am|do|does|did|must|will|would|have|has)\b"
            r"|^(?!what|which|how|where|who|why|when).{1,40}\bor\b"
        ),
    ),
    (Asks.HOW, re.compile(r"\bhow\b|^(?:what(?:'s| is) the (?:right |best |\w+ )?way)\b")),
)


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Words of asking, and words that every document here uses: they say nothing of the matter.
_ASKING = _set(
    "use used using way best good better right correct properly need want make work works working "
    "thing things app code convex tell show explain give know help recommend recommended happen "
    "happens look possible idea advice say says please exactly actually "
    "really still always never new put go much many long kind come mean let keep handle else "
    "wrong matter approach like ok okay sure bad option instead lot lots per several few big "
    "select maximum maximal max minimum minimal amount"
)
# English words that only hold a sentence together and are no stop words of the index.
_BINDING = _set(
    "may shall must every each another both either neither other others same different only also "
    "too again already ever yet once often sometimes usually here now soon today after before "
    "until while during since within inside outside without between across through above below "
    "under around near against because though although whether however unless else anything "
    "something nothing everything anyone someone nobody one ones whole rather quite pretty enough "
    "fine allowed okay going want wants trying try getting got gets makes made using uses takes "
    "take taken needs needed does seem seems belong someone's thing's somewhere somehow anywhere "
    "everywhere whenever wherever whatever problem problems issue issues trouble happening stuff "
    "way ways thanks thank hello hi forgot forget acts act behave behaves misbehaves strange weird "
    "etc vs versus via upon onto gonna wanna certain various anyway maybe perhaps"
)
_HOLLOW = _ASKING | _BINDING


VAGUE = frozenset(
    terms(
        "implement proper handle ensure consider follow securely gracefully strategy pattern "
        "effective efficient appropriate comprehensive best practice design optimize"
    )
)
"""Terms of advice that commits to nothing."""


@dataclass(frozen=True)
class KeyTerm:
    """A word or an identifier that the question is about."""

    text: str
    forms: frozenset[str]
    """The index's terms for it; one of them is enough."""
    others: tuple[str, ...] = ()
    """Other words that say the same."""
    is_name: bool = False
    """Whether it is written as products, languages and types are."""
    incidental: bool = False
    """Whether a question is not about it where no document knows it."""
    is_guessed: bool = False
    """Whether no document has it and one of its parts stands for it."""
    parts: tuple[str, ...] = ()
    """Of an identifier such as `ctx.db.query`, the words that it consists of."""

    @cached_property
    def other_forms(self) -> frozenset[str]:
        """The index's terms for the other words."""
        return frozenset(next(iter(terms(word))) for word in self.others)

    @cached_property
    def all_forms(self) -> frozenset[str]:
        """Its own terms and those of the other words."""
        return self.forms | self.other_forms


@dataclass(frozen=True, slots=True)
class Question:
    """A question as search and selection see it."""

    text: str
    """What was asked."""
    search: str
    """What is searched for: with the words that a follow-up takes over."""
    key_terms: tuple[KeyTerm, ...]
    asks: Asks
    thing: str
    """What is asked for by `which`: `component`, `command`; the index's term, else empty."""
    quantity: Quantity | None
    """Where only a number, a price, a version or a date can answer it."""
    clicks: bool
    """Whether it asks for a place in the dashboard."""
    options: frozenset[str] = frozenset()
    """The index's terms for the things that are asked between: `public` and `internal`."""


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
    asks = _kind(asked)
    return Question(
        asked,
        search,
        taken,
        asks,
        _thing(asked) if asks is Asks.WHICH else "",
        quantity_asked(asked),
        _SEEKS_PLACE.search(asked) is not None,
        _options(asked),
    )


def _kind(text: str) -> Asks:
    lowered = text.lower()
    return next((kind for kind, pattern in _ASKS if pattern.search(lowered)), Asks.OTHER)


def _options(text: str) -> frozenset[str]:
    """The terms of the telling words right before and right after `or`."""
    found: set[str] = set()
    for match in _OR.finditer(text):
        before = key_terms(" ".join(text[: match.start()].split()[-NEXT_TO_OR:]))
        after = key_terms(" ".join(text[match.end() :].split()[:NEXT_TO_OR]))
        found.update(*(term.all_forms for term in (*before[-1:], *after[:1])))
    return frozenset(found)


def _thing(text: str) -> str:
    """The term of the word after `which` or `what`."""
    words = text.split()
    return next(iter(terms(words[1])), "") if len(words) > 1 else ""


def key_terms(text: str) -> tuple[KeyTerm, ...]:
    """The terms that carry the meaning, in order, each once."""
    found: dict[frozenset[str], KeyTerm] = {}
    plain = plainly(text)
    for match in _WORD.finditer(plain):
        word = _OWNER.sub("", match[0].rstrip(".:'’-/"))
        if not word or word.lower() in _HOLLOW or _DENIES.fullmatch(word):
            continue
        forms = frozenset(_telling(word))
        if forms and forms not in found:
            opens = not plain[: match.start()].rstrip(" \"'`([")  # any word has a capital there
            found[forms] = KeyTerm(
                word,
                forms,
                others_for(word),
                is_name=_NAME.fullmatch(word[1:] if opens else word) is not None,
                incidental=_is_incidental(word),
                parts=_parts(word),
            )
    return tuple(found.values())


def _is_incidental(word: str) -> bool:
    if not everyday_terms().isdisjoint(terms(word)) and _NAME.fullmatch(word) is None:
        return True
    return any(pattern.fullmatch(word) for pattern in (_ADVERB, _MADE_UP))


def _telling(word: str) -> Sequence[str]:
    """The terms of one word; none for a stop word."""
    typed = list(terms(word))
    if not typed:
        return ()
    kept = query_terms(word + " zzzz")  # beside another word, stop words are dropped
    kept = [term for term in kept if term != "zzzz"]
    if found := _PREFIXED.fullmatch(word):  # e-mail, re-running
        return [*kept[:1], *terms(found[1] + found[2]), *terms(found[2])]
    if _ACRONYMS.fullmatch(word):  # JWTs
        return list(terms(word[:-1]))
    if found := _LIBRARY.fullmatch(word):  # Next.js, which documents call by either name
        return [*kept[:1], *terms(found[1])]
    if _HYPHENS.fullmatch(word):  # multi-step, long-running
        return [*kept[:1], *terms(word.replace("-", "")), *terms(word.rpartition("-")[2])]
    # Of a compound such as `ctx.db.query` or `withIndex` the whole is meant, not any one part.
    return kept[:1] if len(kept) > 1 else kept


def _parts(word: str) -> tuple[str, ...]:
    """The telling words of an identifier; none where it is one word."""
    pieces = _PIECES.findall(word) if _IDENTIFIER.match(word) else []
    telling = [piece for piece in pieces if len(piece) > 1 and piece.lower() not in _HOLLOW]
    return tuple(dict.fromkeys(telling)) if len(pieces) > 1 else ()


def _last_question(history: Sequence[Turn]) -> str:
    for turn in reversed(history):
        if turn.get("role") == "user":
            return " ".join(str(turn.get("content", "")).split())[:MAX_CHARACTERS]
    return ""
