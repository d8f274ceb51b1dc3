"""Questions that only make sense after another one: what they take over from it.

No model is asked. A question follows up where it points back (`it`, `those`, `instead`), where it
is cut short (`why?`, `and in an action?`, `what about pagination?`) or asks for more of the same
(`show me an example`). It then takes over the key terms of the question before, but for those that
it replaces: after a question about mutations, `and in an action?` is not about mutations. Where
the question before asked which thing to take, what follows is about the thing in the answer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.answer.question import MAX_CHARACTERS, Turn, key_terms
from kb.lexical import terms

MOST_CARRIED = 5
"""Key terms that are taken over."""
MOST_OWN = 3
"""A question with more key terms of its own than this stands alone, unless it is cut short."""
MOST_TURNS = 12
"""Earlier questions that are looked at."""

_CHANGES_TOPIC = re.compile(
    r"^\W*(?:(?:a |one )?(?:different|another|new|unrelated|separate) (?:question|topic|subject)"
    r"|changing (?:the )?(?:topic|subject)|unrelated(?:ly)?|by the way|btw|something else"
    r"|on (?:a different|another) (?:note|topic))\b[\s:,.–—-]*",
    re.IGNORECASE,
)
_CUT_SHORT = re.compile(
    r"^\W*(?:and|but|or|so|also|then|plus|why not|why(?: (?:so|is that))?\W*$|how (?:so|come)?\W*$"
    r"|(?:what|how) about|what if|what else|when\W*$|where\W*$|really|same (?:for|with|in)|even"
    r"|(?:in|for|with|from|inside|without|on|as|via) )\b",
    re.IGNORECASE,
)
_MORE = re.compile(
    r"^\W*(?:(?:ok|okay|yes|please|thanks|and|can you|could you|would you|now)\W+){0,3}"
    r"(?:(?:show|give|write|tell|explain|elaborate|go)\b.{0,30}"
    r"\b(?:example|code|snippet|sample|more|detail|details|why|on|further)"
    r"|(?:an? |some |any )?(?:code )?(?:examples?|snippets?|sample)|more(?: details?)?|details?"
    r"|elaborate|explain|go on|continue)\b(?:\W+(?:please|of (?:that|this|it)|code))?\W*$",
    re.IGNORECASE,
)
_FULL = re.compile(
    r"^\W*(?:and|but|or|so|also|then|plus)\W+(?:how|what|which|where|when|who|why|should|can|could"
    r"|may|must|is|are|do|does|did|will|would)\b(?! about)",
    re.IGNORECASE,
)
_WHOSE = re.compile(r"(?:its|their|theirs|itself)", re.IGNORECASE)
_EMPTY_IT = re.compile(
    r"\b(?:is|was|would|will|be|isn['’]t) it (?:be )?(?:\w+ ){1,3}?(?:to|that|if|when|for)\b"
    r"|\b(?:make|makes) it\b|\bdoes it (?:take|make sense)\b|\bit (?:is|takes|seems)\b"
    r"|\b(?:is|are|was|were) there\b|\bthere (?:is|are|was|were|a|an)\b",
    re.IGNORECASE,
)
_POINTS_BACK = re.compile(
    r"\b(?:it|its|itself|them|they|their|theirs|these|those|this|former|latter|instead|likewise"
    r"|the same|that way|that one|(?:which|the other|another|the (?:first|second|last)) one|ones"
    r"|one of (?:them|those|these))\b|\b(?:that|then)\W*$"
    r"|^\W*(?:is|does|do|did|would|will|can|could|should|has|was) that\b|\b(?:in |from )?there\W*$"
    r"|(?:^|\b(?:is|does|do|did|would|will|can|could|should|has|was|like|about|for|with|than|to|in"
    r"|of|on|after|before|from|use|using|doing|test|need|why) )that\b(?=\W*$| \w+ed\b| \w+ing\b"
    r"| (?:a|an|the|also|still|really|ever|not|work|works|run|runs|mean|cost|scale|safe|ok|okay|in"
    r"|on|for|with|from|when|if|happen|happens|index|component|function|field|hook|rule)\b)",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    r"[,;:]\s|\b(?:and|then|before|after|when|if|while|until|so that|because)\b", re.I
)
_WHICH = re.compile(
    r"^\W*(?:which|what(?:['’]s)?)\b(?! (?:if|happens|does|about|goes))", re.IGNORECASE
)
_THING = re.compile(r"^\W*(?:which|what) ([a-z]{4,20})\b", re.IGNORECASE)
_NAMED = re.compile(r"\*\*([^*\n]{2,40})\*\*|`(@?[\w./-]{2,40})`")
_WHY = re.compile(r"\bwhy\b", re.IGNORECASE)

# What stands in one group is told apart by it: naming one replaces another.
_CONTRASTS = tuple(
    frozenset(term for word in group.split() for term in terms(word))
    for group in (
        "query queries mutation mutations action actions httpAction workflow cron crons",
        "client server frontend backend browser",
        "insert patch replace delete update",
        "clerk auth0 workos",
        "filter index withIndex",
        "search vector",
        "create edit",
        "upload download",
    )
)


@dataclass(frozen=True, slots=True)
class Followed:
    """A question as it is understood after others."""

    text: str
    """What is searched for and answered: the question, and the words that it takes over."""
    carried: tuple[str, ...] = ()
    """Those words; empty for a question that stands alone."""


def follow(question: str, history: Sequence[Turn] = ()) -> Followed:
    """How a question is to be understood after earlier turns, oldest first."""
    text = " ".join(question.split())[:MAX_CHARACTERS]
    if not history:
        return Followed(question)
    before, answer = "", ""
    for asked, told in _pairs(history)[-MOST_TURNS:]:
        before, answer = _resolved(asked, before, answer).text, told
    found = _resolved(text, before, answer)
    return found if found.carried or found.text != text else Followed(question)


def _pairs(history: Sequence[Turn]) -> list[tuple[str, str]]:
    """Each question with what was answered."""
    pairs: list[tuple[str, str]] = []
    for turn in history:
        content = str(turn.get("content", ""))
        if turn.get("role") == "user":
            pairs.append((" ".join(content.split())[:MAX_CHARACTERS], ""))
        elif turn.get("role") == "assistant" and pairs:
            pairs[-1] = (pairs[-1][0], content[:MAX_CHARACTERS])
    return pairs


def _resolved(text: str, before: str, answer: str) -> Followed:
    changed = _CHANGES_TOPIC.match(text)
    if changed:
        return Followed(text[changed.end() :] or text)
    if not before or not _follows_up(text):
        return Followed(text)
    carried = _carried(text, before, answer)
    return Followed(f"{text} {' '.join(carried)}", carried) if carried else Followed(text)


def _follows_up(text: str) -> bool:
    """Whether a question needs the one before to be understood."""
    own = len(key_terms(text))
    if own == 0 or _MORE.match(text):
        return True
    if _CUT_SHORT.match(text) and not (own > 1 and _FULL.match(text)):
        return own <= MOST_OWN
    return own <= MOST_OWN and _points_back(text)


def _points_back(text: str) -> bool:
    """Whether a word points to something that the question itself does not name before."""
    plain = _EMPTY_IT.sub(" ", text)
    for found in _POINTS_BACK.finditer(plain):
        if _WHOSE.fullmatch(found[0]) and len(key_terms(plain[: found.start()])) > 1:
            continue
        clauses = list(_CLAUSE.finditer(plain, 0, found.start()))
        if not clauses or not key_terms(plain[: clauses[-1].start()]):
            return True
    return False


def _carried(text: str, before: str, answer: str) -> tuple[str, ...]:
    own = {form for term in key_terms(text) for form in term.forms}
    replaced = frozenset().union(*(group - own for group in _CONTRASTS if group & own))
    named = () if _WHY.search(text) else _named_by(before, answer)
    about = key_terms(" ".join(named)) if named else key_terms(before)
    return tuple(term.text for term in about if not term.forms & own and not term.forms & replaced)[
        :MOST_CARRIED
    ]


def _named_by(before: str, answer: str) -> tuple[str, ...]:
    """What an answer names where the question asked which thing to take."""
    if not _WHICH.match(before):
        return ()
    lead = answer.strip().split("\n", 1)[0]
    found = [bold or code for bold, code in _NAMED.findall(lead)]
    names = [name for name in found if not name.endswith(":")][:1]
    thing = _THING.match(before)
    return (*names, thing[1]) if names and thing else tuple(names)
