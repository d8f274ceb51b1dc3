"""A statement taken apart into clauses that each ask or forbid.

"Use `withIndex` instead of `filter`" asks for the one and forbids the other: two statements agree
or contradict clause by clause, and not as wholes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from agents.document import Polarity
from agents.likeness import Words, words_of
from agents.prescriptive import Context, context_of_heading, has_modal, is_command, polarity_of

# Where a clause ends. The words that turn the sense begin the next one, which keeps them.
_BREAK = re.compile(
    r"[;:()—–]|,(?!\d)|\s-\s|\.\s|(?=\b(?:instead of|rather than|but|not|never|don['’]t|do not|"
    r"avoid|without|unless|over)\b)",
    re.IGNORECASE,
)
_FORBIDS = re.compile(
    r"\W*(?:instead of|rather than|not|never|no|don['’]t|do not|must not|can['’]t|cannot|avoid|"
    r"over|stop|forbid|nothing|none|nobody|neither)\b"
    r"|.*\b(?:is|are) (?:forbidden|wrong|discouraged|deprecated)\b",
    re.IGNORECASE,
)
_LEAVES_OUT = re.compile(
    r"\W*(?:(?:never|don['’]t|do not|not|avoid)\s+)?"
    r"(?:skip|omit|forget|ignore|bypass|neglect|leave out|disabl)(?:ing|ping|ting|e|s)?\b",
    re.IGNORECASE,
)
"""Verbs that turn the sense once more: who must not skip validation has to validate."""
_CODE_SPAN = re.compile(r"`[^`]*`")
_STATES = re.compile(r"\b(?:is|are)\s+(?:\w+\s+)?\w+(?:ed|en)\b", re.IGNORECASE)
"""How things are done (`Indexes are named after their fields`)."""
_OPEN = re.compile(r"\W*(?:without|unless|but|except)\b", re.IGNORECASE)
"""What names a condition or an exception neither asks nor forbids."""


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a statement with a sense of its own."""

    text: str
    words: Words
    """The stems of what is asked for or forbidden."""
    polarity: Polarity
    has_exception: bool = False
    """Whether a condition follows under which the opposite may hold (`unless …`)."""

    @property
    def asks(self) -> bool:
        """Whether it wants something done, and doesn't only name or describe a thing."""
        wants = is_command(self.text) or has_modal(self.text) or _STATES.search(self.text)
        return self.polarity is Polarity.DO and bool(wants)


def clauses_of(text: str, heading: Sequence[str] = ()) -> tuple[Clause, ...]:
    """The clauses that ask for or forbid something.

    `text` is Markdown on one line. The innermost `heading` ("Never do") may forbid what the first
    clause says.
    """
    found: list[Clause] = []
    context = context_of_heading(heading[-1]) if heading else None
    for part in _BREAK.split(_CODE_SPAN.sub(_words_alone, text)):
        left_out = _LEAVES_OUT.match(part)
        words = words_of(part[left_out.end() :] if left_out else part)
        if _OPEN.match(part) and found:
            found[-1] = replace(found[-1], has_exception=True)
        if not words or _OPEN.match(part):
            continue
        forbids = bool(_FORBIDS.match(part))
        if not found and not forbids and context is Context.FORBIDS:
            forbids = polarity_of(part, context) is Polarity.DONT
        forbids ^= left_out is not None
        polarity = Polarity.DONT if forbids else Polarity.DO
        found.append(Clause(" ".join(part.split()), words, polarity))
    return tuple(found)


def _words_alone(span: re.Match[str]) -> str:
    """Code without the signs that end a clause of prose."""
    return re.sub(r"\W", " ", span[0])
