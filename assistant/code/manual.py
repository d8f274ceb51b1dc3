"""What the catalogue says about rules, for reports that carry a list of them."""

from __future__ import annotations

from collections.abc import Iterable

from agents.finding import Severity
from agents.reporters import AboutRule
from agents.rulebook import RuleText
from assistant.code.catalogue import load_rule, rule_text

_ENGINE = {
    "syntax-error": (
        Severity.ERROR,
        "The file can't be read as TypeScript.",
        "What doesn't parse isn't checked; the rest of the project is.",
    ),
    "unused-directive": (
        Severity.INFO,
        "A comment that silences a rule silences nothing.",
        "It is left over from code that was mended, or names no rule, and hides later findings.",
    ),
    "model-review": (
        Severity.INFO,
        "A chat model finds that the code breaks an item that no rule decides.",
        "Only with `--review`. The quoted code is there; whether it breaks the item is a model's"
        " opinion.",
    ),
}


def about_rules(ids: Iterable[str]) -> dict[str, AboutRule]:
    """The rules of these ids, in their order. Raises CodeCheckError for an unknown id."""
    return {rule_id: _about(rule_id) for rule_id in ids}


def _about(rule_id: str) -> AboutRule:
    if rule_id in _ENGINE:
        severity, summary, why = _ENGINE[rule_id]
        return AboutRule(rule_id, severity, "layout", RuleText(summary, why, "", "", "", ""))
    rule = load_rule(rule_id)
    return AboutRule(rule_id, rule.severity, rule.category, rule_text(rule_id))
