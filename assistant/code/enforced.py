"""How much of a document the code check enforces, item by item."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from agents.document import ChecklistItem, Document
from assistant.code.documented import rules_of_item

_CODE = re.compile(r"`[^`\s][^`]*`|\b[a-z]+[A-Z]\w*\b|\b\w+\.\w+\(|\b\w+\(\)")
"""A code span, a name in camel case, a call."""


@dataclass(frozen=True, slots=True)
class CheckedItem:
    """A checklist item with the rules that enforce it."""

    item: ChecklistItem
    rules: tuple[str, ...]
    """Rule ids, sorted; empty where the item needs somebody's review."""

    @property
    def is_enforced(self) -> bool:
        """Whether any rule looks at what the item asks for."""
        return bool(self.rules)

    @property
    def names_code(self) -> bool:
        """Whether the item names something in code, which a rule could look for."""
        return _CODE.search(self.item.text) is not None


@dataclass(frozen=True, slots=True)
class Coverage:
    """The items of one document, or of several, in the order of their lines."""

    items: tuple[CheckedItem, ...]

    @property
    def enforced(self) -> int:
        """How many items some rule enforces."""
        return sum(item.is_enforced for item in self.items)

    @property
    def needs_review(self) -> int:
        """How many items no rule enforces."""
        return len(self.items) - self.enforced

    @property
    def share(self) -> float | None:
        """Enforced items among all, 0 to 1; None where there are no items."""
        return self.enforced / len(self.items) if self.items else None

    @property
    def rules(self) -> tuple[str, ...]:
        """The ids of all rules that the items ask for, sorted."""
        return tuple(sorted({rule for item in self.items for rule in item.rules}))


def coverage_of(document: Document) -> Coverage:
    """Each of the document's items with the rules that enforce it."""
    return Coverage(tuple(CheckedItem(item, rules_of_item(item)) for item in document.checklist))


def taken_together(coverages: Iterable[Coverage]) -> Coverage:
    """The items of several documents; an item that several of them have counts for each."""
    return Coverage(tuple(item for coverage in coverages for item in coverage.items))
