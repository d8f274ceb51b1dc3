"""All rules. A rule is there because its file is: nothing else has to be edited."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from agents.errors import CodeCheckError, did_you_mean
from agents.rulebook import RuleText, ids_of_rules, import_rule, read_rule_text, rule_module

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from assistant.code.rule import Rule

_PACKAGE = "assistant.code.rules"
_FOLDER = Path(__file__).with_name("rules")
_CATEGORY = re.compile(r'^    category="(\w+)",$', re.MULTILINE)
ENGINE_RULES = frozenset({"syntax-error", "unused-directive"})
"""What the engine itself reports."""


@cache
def catalogue() -> Mapping[str, Rule]:
    """All rules by id, sorted. A module whose name begins with `_` holds helpers, not a rule."""
    return MappingProxyType({rule_id: load_rule(rule_id) for rule_id in rule_ids()})


@cache
def load_rule(rule_id: str) -> Rule:
    """One rule, without importing the others. Raises CodeCheckError for an unknown id."""
    require_known([rule_id])
    rule: Rule = import_rule(_PACKAGE, rule_id)
    return rule


@cache
def rule_text(rule_id: str) -> RuleText:
    """What a rule says about itself. Raises CodeCheckError for an unknown id."""
    require_known([rule_id])
    return read_rule_text(rule_module(_PACKAGE, rule_id).__doc__)


@cache
def category_of(rule_id: str) -> str:
    """The category of one rule, read from its file: importing it would load the whole model.

    Raises CodeCheckError for an unknown id.
    """
    require_known([rule_id])
    path = _FOLDER / f"{rule_id.replace('-', '_')}.py"
    found = _CATEGORY.search(path.read_text(encoding="utf-8"))
    if found is None:
        raise ValueError(f"the rule in {path.name} has no category")
    return found[1]


def require_known(ids: Iterable[str]) -> None:
    """Raise CodeCheckError where one of these is no rule's id."""
    known = sorted({*rule_ids(), *ENGINE_RULES})
    for rule_id in ids:
        if rule_id not in known:
            raise CodeCheckError(
                f"there is no rule {rule_id!r}",
                hint=did_you_mean(rule_id, known, "`convexpert rules` lists them"),
            )


def require_known_in(source: Path | None, ids: Iterable[str]) -> None:
    """As `require_known`, with the file that names them in the error."""
    try:
        require_known(ids)
    except CodeCheckError as error:
        where = None if source is None else str(source)
        raise CodeCheckError(error.message, hint=error.hint, path=where) from error


@cache
def rule_ids() -> tuple[str, ...]:
    """The ids of all rules, sorted, without importing them."""
    return ids_of_rules(_FOLDER)
