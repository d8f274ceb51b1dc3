"""How well a statement's form suits what kind of answer a question wants."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from agents.document import Polarity
from assistant.answer.question import Asks, KeyTerm, Question
from assistant.answer.statement import Statement
from kb.lexical import terms

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_LABEL = re.compile(r"\A\W*(?:recommendation|rule|answer|in short|tl;?dr)\b\W*:", re.IGNORECASE)
_COMMAND = re.compile(r"`(?:npx|npm|pnpm|pip|bun|node|git|curl|[a-z-]+) [^`\n]+`")
_NORM = re.compile(
    r"\b(?:never|not|no|only|must|avoid|instead|cannot|always|allowed|fine|unless)\b|n['’]t\b",
    re.IGNORECASE,
)
_BANS = re.compile(r"\A\W*(?:never|don['’]t|do not|avoid|always|only)\b", re.IGNORECASE)
_TELLING: Mapping[Asks, tuple[tuple[str, re.Pattern[str]], ...]] = {
    Asks.HOW: (("labelled", _LABEL),),
    Asks.WHY: (),
    Asks.WHETHER: (("norm", _NORM), ("bans", _BANS)),
    Asks.OTHER: (),
}
NAMES_LIST = re.compile(r"\bcheck-?lists?\b|\bself-?(?:verif|check)\w*", re.IGNORECASE)
OF_LIST = re.compile(
    r"check-?lists?|self-?verif\w+|list|lists|quality|items?|points?|according|demands?|requires?",
    re.IGNORECASE,
)
"""Words that name a list or ask for its items, not what these are about."""
_OF_MEASURE = re.compile(
    r"(?:millisecond|second|minute|hour|day|week|month|year|byte|run|last|take|stay|allow)s?\w*"
    r"|kept?|keeps|valid|long",
    re.IGNORECASE,
)
"""Words that say how something is measured, not what."""


TROUBLE = re.compile(
    r"\b(?:errors?|fail\w*|wrong|slow\w*|broken?|breaks?|conflicts?|odd\w*|strange\w*|missing"
    r"|issues?|problems?|drift\w*|crash\w*|bugs?|debug\w*|unexpected\w*|stale|refuses?d?"
    r"|complain\w*|(?:mis)?behav\w*|throws|look first|check first)\b|n['’]t\b",
    re.IGNORECASE,
)
"""Words of who has a problem."""
_MENDING = re.compile(r"debug|troubleshoot|pitfall|mistake|gotcha|diagnos|never\b", re.IGNORECASE)
_ADVICE = re.compile(
    r"\b(?:should|ought|may|must|better|best|okay?|fine|allowed|recommend\w*|bad|wrong|need to)\b"
    r"|^why\b",
    re.IGNORECASE,
)
"""Words of who wants advice, which code gives none of."""
_ASKS_BACK = re.compile(r"\b(?:questions?|asks?|self-?(?:verif|check)\w*)\b", re.IGNORECASE)


FORMS = (
    "warns",
    "mends",
    "both_options",
    "asked_back",
    "unsaid_advice",
    "named_by_head",
    "row_amiss",
    "commands",
    "labelled",
    "norm",
    "bans",
    "option",
    "quantity",
    "in_list",
    "of_list",
)
"""What `forms_of` may find."""


def forms_of(question: Question, statement: Statement) -> frozenset[str]:
    """In which ways a statement's form suits the kind of answer that is wanted, or doesn't.

    A row of a table that has a column of what is asked for (`named_by_head`), a row where a yes, a
    no or a reason is (`row_amiss`); a command where one is asked for; what a section recommends in
    a word where `how` is asked (`labelled`); what must or must not be where it is asked whether
    (`norm`), as an outright ban or duty (`bans`); one of the things that are asked between
    (`option`) or several (`both_options`); a ban where `how` is asked (`warns`); advice for who has
    a problem (`mends`); code where advice is wanted (`unsaid_advice`); a question where such are
    asked for (`asked_back`); a quantity of the right kind; an item of the list that the question
    names (`in_list`), or of such a list where the question names none (`of_list`).
    """
    found = set(_of_kind(question, statement))
    if question.quantity is not None and tells_quantity(question, statement):
        found.add("quantity")
    if chosen := question.options & statement.terms:
        found.add("option")
        if len(chosen) > 1:
            found.add("both_options")
    if question.asks is Asks.HOW and statement.polarity is Polarity.DONT:
        found.add("warns")
    if wants_mending(question) and any(map(_MENDING.search, statement.chunk.heading[-1:])):
        found.add("mends")
    if statement.text.endswith("?") and asks_back(question):
        found.add("asked_back")
    if statement.kind == "piece" and wants_advice(question):
        found.add("unsaid_advice")
    if any(map(NAMES_LIST.search, statement.chunk.heading)):
        found.add("in_list" if NAMES_LIST.search(question.text) else "of_list")
    return frozenset(found)


def _of_kind(question: Question, statement: Statement) -> Iterator[str]:
    if statement.kind == "row":
        yield from _of_row(question, statement)
    elif question.asks is Asks.WHICH:
        if question.thing == "command" and _COMMAND.search(statement.text):
            yield "commands"
    else:
        for name, pattern in _TELLING[question.asks]:
            if pattern.search(statement.text):
                yield name


def _of_row(question: Question, statement: Statement) -> Iterator[str]:
    if question.asks is Asks.WHICH:
        if question.thing in terms(statement.context):
            yield "named_by_head"
    elif question.asks in (Asks.WHETHER, Asks.WHY):
        yield "row_amiss"


def wants_mending(question: Question) -> bool:
    """Whether it is asked why something does not do what it should."""
    return question.asks is Asks.WHY or TROUBLE.search(question.text) is not None


def wants_advice(question: Question) -> bool:
    """Whether it is asked what should be, which code does not say."""
    return _ADVICE.search(question.text) is not None


def asks_back(question: Question) -> bool:
    """Whether questions are asked for, as lists for checking oneself hold them."""
    return _ASKS_BACK.search(question.text) is not None


def is_wanted(question: Question, statement: Statement) -> bool:
    """Whether a statement is of the very form that is asked for, which many questions leave open.

    A quantity where one is asked for, an item of the check-list that is named, a command, a row of
    the table that lists the choices.
    """
    if question.quantity is not None:
        return tells_quantity(question, statement)
    if NAMES_LIST.search(question.text):
        return _is_asked_of_list(question, statement)
    if question.asks is Asks.WHICH and question.thing:
        return not {"commands", "named_by_head"}.isdisjoint(_of_kind(question, statement))
    return False


def _is_asked_of_list(question: Question, statement: Statement) -> bool:
    """Whether a statement stands in a check-list and names something of what is asked."""
    if not any(map(NAMES_LIST.search, statement.chunk.heading)):
        return False
    matter = [term for term in question.key_terms if not OF_LIST.fullmatch(term.text)]
    return not matter or any(not term.all_forms.isdisjoint(statement.terms) for term in matter)


def adds(other: str, lead: str) -> bool:
    """Whether a statement tells what another one leaves out: a command, a section's advice."""
    return bool(_LABEL.match(other) or set(_COMMAND.findall(other)) - set(_COMMAND.findall(lead)))


