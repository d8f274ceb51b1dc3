"""Which statements of a document are items, on the seeds and on small documents."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

import pytest

from agents.document import ChecklistItem, Polarity
from agents.parse import parse_document

SHARED = Path(__file__).parents[3] / "shared"
GOLD = SHARED / "seed_items.jsonl"


def items(markdown: str) -> list[ChecklistItem]:
    return list(parse_document(markdown.encode()).checklist)


def texts(markdown: str) -> list[str]:
    return [item.text for item in items(markdown)]


def polarities(markdown: str) -> dict[str, Polarity]:
    return {item.text: item.polarity for item in items(markdown)}


@pytest.mark.skipif(not GOLD.is_file(), reason="the seed documents are not beside the repository")
def test_every_item_that_people_marked_in_the_seeds_is_drawn_at_its_line() -> None:
    marked: dict[str, set[int]] = defaultdict(set)
    for row in GOLD.read_text(encoding="utf-8").splitlines():
        entry = json.loads(row)
        marked[entry["file"]].add(entry["line"])
    missing = {}
    for name, lines in marked.items():
        document = parse_document((SHARED / "seeds" / name).read_bytes(), filename=name)
        missing[name] = lines - {item.line for item in document.checklist}
    assert {name: lines for name, lines in missing.items() if lines} == {}
