"""A rule as JSON shows it: `convexpert rules --json`, and the tools for other programs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from agents.finding import DocumentedBy
from assistant.code.catalogue import load_rule, rule_text


def rule_summary(rule_id: str) -> dict[str, Any]:
    """One entry of the list of rules. Raises CodeCheckError for an unknown id."""
    rule = load_rule(rule_id)
    return {
        "id": rule.id,
        "severity": rule.severity.value,
        "category": rule.category,
        "peer": rule.peer,
        "summary": rule_text(rule_id).summary,
    }


def rule_manual(rule_id: str, documented_by: Iterable[DocumentedBy]) -> dict[str, Any]:
    """All about one rule, with the items that ask for it. Raises CodeCheckError as above."""
    text = rule_text(rule_id)
    return {
        **rule_summary(rule_id),
        "why": text.why,
        "silent_when": text.silent_when,
        "bad": text.bad,
        "good": text.good,
        "documented_by": [item.as_json() for item in documented_by],
    }
