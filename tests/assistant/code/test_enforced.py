"""How much of a document the rules enforce."""

from __future__ import annotations

from agents.parse import parse_document
from assistant.code.enforced import coverage_of, taken_together

DOCUMENT = b"""# Always do

- Validate arguments with `v` in public functions
- Await all promises
- Be kind to your colleagues
"""


def test_items_are_enforced_by_rules_or_need_review() -> None:
    coverage = coverage_of(parse_document(DOCUMENT))
    assert [(item.item.line, item.is_enforced) for item in coverage.items] == [
        (3, True),
        (4, True),
        (5, False),
    ]
    assert (coverage.enforced, coverage.needs_review) == (2, 1)
    assert coverage.share == 2 / 3
    assert {"no-floating-promise", "require-args-validator"} <= set(coverage.rules)


def test_a_document_without_items_has_no_share_and_not_a_share_of_zero() -> None:
    assert coverage_of(parse_document(b"Text.\n")).share is None
    assert coverage_of(parse_document(b"# Always do\n\n- Be kind\n")).share == 0.0


def test_several_documents_count_each_of_their_items() -> None:
    one = coverage_of(parse_document(DOCUMENT))
    both = taken_together([one, one, coverage_of(parse_document(b""))])
    assert (both.enforced, both.needs_review, both.rules) == (4, 2, one.rules)
