"""Questions that only a number, a price, a version or a date can answer, and how to tell one."""

from __future__ import annotations

import re
from dataclasses import dataclass

_NUMBER_WORD = (
    r"(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty"
    r"|fifty|sixty|ninety|hundred|thousand|million|no limit|unlimited)"
)
_AMOUNT = rf"(?:\d|\b{_NUMBER_WORD}\b)"
_TIME = r"(?:milliseconds?|ms|seconds?|minutes?|hours?|days?|weeks?|months?|years?|s|h)"
_BYTES = r"(?:bytes?|[KMGT]i?B)"
_WORDS_OF_QUANTITY = re.compile(
    r"of|length|many|much|long|often|big|large|max\w*|min\w*|most|least|number|amount|limits?|size|quota|count"
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
        """The parts of a statement that have a quantity of this kind.

        Of something counted, without what it is counted by: `32 indexes` of `32 indexes per table`,
        and from the number on where the clause sets no bound. What has a version may stand on
        either side of it: `version 2.1 of the client`.
        """
        found: list[str] = []
        for part in _CLAUSE.split(text):
            number = self.tells.search(part)
            if number and (not self.counted or self.name == "version"):
                found.append(part)
            elif number:
                counted_by = _COUNTED_BY.search(part, number.end())
                end = counted_by.start() if counted_by else len(part)
                found.append(part[0 if _BOUNDS.search(part) else number.start() : end])
        return found


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


# In this order: the first whose question pattern is found applies.
_KINDS: tuple[tuple[str, re.Pattern[str], re.Pattern[str]], ...] = (
    (
        "share",
        _pattern(
            r"\b(?:what|which) (?:percentage|percent|share)\b|\bhow many percent\b"
            r"|\bhow much of (?:the|my|our|all|its|a)\b"
        ),
        _pattern(r"\d\s?%|\bper ?cent\b"),
    ),
    (
        "price",
        _pattern(
            r"\bhow much (?:is|are|do|does|did|will|would|for|money)\b|\bhow expensive\b"
            r"|\bpric(?:e|es|ing)\b|\bwhat (?:do|does|did|will|would|is) .{0,80}\bcosts?\b"
            r"|\bfees?\b|\bper (?:month|year)\b|\bcosts? (?:me|us|per|extra|more|a month)\b"
            r"|^(?:do|does|will|would)\b .{0,60}\bcosts?(?: (?:extra|more|money|anything))?\W*$"
            r"|^(?:is|are)\b .{0,60}\bfree(?: of charge)?\W*$"
            r"|\b(?:does|will) .{0,60}\bcharge (?:me|us|extra|per|for)\b|\bcheap(?:er|est)\b"
            r"|\b(?:any|is there an?|get an?|what) (?:\w+ )?discounts?\b"
            r"|\bdiscounts? (?:for|if|on)\b"
            r"|^(?:is|are)\b .{0,60}\b(?:billed|charged|priced)\b"
            r"|\b(?:be|is|are|get|am|was|were) (?:billed|invoiced|charged)\b"
            r"|\b(?:my|our|the) (?:bill|invoice)\b|\btakes? a (?:cut|share|fee)\b"
            r"|\bfree (?:tier|plan|quota|allowance|of charge)\b"
            r"|^(?:is|are)\b .{0,60}\bfree (?:up to|for|in|until|with)\b"
            r"|\bdo (?:i|we) (?:have to |need to )?pay\b|\bfor free\b"
        ),
        _pattern(r"[$€£]\s?\d|\d\s?(?:[$€£]|dollars?|cents?|euros?|usd|eur)\b|\bfree of charge\b"),
    ),
    (
        "version",
        _pattern(
            r"\b(?:what|which|latest|oldest|newest|minimum|current)\b[^?]{0,50}\bversions?\b"
            r"|\b(?:since|in|from) (?:which|what) (?:version|release)\b"
            r"|\bversions? (?:is |are |that is )?(?:for|required|needed|supported|compatible)\b"
            r"|\b(?:oldest|newest|earliest|latest) [\w.@/-]+ (?:that|which|with|supported|i can)\b"
            r"|\b(?:what|which) releases? \w|\brelease notes\b|\bchange ?log\b"
            r"|\b(?:last|latest|newest|recent) releases?\b"
            r"|\b(?:out of|still in|leave|left) (?:alpha|beta|preview)\b"
            r"|^(?:is|are)\b .{0,60}\b(?:stable|beta|deprecated)(?: yet| now| already| still)?\W*$"
            r"|^(?:is|are|does|do|can|will)\b .{0,60}\b[a-z.]+ v?\d{1,2}(?:\.\d+)?(?: still)?"
            r"(?: supported| compatible| work\w*)?\W*$"
        ),
        _pattern(r"\d+\.\d+|\b[A-Z]\w+ \d+\b"),
    ),
    (
        "date",
        _pattern(
            r"\bwhen (?:was|were|did|will)\b(?!.*\b(?:my|i|a|an)\b)"
            r"|^since when\b|\b(?:what|which) (?:year|date)"
        ),
        _pattern(
            r"\b(?:19|20)\d\d\b|\b(?:january|february|march|april|june|july|august|september"
            r"|october|november|december)\b"
        ),
    ),
    (
        "person",
        _pattern(
            r"\bwho (?:founded|wrote|created|made|built|owns?|invented|invested|runs|leads"
            r"|maintains|develops|funds|is (?:the|behind))\b"
        ),
        _pattern(r"\b(?:founded|written|created|owned|invented|developed|funded) by\b"),
    ),
    (
        "length",
        _pattern(
            r"\bhow long (?:is|are|may|can|does|do|should|must) (?:an? |the |my )?(?:\w+ )?"
            r"(?:array|list|string|name|text|title|key|id|message|path|url)s?\b.{0,40}\b(?:be|get|grow)\b"
            r"|\b(?:limit|cap|restriction) (?:on|of|to) (?:the )?(?:length|size|number) of\b"
        ),
        _pattern(_AMOUNT),
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
            r"|\b(?:size limit|max(?:imum|imal)? size|(?:largest|biggest) (?:\w+ )?size)\b"
        ),
        _pattern(rf"\d\s?{_BYTES}\b|\d{{1,3}}(?:,\d{{3}})+|\d{{2,}} [a-z]{{4,}}"),
    ),
    (
        "count",
        _pattern(
            r"\bhow many\b(?! of my)|\bhow much [a-z]+\b"
            r"|\bmax(?:imum|imal)? (?!size|time|duration)[a-z]"
            r"|^(?:the |is there an? |any )?(?:\w+ )?limits? (?:on|for|of) "
            r"|\b(?:longest|largest|biggest|smallest|shortest|highest|lowest) "
            r"(?:allowed|possible|permitted|supported)\b"
            r"|\b(?:longest|largest|biggest|smallest|shortest) \w+ (?:that |which )?"
            r"(?:an?|the|i|you|we)\b"
            r"|\b(?:character|length|row|item|document|memory|request|upload)s? limits?\b"
            r"|\bwhat(?:'s| is| are) the (?:[\w'’-]+ ){0,3}(?:limits?|quotas?|maximum|minimum)\b"
        ),
        _pattern(_AMOUNT),
    ),
    (
        "frequency",
        _pattern(r"\bhow (?:often|frequently) (?:is|are|does|do)\b"),
        _pattern(rf"{_AMOUNT}|\b(?:once|twice|hourly|daily|weekly|every)\b"),
    ),
)
_VERB = (
    r"(?:can|may|do|does|did|is|are|will|should|must|could|fit|allowed|in|on|at|per|to|with|from"
    r"|for)"
)
_NOUN = _pattern(
    rf"\bhow (?:many|much) (?P<many>(?:(?!{_VERB}\b)[\w.-]+ ?){{1,4}})"
    r"|\b(?:number|amount|length|limit|maximum|size|quota|version)s? (?:of|for|on) (?:an? |the )?"
    rf"(?P<of>(?:(?!{_VERB}\b)[\w.-]+ ?){{1,2}})"
    rf"|\bmax(?:imum|imal)? (?P<max>(?:(?!{_VERB}\b)[\w.-]+ ?){{1,6}})"
    r"|\b(?:what|which|latest|oldest|newest|current) (?P<version>[\w.-]+) versions?\b"
)
_ONLY_MENTIONED = _pattern(
    r"\b(?:rate limits?"
    r"|(?:comput|calculat|find|get|sum)\w* (?:the |a )?(?:max|min|sum|total|average|count)\w*"
    r"|(?:limit|restrict|control|cap|throttle|reduce|change|configure|set|count|track)\w*"
    r" how (?:many|much|long|often|big|large))\b"
)
"""What is to be done with a quantity, not the quantity itself."""
_COUNTED = frozenset({"version", "size", "count", "length"})
_BOUNDS = re.compile(
    r"\b(?:at (?:most|least)|up to|max\w*|min\w*|limit\w*|(?:more|less|fewer) than|below|above"
    r"|ends at|allowed|exceed\w*)\b",
    re.IGNORECASE,
)
_COUNTED_BY = re.compile(r"\b(?:per|in|for|of|on|within) (?:(?:an?|one|each|every) )?\w")
_CLAUSE = re.compile(r"[;:.](?=\s)|,(?=\s)|[()]|\b(?:and|but)\b")


def quantity_asked(question: str) -> Quantity | None:
    """The quantity that a question wants, None where it wants something else."""
    asked = _ONLY_MENTIONED.sub(" ", question)
    for name, asks, tells in _KINDS:
        if asks.search(asked):
            return Quantity(name, tells, _counted(asked) if name in _COUNTED else "")
    return None


def _counted(question: str) -> str:
    match = _NOUN.search(question)
    phrase = next((found for found in match.groups() if found), "") if match else ""
    words = [word.strip(".-") for word in phrase.split()]
    return " ".join(word for word in words if not _WORDS_OF_QUANTITY.fullmatch(word.lower()))
