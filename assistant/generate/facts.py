"""The hard facts of a sentence: numbers with their units, addresses and identifiers.

They are either in a passage or they are not; nearness in meaning does not count.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_NUMBER_WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen twenty"
)
_WORDS = {word: str(number) for number, word in enumerate(_NUMBER_WORDS.split())}
_WORDS |= {"thirty": "30", "forty": "40", "fifty": "50", "sixty": "60", "ninety": "90"}
_UNITS = {
    "ms": "ms millisecond milliseconds",
    "s": "s sec secs second seconds",
    "min": "min mins minute minutes",
    "h": "h hr hrs hour hours",
    "day": "d day days",
    "week": "week weeks",
    "month": "month months",
    "year": "year years",
    "byte": "b byte bytes",
    "kb": "kb kib kilobyte kilobytes",
    "mb": "mb mib megabyte megabytes",
    "gb": "gb gib gigabyte gigabytes",
    "%": "% percent percentage",
    "usd": "$ usd dollar dollars",
}
_UNIT = {spelled: unit for unit, all_of in _UNITS.items() for spelled in all_of.split()}
_NUMBER = re.compile(
    r"(?P<usd>\$\s?)?(?<![\w.,])v?(?P<n>\d{1,3}(?:[,_]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)*)"
    r"(?P<k>[kKmM](?![A-Za-z0-9]))?"
    r"(?:(?P<gap>[\s-]{0,2})(?P<unit>%|[A-Za-z]{1,12})(?![A-Za-z0-9]))?(?![A-Za-z0-9_$])"
)
_SPELLED = re.compile(
    rf"\b(?P<n>{'|'.join(_WORDS)})[\s-](?P<unit>{'|'.join(w for w in _UNIT if len(w) > 2)})\b",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"\bhttps?://[^\s<>()\[\]\"'`]{1,300}", re.IGNORECASE)
_SPAN = re.compile(r"`([^`\n]{1,300})`")
_IDENTIFIER = re.compile(
    r"(?<![\w$.])(?:@[\w-]{1,60}/[\w.-]{1,60}"  # a package
    r"|[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)+"  # ctx.db.query
    r"|[a-z$][a-z0-9$]*(?:[A-Z][A-Za-z0-9$]*)+"  # withIndex
    r"|[A-Za-z]+(?:_[A-Za-z0-9]+)+)"  # by_owner
)
_WORD = re.compile(r"[@\w$][\w$./:@+-]*")
_PLAIN = re.compile(r"(?:e\.g|i\.e|etc|vs)\.?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Number:
    """A number and what it counts, where that is a unit of measure."""

    value: str
    """Digits without thousands separators; of a version all parts."""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """The hard facts of a text."""

    numbers: frozenset[Number]
    addresses: frozenset[str]
    identifiers: frozenset[str]


def facts_of(text: str) -> Facts:
    """What a sentence says that can be looked up."""
    return Facts(numbers_of(text), addresses_of(text), identifiers_of(text))


def numbers_of(text: str) -> frozenset[Number]:
    """The numbers of a text, written in digits, or in words before a unit."""
    found = {_number(match) for match in _NUMBER.finditer(text) if not _is_name(match)}
    spelled = {
        Number(_WORDS[match["n"].lower()], _UNIT[match["unit"].lower()])
        for match in _SPELLED.finditer(text)
    }
    return frozenset(found | spelled)


def _is_name(match: re.Match[str]) -> bool:
    """Whether letters that are no unit hang on the digits: `v2Api`, `1st`."""
    return bool(match["unit"]) and not match["gap"] and match["unit"].lower() not in _UNIT


def _number(match: re.Match[str]) -> Number:
    value = match["n"].replace(",", "").replace("_", "")
    if match["k"]:
        zeros = {"k": 3, "m": 6}[match["k"].lower()]
        whole, _, part = value.partition(".")
        value = f"{whole}{part.ljust(zeros, '0')}" if len(part) <= zeros else value
    unit = "usd" if match["usd"] else _UNIT.get((match["unit"] or "").lower(), "")
    return Number(value.removesuffix(".0") if value.count(".") == 1 else value, unit)


def addresses_of(text: str) -> frozenset[str]:
    """The web addresses of a text."""
    return frozenset(found.rstrip(".,;:!?/").lower() for found in _ADDRESS.findall(text))


def identifiers_of(text: str) -> frozenset[str]:
    """Names of code: what stands in backticks, and words written as only code is."""
    without = _ADDRESS.sub(" ", text)
    spans = {name for span in _SPAN.findall(without) for name in _names(span)}
    words = {
        _bare(word)
        for word in _IDENTIFIER.findall(_SPAN.sub(" ", without))
        if not _PLAIN.fullmatch(word)
    }
    return frozenset((spans | words) - {""})


def _names(span: str) -> Iterable[str]:
    """The names in a piece of code: `ctx.db.query("tasks")` has two."""
    found = (_bare(word) for word in _WORD.findall(span))
    return [name for name in found if any(letter.isalpha() for letter in name)]


def _bare(name: str) -> str:
    return name.strip(".:/+-").lower()


def missing_numbers(wanted: Iterable[Number], there: Iterable[Number]) -> list[Number]:
    """The numbers that are not there, or there only with another unit; sorted."""
    known = set(there)
    values = {number.value for number in known}
    lacking = (
        number
        for number in wanted
        if number not in known and (number.unit or number.value not in values)
    )
    return sorted(lacking, key=lambda number: (number.value, number.unit))


def missing_identifiers(wanted: Iterable[str], text: str) -> list[str]:
    """The identifiers that a text does not name, in whole or as the end of a longer one; sorted."""
    there = text.lower()
    return sorted(name for name in set(wanted) if not _named(name, there))


def _named(name: str, there: str) -> bool:
    at = there.find(name)
    while at >= 0:
        before = there[at - 1] if at else " "
        after = there[at + len(name)] if at + len(name) < len(there) else " "
        if not (before.isalnum() or before in "_$") and not (after.isalnum() or after in "_$"):
            return True
        at = there.find(name, at + 1)
    return False
