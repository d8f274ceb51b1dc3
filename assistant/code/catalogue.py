"""All rules. A rule is there because its file is: nothing else has to be edited."""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from agents.errors import CodeCheckError
from agents.rulebook import RuleText, read_rule_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from assistant.code.rule import Rule

_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
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
    name = rule_id.replace("-", "_")
    rule: Rule = _module(name).RULE  # type: ignore[attr-defined]
    if rule.id != rule_id or not _ID.fullmatch(rule.id):
        raise ValueError(f"the rule in {name}.py calls itself {rule.id!r}")
    return rule


@cache
def rule_text(rule_id: str) -> RuleText:
    """What a rule says about itself. Raises CodeCheckError for an unknown id."""
    require_known([rule_id])
    return read_rule_text(_module(rule_id.replace("-", "_")).__doc__)


@cache
def category_of(rule_id: str) -> str:
    """The category of one rule, read from its file: importing it would load the whole model.

    Raises CodeCheckError for an unknown id.
    """
    require_known([rule_id])
    path = Path(__file__).parent / "rules" / f"{rule_id.replace('-', '_')}.py"
    found = _CATEGORY.search(path.read_text(encoding="utf-8"))
    if found is None:
        raise ValueError(f"the rule in {path.name} has no category")
    return found[1]


def require_known(ids: Iterable[str]) -> None:
    """Raise CodeCheckError where one of these is no rule's id."""
    from difflib import get_close_matches

    known = sorted({*rule_ids(), *ENGINE_RULES})
    for rule_id in ids:
        if rule_id not in known:
            near = get_close_matches(rule_id, known, n=1)
            raise CodeCheckError(
                f"there is no rule {rule_id!r}",
                hint=f"did you mean {near[0]}?" if near else "`convexpert rules` lists them",
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
    folder = Path(__file__).parent / "rules"
    names = (path.stem for path in folder.glob("*.py") if not path.stem.startswith("_"))
    return tuple(sorted(name.replace("_", "-") for name in names))


def _module(name: str) -> object:
    return import_module(f"assistant.code.rules.{name}")