def tells_quantity(question: Question, statement: Statement) -> bool:
    """Whether a statement has the quantity that is asked for, and says it of the right thing."""
    wanted = question.quantity
    if wanted is None:
        return True
    subject = subject_of(question)
    if statement.kind in ("piece", "comment"):
        words = statement.terms | statement.terms_inside
        if any(term.all_forms.isdisjoint(words) for term in question.key_terms):
            return False  # a number in code is soon one of something else
        lines = filter(wanted.tells.search, statement.quote.splitlines())
        return any(not subject.isdisjoint(terms(line)) for line in lines)
    clauses = wanted.clauses_that_tell(statement.text)
    return any(not subject or subject & set(terms(clause)) for clause in clauses)


def subject_of(question: Question) -> frozenset[str]:
    """The index's terms for what a quantity is asked of; one of them must stand beside it."""
    wanted = question.quantity
    if wanted is None or wanted.name in ("price", "date", "share", "person"):
        return frozenset()
    if wanted.counted:
        counted = frozenset(terms(wanted.counted.split()[-1]))
        meant = [term for term in question.key_terms if not counted.isdisjoint(term.forms)]
        return _forms(meant) or counted
    return _forms(term for term in question.key_terms if not _OF_MEASURE.fullmatch(term.text))


def _forms(key_terms: Iterable[KeyTerm]) -> frozenset[str]:
    return frozenset().union(*(term.all_forms for term in key_terms))
