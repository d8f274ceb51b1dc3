"""Which rules a document asks for, and which a change of the document adds or takes away."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from agents.document import ChecklistItem, Document
from assistant.code.documented import CONTEXT_HEADINGS, rules_of_item


@dataclass(frozen=True, slots=True)
class RulesChanged:
    """Rule ids, sorted."""

    gained: tuple[str, ...]
    """Asked for by some item after, by none before."""
    lost: tuple[str, ...]
    """Asked for by some item before, by none after."""


def asked_rules(items: Iterable[ChecklistItem]) -> frozenset[str]:
    """The ids of all rules that any of these items asks for."""
    return frozenset(rule for item in items for rule in rules_of_item(item))


def rules_changed(before: Document, after: Document) -> RulesChanged:
    """What `check --agent` would look at from now on, and what no longer."""
    # Items that both have ask for the same rules: loading the rules' intents takes a while.
    known, kept = _told(before), _told(after)
    if known == kept:
        return RulesChanged((), ())
    old, new = asked_rules(before.checklist), asked_rules(after.checklist)
    return RulesChanged(tuple(sorted(new - old)), tuple(sorted(old - new)))


def _told(document: Document) -> frozenset[tuple[object, ...]]:
    """All of the document's items that `rules_of_item` looks at."""
    return frozenset(
        (item.text, item.polarity, item.heading[-CONTEXT_HEADINGS:]) for item in document.checklist
    )
