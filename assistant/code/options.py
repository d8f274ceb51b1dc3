"""What a check looks for, and which rules that makes run."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from agents.finding import DocumentedBy, Severity
from assistant.code.catalogue import load_rule, require_known, rule_ids

if TYPE_CHECKING:
    from assistant.code.engine import ActiveRules


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """What to check for."""

    select: tuple[str, ...] = ()
    """Rule ids to run; empty means all that are not off."""
    ignore: tuple[str, ...] = ()
    severity: Mapping[str, Severity] = field(default_factory=dict)
    """Severity by rule id, in place of the rule's default."""
    minimum: Severity = Severity.INFO
    """Findings below this are left out; `off` leaves out all."""
    small_tables: frozenset[str] = frozenset()
    """Tables that are small enough to be read whole."""
    documentation: Mapping[str, tuple[DocumentedBy, ...]] = field(default_factory=dict)
    """The checklist items that ask for a rule, by rule id."""
    only_documented: bool = False
    """Run only rules that `documentation` names: the code is held to certain agents."""
    review: tuple[DocumentedBy, ...] = ()
    """The items that need judgement, handed on into the report."""
    handles: Mapping[str, str] = field(default_factory=dict)
    """The agent that a document is, by the SHA-256 of its bytes: its own items come first."""

    @property
    def deciding(self) -> CheckOptions:
        """Only what decides which findings a file has, in a form that pickles."""
        documented = {rule: items[:1] for rule, items in self.documentation.items() if items}
        return CheckOptions(
            select=self.select,
            ignore=self.ignore,
            severity=dict(self.severity),
            small_tables=self.small_tables,
            documentation=documented if self.only_documented else {},
            only_documented=self.only_documented,
        )

    @property
    def digest(self) -> str:
        """A digest of all in it that decides which findings a file has."""
        documented = sorted(i for i, items in self.documentation.items() if items)
        deciding = (
            sorted(self.select),
            sorted(self.ignore),
            sorted((rule, severity.value) for rule, severity in self.severity.items()),
            sorted(self.small_tables),
            documented if self.only_documented else None,
        )
        return hashlib.blake2b(repr(deciding).encode(), digest_size=16).hexdigest()


def small_tables_of(options: Iterable[CheckOptions]) -> frozenset[str]:
    """The tables that any of these options calls small: a project is read once for all of them."""
    return frozenset[str]().union(*(one.small_tables for one in options))


def require_known_ids(options: CheckOptions) -> None:
    """Raise CodeCheckError where the options name a rule that isn't there."""
    require_known([*options.select, *options.ignore, *options.severity])


def active_rules(options: CheckOptions) -> ActiveRules:
    """The rules that these options let run. Raises CodeCheckError for an unknown id."""
    from assistant.code.engine import ActiveRules

    require_known_ids(options)
    rules = []
    chosen_ids = [i for i in rule_ids() if i in options.select] if options.select else rule_ids()
    for rule in map(load_rule, chosen_ids):
        severity = options.severity.get(rule.id, rule.severity)
        by_default = severity is not Severity.OFF or (
            rule.in_components is not None and rule.id not in options.severity
        )
        chosen = bool(options.select) or by_default
        if options.only_documented and not options.documentation.get(rule.id):
            chosen = False
        if chosen and rule.id not in options.ignore:
            rules.append(rule)
    severity_map = {
        rule_id: severity
        for rule_id, severity in options.severity.items()
        # Selecting a rule by name switches it on, whatever the settings say.
        if not (severity is Severity.OFF and rule_id in options.select)
    }
    return ActiveRules(
        tuple(rules),
        severity=severity_map,
        selected=frozenset(options.select),
        known=frozenset(rule_ids()),
    )
