"""All rules over documents. A rule is there because its file is: nothing else is to be edited."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from agents.errors import LintError, did_you_mean
from agents.finding import Severity
from agents.reporters.report import AboutRule
from agents.rulebook import RuleText, ids_of_rules, import_rule, read_rule_text, rule_module

if TYPE_CHECKING:
    from agents.lint.rule import Rule
    from agents.settings import LintSettings

_PACKAGE = "agents.lint.rules"
_FOLDER = Path(__file__).with_name("rules")
_ENGINE = {
    "unreadable-document": AboutRule(
        "unreadable-document",
        Severity.ERROR,
        "head",
        RuleText(
            "The file can't be read as a document.",
            "It is no text in UTF-8, or far larger than anything a model should be given.",
            *("", "", "", ""),
        ),
        "markdown",
    ),
    "unused-directive": AboutRule(
        "unused-directive",
        Severity.INFO,
        "structure",
        RuleText(
            "A comment that silences a rule silences nothing.",
            "It is left over from text that was mended, or names no rule, and hides later"
            " findings.",
            *("", "", "", ""),
        ),
        "markdown",
    ),
}
ENGINE_RULES = frozenset(_ENGINE)
"""What the engine itself reports."""


@cache
def catalogue() -> Mapping[str, Rule]:
    """All rules by id, sorted. A module whose name begins with `_` holds helpers, not a rule."""
    return MappingProxyType({rule_id: load_rule(rule_id) for rule_id in rule_ids()})


@cache
def load_rule(rule_id: str) -> Rule:
    """One rule, without importing the others. Raises LintError for an unknown id."""
    require_known([rule_id])
    rule: Rule = import_rule(_PACKAGE, rule_id)
    return rule


@cache
def rule_text(rule_id: str) -> RuleText:
    """What a rule says about itself. Raises LintError for an unknown id."""
    require_known([rule_id])
    if rule_id in _ENGINE:
        return _ENGINE[rule_id].text
    return read_rule_text(rule_module(_PACKAGE, rule_id).__doc__)


def about_rules(ids: Iterable[str]) -> dict[str, AboutRule]:
    """The rules of these ids, for reports that list them. Raises LintError for an unknown id."""
    return {rule_id: _about(rule_id) for rule_id in ids}


def require_known(ids: Iterable[str]) -> None:
    """Raise LintError where one of these is no rule's id."""
    known = sorted({*rule_ids(), *ENGINE_RULES})
    for rule_id in ids:
        if rule_id not in known:
            raise LintError(
                f"there is no lint rule {rule_id!r}",
                hint=did_you_mean(rule_id, known, "`convexpert agents lint --rules` lists them"),
            )


def require_known_in(settings: LintSettings, source: Path | None) -> None:
    """Raise LintError, with the settings' file, where settings name a rule that isn't there."""
    try:
        require_known([*settings.select, *settings.ignore, *settings.severity])
    except LintError as error:
        where = None if source is None else str(source)
        raise LintError(error.message, hint=error.hint, path=where) from error


@cache
def rule_ids() -> tuple[str, ...]:
    """The ids of all rules, sorted, without importing them."""
    return ids_of_rules(_FOLDER)


def _about(rule_id: str) -> AboutRule:
    if rule_id in _ENGINE:
        return _ENGINE[rule_id]
    rule = load_rule(rule_id)
    return AboutRule(rule_id, rule.severity, rule.category, rule_text(rule_id), "markdown")
