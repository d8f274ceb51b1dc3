"""Which items a function is held to: those that speak of what it does.

A document has hundreds of items that no rule decides, and each costs tokens at each function.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import log

from agents.finding import DocumentedBy
from kb.lexical import terms

MOST_ITEMS = 12
"""Of a function."""
_LEAST_SHARED = 2
"""Terms that an item and a function have to have in common."""


class Relevance:
    """Items, by the terms that they share with code; rare terms count more."""

    def __init__(self, items: Sequence[DocumentedBy]) -> None:
        # The same sentence of several documents is judged once, for the first of them.
        by_text = {" ".join(item.text.split()).casefold(): item for item in reversed(items)}
        chosen = set(map(id, by_text.values()))
        self._items = [item for item in items if id(item) in chosen]
        self._terms = [frozenset(terms(item.text)) for item in self._items]
        self._known_by = Counter(term for found in self._terms for term in found)

    def items_for(self, code: str, *, most: int = MOST_ITEMS) -> list[DocumentedBy]:
        """The items that speak of what the code holds, in the order of the documents."""
        held = frozenset(terms(code))
        scored = []
        for place, found in enumerate(self._terms):
            shared = found & held
            if len(shared) >= _LEAST_SHARED:
                weight = sum(log(1 + len(self._items) / self._known_by[term]) for term in shared)
                # Long items share more by chance.
                scored.append((-weight / (1 + len(found)) ** 0.5, place))
        return [self._items[place] for place in sorted(place for _, place in sorted(scored)[:most])]
