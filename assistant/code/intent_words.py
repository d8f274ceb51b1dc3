"""The words of a statement, as intents compare them: stems, identifiers, what is spoken against.

*Use `.withIndex()` instead of filters* is six words: `.withIndex()` is found as `withindex`,
`.withindex`, `withindex()` and by its parts (`with`, `index`), *filters* as the stem `filter`; and
*filters* is marked as spoken against, because it follows *instead of*.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from Stemmer import Stemmer

MAX_CHARACTERS = 4_000
"""Longer statements are cut: no checklist item is that long, hostile input may be."""

_TOKEN = re.compile(
    r"[nN]\s?\+\s?1\b"  # the N+1 problem
    r"|[A-Za-z_$][\w$]*(?:'(?:t|s|re|ve|ll|d)\b)?"
    r"|\d+"
    r"|[,;:()—–!?]|\.(?=\s|$)|\s-\s|\n"
)
_LINK = re.compile(r"!?\[([^\[\]\n]{0,300})\]\([^()\s]{0,500}\)")
_CAMEL = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_SENTENCE_END = re.compile(r"(?<=[.!?;])[\"')*]{0,3}\s+(?=[\"'(*]{0,3}[`A-Z.])|\n+")
_LEAD = re.compile(r"^\*\*([^*\n]{1,80})\*\*\s*[:.—–-]?|^([^:`\n]{1,60}):\s")

_BRITISH = re.compile(r"(?<=[a-z]{3})is(?=(?:e|es|ed|er|ers|ing|ation|ations)$)")


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Words that carry nothing here, so that "the database's index" and "an index" are one phrase.
_FILLERS = _set(
    "a an the of your its their our this that these those proper properly appropriate "
    "appropriately correct correctly explicit explicitly"
)
_AGAINST = _set(
    "never not don't doesn't didn't dont cannot can't isn't aren't won't shouldn't mustn't avoid "
    "avoids avoiding without no forbid forbidden prohibit prohibited ban banned eliminate refuse "
    "reject stop replace nor neither free"
)
_ONE_WORD = _set("typescript javascript github graphql nextjs postgresql openai")
# After a comma these begin a new advice; "never fetch, email or sleep" stays one.
_FRESH = _set(
    "use prefer instead always do but rely switch add pass put move keep make call return schedule "
    "validate check load fetch read only they it which so because since as"
)
_HARD_BREAKS = _set("; ( ) : — – ! ? . - but") | {"\n"}


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a statement."""

    forms: frozenset[str]
    """Everything that it is found by."""
    against: bool
    """Whether the statement speaks against what the word names."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """The words of one sentence in order."""

    words: tuple[Word, ...]
    forms: frozenset[str]
    """All forms of all words."""

    def has(self, phrase: Sequence[str], *, against: bool = False) -> bool:
        """Whether `phrase` stands here word after word; with `against`, spoken against."""
        if not self.forms.issuperset(phrase):
            return False
        size = len(phrase)
        if size == 1 and not against:
            return True
        words = self.words
        return any(
            all(phrase[i] in words[start + i].forms for i in range(size))
            and (not against or words[start].against)
            for start in range(len(words) - size + 1)
        )


@cache
def _stemmer() -> Stemmer:
    from Stemmer import Stemmer

    return Stemmer("english")


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """The English stem of a word in lower case; British and American spelling give the same."""
    stemmed: str = _stemmer().stemWord(_BRITISH.sub("iz", word))
    return stemmed


@lru_cache(maxsize=20_000)
def _forms(word: str, before: str, after: str) -> frozenset[str]:
    lower = word.lower()
    if lower[:1] == "n" and "+" in lower:
        return frozenset(("n+1",))
    forms = {lower, stem(lower.removesuffix("'s"))}
    parts = _CAMEL.findall(word)
    if (len(parts) > 1 or "_" in word) and lower not in _ONE_WORD:
        forms.update(stem(part.lower()) for part in parts)
    if before == ".":
        forms.add("." + lower)
    if after == "`" and before == "`":
        forms.add(f"`{lower}`")
    elif after:
        forms.add(lower + after)
    return frozenset(forms)


def _after(text: str, end: int) -> str:
    """A dot where a member follows an identifier, `()` where it is called, a closing code mark."""
    following = text[end : end + 2]
    if following[:1] == "`":
        return "`"
    if following[:1] == "(":
        return "()"
    if following[:1] == "." and re.match(r"[A-Za-z_*`{$]", following[1:2]):
        return "."
    return ""


def term(text: str) -> tuple[str, ...]:
    """The forms by which a term of an intent is looked up, one for each of its words.

    A plain word is looked up by its stem; `.filter`, `api.` and `query()` only as written code,
    a word in backticks only as code of one word, `=validator` only as that very word.
    """
    phrase: list[str] = []
    for match in _TOKEN.finditer(text):
        word = match[0]
        if not (word[0].isalnum() or word[0] in "_$"):
            continue
        lower = word.lower()
        if lower in _FILLERS:
            continue
        before = text[match.start() - 1 : match.start()]
        if before == "=":
            phrase.append(lower)
        elif before == ".":
            phrase.append("." + lower)
        elif before == "`":
            phrase.append(f"`{lower}`")
        elif after := _after(text + "*", match.end()):
            phrase.append(lower + after)
        elif "+" in lower:
            phrase.append("n+1")
        else:
            phrase.append(lower if _is_camel(word) else stem(lower))
    return tuple(phrase)


def _is_camel(word: str) -> bool:
    return bool(re.search(r"[a-z][A-Z]|_", word))


def plain(text: str) -> str:
    """`text` without emphasis and link targets; code marks stay, they tell code from prose."""
    text = text[:MAX_CHARACTERS].replace("’", "'").replace("**", "").replace("__", "")
    return _LINK.sub(r"\1", text)


def lead_of(text: str) -> str:
    """The bold or colon-ended words that begin a statement, as in `**Security**: check …`."""
    match = _LEAD.match(text[:MAX_CHARACTERS])
    return (match[1] or match[2]) if match else ""


def sentences(text: str, *, against: bool = False) -> tuple[Sentence, ...]:
    """The sentences of a statement. `against`: the statement as a whole forbids."""
    return tuple(
        sentence
        for part in _SENTENCE_END.split(plain(text))
        if (sentence := _sentence(part, against=against)).words
    )


def words_of(texts: Iterable[str]) -> Sentence:
    """The words of some short texts (headings), none spoken against."""
    return _sentence(" . ".join(map(plain, texts)), against=False)


def _sentence(text: str, *, against: bool) -> Sentence:
    words = tuple(_words(text, against=against))
    return Sentence(words, frozenset().union(*(word.forms for word in words)))


def _words(text: str, *, against: bool) -> Iterator[Word]:
    tokens = list(_TOKEN.finditer(text))
    lowered = [token[0].lower() for token in tokens]
    # A statement that says "never" itself tells by that what it forbids.
    negated = against and not any(word in _AGAINST for word in lowered[:8])
    prefers = replaces = False
    for place, (token, lower) in enumerate(zip(tokens, lowered, strict=True)):
        upcoming = lowered[place + 1] if place + 1 < len(lowered) else ""
        if (lower.strip() or lower) in _HARD_BREAKS:
            negated = prefers = replaces = False
            continue
        if lower == ",":
            if upcoming in _FRESH:
                negated = False
            continue
        if lower in _AGAINST or (lower in ("instead", "rather") and upcoming in ("of", "than")):
            negated, replaces = True, lower == "replace"
        elif lower == "over" and prefers:
            negated = True
        elif lower in ("instead", "rather") or (replaces and lower in ("with", "by")):
            negated = False
        prefers = prefers or lower in ("prefer", "favor", "favour", "choose", "preferred")
        if lower not in _FILLERS:
            before = text[max(token.start() - 1, 0) : token.start()]
            yield Word(_forms(token[0], before, _after(text, token.end())), negated)
