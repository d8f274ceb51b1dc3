"""Which item of which document asks for which code rule.

Nothing is wired to a file or a line: each rule declares in its module's docstring, section
`Intent:`, how authors ask for what it enforces (`assistant.code.intent` explains the notation), and
every checklist item of every document is compared with that. It is word work only, so that a
`check` can do it for hundreds of items.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from agents.document import ChecklistItem, Polarity
from agents.finding import DocumentedBy
from agents.likeness import Words, plain_words
from assistant.code.intent import IntentIndex, parse_intent
from assistant.code.intent_words import lead_of, sentences, words_of

if TYPE_CHECKING:
    from agents.registry import AgentVersion

_DOCSTRING = re.compile(r'\s*[rR]?"""(.*?)"""', re.DOTALL)
_INTENT = re.compile(r"^Intent:[ \t]*(.*(?:\n(?:[ \t]+.*|[ \t]*))*)", re.MULTILINE)

CONTEXT_HEADINGS = 2
"""How many of the headings above an item say what it is about, innermost first."""


class Documentation(NamedTuple):
    """What the documents ask for."""

    rules: Mapping[str, tuple[DocumentedBy, ...]]
    """The items that ask for a rule, by rule id; in the order of the documents."""
    review: tuple[DocumentedBy, ...]
    """The items that no rule decides."""


_given: dict[Words, tuple[str, ...]] = {}


def give_rules(items: Mapping[str, Sequence[str]]) -> None:
    """Say for items, by their text, which rules enforce them, for the rest of this process.

    It replaces what was said before, and wins over matching; style, case of sentence beginnings
    and punctuation of the text don't matter. Raises CodeCheckError for a rule that isn't there.
    """
    from assistant.code.catalogue import require_known

    for rules in items.values():
        require_known(rules)
    _given.clear()
    _given.update({plain_words(text): tuple(sorted(set(rules))) for text, rules in items.items()})


def given_digest() -> str:
    """Differs where `give_rules` was told something else; empty where it was told nothing."""
    if not _given:
        return ""
    return hashlib.sha256(repr(sorted(_given.items())).encode()).hexdigest()


def rules_of_item(item: ChecklistItem) -> tuple[str, ...]:
    """The ids of the code rules that enforce the item, sorted; empty where it needs judgement."""
    if _given and (given := _given.get(plain_words(item.text))) is not None:
        return given
    return _rules_of(item.text, item.heading[-CONTEXT_HEADINGS:], item.polarity)


@lru_cache(maxsize=20_000)
def _rules_of(text: str, heading: tuple[str, ...], polarity: Polarity) -> tuple[str, ...]:
    # A program that stays open asks about the same items with every question.
    return _match(text, heading, polarity, shipped_intents())


def match_item(item: ChecklistItem, intents: IntentIndex) -> tuple[str, ...]:
    """As `rules_of_item`, by other intents than the shipped ones."""
    return _match(item.text, item.heading[-CONTEXT_HEADINGS:], item.polarity, intents)


def _match(
    text: str, heading: tuple[str, ...], polarity: Polarity, intents: IntentIndex
) -> tuple[str, ...]:
    parts = sentences(text, against=polarity is Polarity.DONT)
    context = words_of([*heading, lead_of(text)])
    return intents.rules_asked_in(parts, context)


def documentation(versions: Iterable[AgentVersion]) -> Documentation:
    """What these versions' items ask for."""
    rules: dict[str, list[DocumentedBy]] = defaultdict(list)
    review: list[DocumentedBy] = []
    for version in versions:
        for item in version.document.checklist:
            asked = DocumentedBy(version.handle, version.number, item.line, item.text)
            found = rules_of_item(item)
            for rule in found:
                rules[rule].append(asked)
            if not found:
                review.append(asked)
    return Documentation({rule: tuple(rules[rule]) for rule in sorted(rules)}, tuple(review))


@cache
def shipped_intents() -> IntentIndex:
    """The intents that the modules of `assistant.code.rules` declare."""
    intents = {}
    for module in sorted(Path(__file__).with_name("rules").glob("[!_]*.py")):
        text = intent_section(_docstring(module.read_text(encoding="utf-8")))
        if text:
            intents[module.stem.replace("_", "-")] = parse_intent(text)
    return IntentIndex(intents)


def intent_section(docstring: str) -> str:
    """What stands below `Intent:` in a rule's docstring; empty where it declares none."""
    match = _INTENT.search(docstring)
    return match[1] if match else ""


def _docstring(source: str) -> str:
    # Cut from the text: importing the rules would load the parser, and `ask` doesn't need it.
    match = _DOCSTRING.match(source)
    return match[1] if match else ""
