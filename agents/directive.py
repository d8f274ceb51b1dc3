"""The text of a directive that silences findings, whatever kind of comment it stands in."""

from __future__ import annotations

import re
from dataclasses import dataclass

WORD = "convexpert-ignore"
"""What every directive begins with."""
_DIRECTIVE = re.compile(rf"^\s*{WORD}(-file)?\b(.*)$", re.DOTALL)
_REASON = re.compile(r"\s--\s.*|\s--$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class DirectiveText:
    """`convexpert-ignore[-file] RULE[, RULE] [-- reason]`."""

    whole_file: bool
    rules: frozenset[str]
    """As they are written; empty where it names none."""


def read_directive(comment: str) -> DirectiveText | None:
    """What a comment's inner text silences; None where it is no directive."""
    found = _DIRECTIVE.match(comment)
    if found is None:
        return None
    return DirectiveText(found[1] is not None, listed_rules(found[2], separators=r"[,\s]+"))


def listed_rules(text: str, *, separators: str) -> frozenset[str]:
    """The names of a list that a reason may follow; `separators` is a regular expression."""
    listed = _REASON.sub("", f" {text}")
    return frozenset(name.strip() for name in re.split(separators, listed) if name.strip())
