"""The text of a rule, read from the docstring of the module that holds it.

The first paragraph is the summary. Sections follow, each begun by its name and a colon at the
margin: `Why`, `Silent when`, `Bad`, `Good`, `Intent`. What belongs to a section stands on the same
line or indented below it:

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
from textwrap import dedent

SECTIONS = ("Why", "Silent when", "Bad", "Good", "Intent")
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
