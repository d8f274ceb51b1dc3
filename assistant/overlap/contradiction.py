"""Whether two statements on the same matter can't both hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from agents.document import Polarity
from agents.likeness import Words, likeness_of, words_of
from assistant.overlap.clause import Clause
from assistant.overlap.side import Side

Kind = Literal["polarity", "number", "name"]

SAME_MATTER = 0.72
"""Likeness of two clauses' words from which they speak of the same."""
_AGREE = 0.5
"""Likeness of two clauses of one polarity from which the statements agree after all."""
_SHARED_WORDS = 2
_SHARED_WORDS_OF_NAMES = 3
_NARROWER = 1
"""Words of a prohibition that what is asked for needn't have; more make it one of its own."""

_NUMBER = re.compile(r"(?<![\w.`])(\d[\d,_]*(?:\.\d+)?)\s*(%|[A-Za-z]+)?")
_CODE_SPAN = re.compile(r"`[^`]*`")
_NAME = re.compile(r"`[^`\s]+`|(?<![:.!?|] )\b[A-Z][\w.+-]*(?: [A-Z][\w.+-]*)*")
_NO_UNIT = frozenset(re.findall(r"\w+", "and or of to in for the a an is are as at by on per with"))
"""Words that follow a number without saying what it counts."""
_MULTIPLES = {"kb": "kib", "mb": "mib", "gb": "gib", "sec": "second", "secs": "second"}
_QUALIFIERS = frozenset(
    words_of(
        "several multiple many sequential sequentially repeated unbounded large whole entire"
        " unnecessary unnecessarily direct directly manual manually raw nested"
    )
)
"""Words by which a prohibition is one of a certain kind of the matter only."""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two statements of different agents that don't go together."""

    kind: Kind
    """polarity: one asks for what the other forbids. number: they differ in a number of the same
    thing. name: they name different things for the same purpose."""
    about: str
    """What they differ in, for people: the numbers or names, or the matter."""
    sides: tuple[Side, Side]


def contradiction_between(one: Side, other: Side) -> Contradiction | None:
    """What contradicts; None where both can hold. The two should be near in meaning."""
    sides = (one, other)
    numbers = _different_numbers(one, other)
    if numbers:
        return Contradiction("number", numbers, sides)
    matter = _opposed(one.clauses, other.clauses) if _may_oppose(one, other) else None
    if matter:
        return Contradiction("polarity", matter, sides)
    names = _different_names(one, other)
    return Contradiction("name", names, sides) if names else None


def _may_oppose(one: Side, other: Side) -> bool:
    """Whether the two can be about one thing that one asks for and the other forbids."""
    if " | " in one.text or " | " in other.text:
        return False  # what a row's cells ask for, its columns say
    left, right = ([set(words_of(name)) for name in side.code_names] for side in (one, other))
    return not left or not right or any(a <= b or b <= a for a in left for b in right)


def _can_oppose(one: Clause, other: Clause) -> bool:
    asked, forbidden = (one, other) if one.polarity is Polarity.DO else (other, one)
    if forbidden.polarity is Polarity.DO or asked.polarity is not Polarity.DO:
        return False
    # What forbids a part of the matter, or forbids it with an exception, leaves the rest open.
    narrower = set(forbidden.words) - set(asked.words)
    is_narrower = len(narrower) > _NARROWER or not narrower.isdisjoint(_QUALIFIERS)
    return asked.asks and not forbidden.has_exception and not is_narrower


def _opposed(one: tuple[Clause, ...], other: tuple[Clause, ...]) -> str | None:
    opposite = [
        (likeness_of(a.words, b.words), a, b)
        for a in one
        for b in other
        if _can_oppose(a, b) and len(set(a.words) & set(b.words)) >= _SHARED_WORDS
    ]
    best = max(opposite, key=lambda found: found[0], default=None)
    if best is None or best[0] < SAME_MATTER:
        return None
    agreeing = (
        likeness_of(a.words, b.words) for a in one for b in other if a.polarity is b.polarity
    )
    if max(agreeing, default=0.0) >= _AGREE:
        return None
    asks = best[1] if best[1].polarity is Polarity.DO else best[2]
    return asks.text.strip(" .*_")


def _different_numbers(one: Side, other: Side) -> str | None:
    left, right = dict(_quantities(one.text)), dict(_quantities(other.text))
    for unit in sorted(left.keys() & right.keys()):
        if left[unit] != right[unit] and _masked_likeness(one, other) >= SAME_MATTER:
            return f"{left[unit]} or {right[unit]} {unit}"
    return None


def _quantities(text: str) -> Iterator[tuple[str, str]]:
    """Each unit with its number; a unit with several numbers says nothing and is left out."""
    found: dict[str, set[str]] = {}
    for match in _NUMBER.finditer(_CODE_SPAN.sub(" ", text)):
        unit = (match[2] or "").lower()
        if not unit or unit in _NO_UNIT:
            continue
        unit = _MULTIPLES.get(unit, unit)
        stem = unit if unit == "%" else words_of(unit)[0]
        found.setdefault(stem, set()).add(match[1].replace(",", "").replace("_", ""))
    for unit, numbers in found.items():
        if len(numbers) == 1:
            yield unit, numbers.pop()


def _masked_likeness(one: Side, other: Side) -> float:
    return likeness_of(_without_numbers(one.words), _without_numbers(other.words))


def _without_numbers(words: Words) -> Words:
    return tuple(word for word in words if not word[0].isdigit())


def _different_names(one: Side, other: Side) -> str | None:
    """The two names, where the statements are the same but for one name each."""
    left, right = _names(one.text), _names(other.text)
    only_left, only_right = sorted(left - right), sorted(right - left)
    if len(only_left) != 1 or len(only_right) != 1:
        return None
    rest_left = set(one.words) - set(words_of(only_left[0]))
    rest_right = set(other.words) - set(words_of(only_right[0]))
    if rest_left != rest_right or len(rest_left) < _SHARED_WORDS_OF_NAMES:
        return None
    if set(words_of(only_left[0])) & set(words_of(only_right[0])):
        return None  # `db.query` and `ctx.db.query`
    return f"{only_left[0]} or {only_right[0]}"


def _names(text: str) -> set[str]:
    # A sentence's first word is capitalised without being a name.
    body = text.lstrip("*_ ")
    first = body.split(" ", 1)[0]
    start = 0 if first.startswith("`") else len(first)
    return {found[0].strip("`") for found in _NAME.finditer(body, start)}
