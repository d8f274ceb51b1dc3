"""Rules as modules of a package: which there are, and what each says about itself.

The text is the docstring of the module. Its first paragraph is the summary. Sections follow, each
begun by its name and a colon at the margin: `Why`, `Silent when`, `Bad`, `Good`, `Intent`. What
belongs to a section stands on the same line or indented below it:

    Server code starts a timer that nobody waits for.

    Why: the answer is sent before the timer fires.
    Silent when: the callee is a member.

    Bad:
        setTimeout(() => save(x), 50);
    Good:
        await ctx.scheduler.runAfter(50, internal.x.save, { x });

    Intent:
        scheduler & against timer | setTimeout;
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from textwrap import dedent
from types import ModuleType
from typing import Any

SECTIONS = ("Why", "Silent when", "Bad", "Good", "Intent")
_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_HEAD = re.compile(r"^(Why|Silent when|Bad|Good|Intent):[ \t]*(.*)$")


@dataclass(frozen=True, slots=True)
class RuleText:
    """What a rule says about itself."""

    summary: str
    why: str
    silent_when: str
    """Empty where the rule has no exceptions."""
    bad: str
    """Code that the rule flags; several files are separated by `// path` comments."""
    good: str
    intent: str
    """How documents ask for the rule, on one line, in the notation of the code check's intents."""


def ids_of_rules(folder: Path) -> tuple[str, ...]:
    """The ids of the rules in a package's folder, sorted, without importing them.

    A module whose name begins with `_` holds helpers, not a rule.
    """
    names = (path.stem for path in folder.glob("*.py") if not path.stem.startswith("_"))
    return tuple(sorted(name.replace("_", "-") for name in names))


def rule_module(package: str, rule_id: str) -> ModuleType:
    """The module of a package that holds a rule."""
    return import_module(f"{package}.{rule_id.replace('-', '_')}")


def import_rule(package: str, rule_id: str) -> Any:
    """The `RULE` of that rule's module. Raises ValueError where it calls itself otherwise."""
    module = rule_module(package, rule_id)
    if module.RULE.id != rule_id or not _ID.fullmatch(rule_id):
        raise ValueError(f"the rule in {module.__name__} calls itself {module.RULE.id!r}")
    return module.RULE


def read_rule_text(docstring: str | None) -> RuleText:
    """Read a rule module's docstring.

    Raises ValueError where there is none or a section stands twice; a section that is missing is
    an empty text.
    """
    if not docstring or not docstring.strip():
        raise ValueError("the rule's module has no docstring")
    summary: list[str] = []
    sections: dict[str, list[str]] = {}
    current = summary
    for line in docstring.expandtabs(4).splitlines():
        head = _HEAD.match(line)
        if head is None:
            current.append(line)
            continue
        if head[1] in sections:
            raise ValueError(f"the section {head[1]!r} stands twice")
        current = sections[head[1]] = [head[2]]
    return RuleText(
        summary=_prose(summary),
        why=_prose(sections.get("Why", [])),
        silent_when=_prose(sections.get("Silent when", [])),
        bad=_code(sections.get("Bad", [])),
        good=_code(sections.get("Good", [])),
        intent=_prose(sections.get("Intent", [])),
    )


def _prose(lines: list[str]) -> str:
    return " ".join(" ".join(lines).split())


def _code(lines: list[str]) -> str:
    """The code of a section; what stands on the section's own line counts as its first line."""
    if not lines:
        return ""
    first, rest = lines[0].strip(), dedent("\n".join(lines[1:])).strip("\n")
    return "\n".join(part for part in (first, rest.rstrip()) if part)
