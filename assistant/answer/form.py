"""How well a statement's form suits what kind of answer a question wants."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.answer.question import Asks, KeyTerm, Question
from assistant.answer.statement import Statement
from kb.lexical import terms

if TYPE_CHECKING:
    from collections.abc import Iterable

NAMED_BY_HEAD = 0.20
"""For a row of a table that has a column of what is asked for."""
ROW_CHOOSES = 0.04
"""For another row, where one of several things is asked for."""
COMMAND = 0.12
"""For a command, where one is asked for."""
MEANS = 0.05
"""For naming the means in code, where `how` is asked."""
REASON = 0.05
"""For giving a reason, where `why` is asked."""
NORM = 0.04
"""For saying what must or must not be, where it is asked whether; twice for opening with it."""
ROW_AMISS = -0.08
"""For a row where a yes, a no or a reason is asked for, which rows seldom give."""
QUANTITY = 0.15
"""For having a quantity of the kind that is asked for."""
IN_LIST = 0.10
"""For standing in the list that the question names, such as a checklist."""
LABELLED = 0.03
"""For being what a section recommends in a word, where `how` is asked."""

_LABEL = re.compile(r"\W*(?:recommendation|rule|answer|in short|tl;?dr)\b\W*:", re.IGNORECASE)
_COMMAND = re.compile(r"`(?:npx|npm|pnpm|pip|bun|node|git|curl|[a-z-]+) [^`\n]+`")
_CODE = re.compile(r"`[^`\n]{2,}`")
_REASON = re.compile(
    r"\b(?:because|so that|since|therefore|otherwise|which|would|loses?|breaks?|fails?)\b"
    r"|[:;]\s|,? or (?:it|the|a)\b",
    re.IGNORECASE,
)
_NORM = re.compile(
    r"\b(?:never|not|no|only|must|avoid|instead|cannot|always|allowed|fine|unless)\b|n['’]t\b",
    re.IGNORECASE,
)
_BANS = re.compile(r"\W*(?:never|don['’]t|do not|avoid|always|only)\b", re.IGNORECASE)
_LIST = re.compile(r"\bcheck-?lists?\b", re.IGNORECASE)
_OF_MEASURE = re.compile(
    r"(?:millisecond|second|minute|hour|day|week|month|year|byte|run|last|take|stay|allow)s?\w*"
    r"|kept?|keeps|valid|long",
    re.IGNORECASE,
)
"""Words that say how something is measured, not what."""


def suits(question: Question, statement: Statement) -> float:
    """What a statement gains, or loses, for its form."""
    gained = _of_kind(question, statement)
    if question.quantity is not None and tells_quantity(question, statement):
        gained += QUANTITY
    if _LIST.search(question.text) and any(map(_LIST.search, statement.chunk.heading)):
        gained += IN_LIST
    return gained


def _of_kind(question: Question, statement: Statement) -> float:
    text, row = statement.text, statement.kind == "row"
    if question.asks is Asks.WHICH:
        if question.thing == "command":
            return COMMAND if _COMMAND.search(text) else 0.0
        if row:
            heads = set(terms(statement.context))
            return NAMED_BY_HEAD if question.thing in heads else ROW_CHOOSES
        return 0.0
    if row:
        return ROW_AMISS if question.asks in (Asks.WHETHER, Asks.WHY) else 0.0
    if question.asks is Asks.HOW:
        labelled = LABELLED if _LABEL.match(text) else 0.0
        return labelled + (MEANS if _CODE.search(text) else 0.0)
    if question.asks is Asks.WHY:
        return REASON if _REASON.search(text) else 0.0
    if question.asks is Asks.WHETHER:
        return 2 * NORM if _BANS.match(text) else NORM if _NORM.search(text) else 0.0
    return 0.0


def is_wanted(question: Question, statement: Statement) -> bool:
    """Whether a statement is of the very form that is asked for, which many questions leave open.

    A quantity where one is asked for, a command, a row of the table that lists the choices.
    """
    if question.quantity is not None:
        return tells_quantity(question, statement)
    if question.asks is Asks.WHICH and question.thing:
        return _of_kind(question, statement) >= COMMAND
    return False


def adds(other: str, lead: str) -> bool:
    """Whether a statement tells what another one leaves out: a command, a section's advice."""
    return bool(_LABEL.match(other) or set(_COMMAND.findall(other)) - set(_COMMAND.findall(lead)))


def tells_quantity(question: Question, statement: Statement) -> bool:
    """Whether a statement has the quantity that is asked for, and says it of the right thing."""
    wanted = question.quantity
    if wanted is None:
        return True
    clauses = wanted.clauses_that_tell(statement.text)
    subject = subject_of(question)
    return any(not subject or subject & set(terms(clause)) for clause in clauses)


def subject_of(question: Question) -> frozenset[str]:
    """The index's terms for what a quantity is asked of; one of them must stand beside it."""
    wanted = question.quantity
    if wanted is None or wanted.name in ("price", "date", "share"):
        return frozenset()
    if wanted.counted:
        counted = frozenset(terms(wanted.counted.split()[-1]))
        meant = [term for term in question.key_terms if not counted.isdisjoint(term.forms)]
        return _forms(meant) or counted
    return _forms(term for term in question.key_terms if not _OF_MEASURE.fullmatch(term.text))


def _forms(key_terms: Iterable[KeyTerm]) -> frozenset[str]:
    return frozenset().union(*(term.all_forms for term in key_terms))
