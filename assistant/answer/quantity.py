"""Questions that only a number, a price, a version or a date can answer, and how to tell one."""

from __future__ import annotations

import re
from dataclasses import dataclass

_NUMBER_WORD = (
    r"(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty"
    r"|fifty|sixty|ninety|hundred|thousand|million|half|both|twice|once|no limit|unlimited)"
)
_AMOUNT = rf"(?:\d|\b{_NUMBER_WORD}\b)"
_TIME = r"(?:milliseconds?|ms|seconds?|minutes?|hours?|days?|weeks?|months?|years?|s|h)"
_BYTES = r"(?:bytes?|[KMGT]i?B)"
_WORDS_OF_QUANTITY = re.compile(
    r"many|much|long|often|big|large|max\w*|min\w*|most|least|number|amount|limits?|size|quota|count"
    r"|total|allow\w*|versions?|latest|oldest|newest|price|cost"
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """What a question wants to know of something that can be counted or measured."""

    name: str
    tells: re.Pattern[str]
    """Found in every statement that can answer."""
    counted: str = ""
    """What is counted or has a version, in the question's words; empty where it isn't told."""

    def clauses_that_tell(self, text: str) -> list[str]:
        """The parts of a statement that have a quantity of this kind."""
        return [part for part in _CLAUSE.split(text) if self.tells.search(part)]


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


# In this order: the first whose question pattern is found applies.
_KINDS: tuple[tuple[str, re.Pattern[str], re.Pattern[str]], ...] = (
    (
        "share",
        _pattern(r"\b(?:what|which) (?:percentage|percent|share)\b|\bhow many percent\b"),
        _pattern(r"\d\s?%|\bper ?cent\b"),
    ),
    (
        "price",
        _pattern(
            r"\bhow much (?:is|are|do|does|did|will|would|for|money)\b|\bhow expensive\b"
            r"|\bpric(?:e|es|ing)\b|\bwhat (?:do|does|did|will|would|is) .{0,80}\bcosts?\b"
            r"|\bfees?\b|\bper (?:month|year)\b|\bcosts? (?:me|us|per|a month)\b"
        ),
        _pattern(r"[$€£]\s?\d|\d\s?(?:[$€£]|dollars?|cents?|euros?|usd|eur)\b|\bfree of charge\b"),
    ),
    (
        "version",
        _pattern(r"\b(?:what|which|latest|oldest|newest|minimum|current)\b[^?]{0,50}\bversions?\b"),
        _pattern(r"\d+\.\d+|\b[A-Z]\w+ \d+\b"),
    ),
    (
        "date",
        _pattern(
            r"\bwhen (?:was|were|did|will)\b(?!.*\b(?:my|i|a|an)\b)|\b(?:what|which) (?:year|date)"
        ),
        _pattern(
            r"\b(?:19|20)\d\d\b|\b(?:january|february|march|april|june|july|august|september"
            r"|october|november|december)\b"
        ),
    ),
    (
        "duration",
        _pattern(
            r"\bhow long (?:is|are|may|can|does|do|will|should|must|until)\b"
            r"|\bhow many (?:milliseconds|seconds|minutes|hours|days|weeks|months|years)\b"
            r"|\bwhat is .{0,40}\b(?:time limit|timeout)\b"
        ),
        _pattern(rf"(?:\d[\d,.]*|\b(?:one|an?|{_NUMBER_WORD}))[\s-]{_TIME}\b"),
    ),
    (
        "size",
        _pattern(
            r"\bhow (?:big|large) (?:is|are|may|can|does|do|should|must)\b"
            r"|\b(?:size limit|max(?:imum|imal)? size)\b"
        ),
        _pattern(rf"\d\s?{_BYTES}\b|\d[\d,]{{2,}}"),
    ),
    (
        "count",
        _pattern(
            r"\bhow many\b(?! of my)|\bhow much [a-z]+\b"
            r"|\bmax(?:imum|imal)? (?:number|amount|length)\b"
            r"|\bwhat(?:'s| is| are) the (?:[\w'’-]+ ){0,3}(?:limits?|quotas?|maximum|minimum)\b"
            r"|\bhow (?:often|frequently) (?:is|are|does|do)\b"
        ),
        _pattern(rf"{_AMOUNT}"),
    ),
)
_VERB = (
    r"(?:can|may|do|does|did|is|are|will|should|must|could|fit|allowed|in|on|at|per|to|with|from)"
)
_NOUN = _pattern(
    rf"\bhow (?:many|much) (?P<many>(?:(?!{_VERB}\b)[\w.-]+ ?){{1,4}})"
    r"|\b(?:number|amount|length|limit|maximum|size|quota|version)s? (?:of|for|on) (?:an? |the )?"
    rf"(?P<of>(?:(?!{_VERB}\b)[\w.-]+ ?){{1,2}})"
    r"|\b(?:what|which|latest|oldest|newest|current) (?P<version>[\w.-]+) versions?\b"
)
_COUNTED = frozenset({"version", "size", "count"})
_CLAUSE = re.compile(r"[;:.](?=\s)|,(?=\s)|[()]|\b(?:and|but)\b")


def quantity_asked(question: str) -> Quantity | None:
    """The quantity that a question wants, None where it wants something else."""
    for name, asks, tells in _KINDS:
        if asks.search(question):
            return Quantity(name, tells, _counted(question) if name in _COUNTED else "")
    return None


def _counted(question: str) -> str:
    match = _NOUN.search(question)
    phrase = next((found for found in match.groups() if found), "") if match else ""
    words = [word.strip(".-") for word in phrase.split()]
    return " ".join(word for word in words if not _WORDS_OF_QUANTITY.fullmatch(word.lower()))
