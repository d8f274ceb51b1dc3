"""A description says what the agent is, not when to use it.

Why: the main agent matches a task against descriptions. "Expert in X" matches weakly; "Use when Y"
or "after Z" tells it the moment.
Silent when: the description names an occasion in some other way (`for …ing`, `before`, `whenever`,
`Handles`, `Triggers on`), has examples, or is in another language than English.

Bad:
    ---
    name: reviewer
    description: An expert code reviewer with deep knowledge of TypeScript and React.
    ---
    You review changes.
Good:
    ---
    name: reviewer
    description: Reviews TypeScript and React. Use after each change.
    ---
    You review changes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from agents.document import DocumentKind
from agents.finding import Severity
from agents.lint.rule import Report, Rule, Surroundings
from agents.lint.subject import Subject

_OCCASION = re.compile(
    r"\b(?:use[ds]?|using|invoke[ds]?|call(?:ed)?|trigger\w*|activate[ds]?|delegate\w*|run|runs"
    r"|when|whenever|after|before|during|while|if|once|until|upon|on demand|proactive\w*"
    r"|must be used|should be used|ideal|perfect|best for|for|asks?|wants?|needs?|need to"
    r"|requires?|engage[ds]?|consult\w*|handles?|employ|apply|applies|leverage|deploy this"
    r"|example)\b|<example",
    re.IGNORECASE,
)


_OTHER_LANGUAGE = re.compile(
    r"\b(?:le|la|les|des|du|une?|est|et|pour|avec|dans|sur|quand|être"
    r"|der|die|das|und|für|mit|ein|eine|oder|wenn|bei|zum|zur"
    r"|el|los|las|del|con|para|por|cuando|y|que|como"
    r"|il|lo|gli|della|delle|per|quando|che|di|e|o|os|as|dos|das|na|em|um|uma|com"
    r"|och|för|och|med|het|een|voor|met|van|w|na|dla|oraz|jest|ve|için|bir)\b",
    re.IGNORECASE,
)
_ENGLISH = re.compile(
    r"\b(?:the|and|of|to|in|on|with|by|from|is|are|that|this|or|at|as|its|all|an?)\b",
    re.IGNORECASE,
)
"""Words that every text of the language has."""


def check(subject: Subject, surroundings: Surroundings) -> Iterator[Report]:
    """Report a description without a word for an occasion."""
    text = subject.document.description
    is_latin = sum(character.isascii() for character in text) * 10 > len(text) * 9
    if not text or not is_latin or not subject.key_lines("description") or _OCCASION.search(text):
        return
    if len(_OTHER_LANGUAGE.findall(text)) > max(1, len(_ENGLISH.findall(text))):
        return
    line, start, end = subject.in_key("description", text)
    yield RULE.at(
        subject,
        line,
        start,
        end,
        message="the description doesn't say when to use this",
        hint="add a sentence such as `Use when …` or `Use after …`",
    )


RULE = Rule(
    id="description-without-trigger",
    severity=Severity.INFO,
    category="delegation",
    kinds=frozenset({DocumentKind.SUBAGENT, DocumentKind.SKILL}),
    check=check,
)
