"""Documents that are broken or odd in one way each, and what is read out of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from agents.document import Document
from agents.parse import parse_document

FIXTURES = Path(__file__).parents[1] / "fixtures" / "documents"


def as_read(document: Document) -> dict[str, Any]:
    """All that the fixtures say about a document, in the form of their JSON."""
    head = document.frontmatter
    return {
        "name": document.name,
        "kind": document.kind.value,
        "description": document.description,
        "frontmatter": dict(head.values),
        "keys": {key: lines.as_list() for key, lines in head.keys.items()},
        "head": head.lines.as_list() if head.lines else None,
        "strict": head.strict,
        "sections": [
            [list(s.heading), s.level, s.lines.as_list(), s.own.as_list()]
            for s in document.sections
        ],
        "checklist": [
            [i.lines.as_list(), i.kind, i.polarity.value, i.text] for i in document.checklist
        ],
        "code": [[c.language, c.lines.as_list(), c.first_code_line, c.code] for c in document.code],
        "diagnostics": [[d.line, d.severity.value, d.code] for d in document.diagnostics],
    }


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("*.md")), ids=lambda path: path.stem)
def test_a_broken_document_is_read_as_its_author_meant_it(path: Path) -> None:
    document = parse_document(path.read_bytes(), filename=path.name)
    expected = json.loads(path.with_suffix(".expected.json").read_text(encoding="utf-8"))
    assert as_read(document) == expected


def test_every_fixture_has_both_files() -> None:
    documents = {path.stem for path in FIXTURES.glob("*.md")}
    expectations = {path.name.removesuffix(".expected.json") for path in FIXTURES.glob("*.json")}
    assert documents == expectations
