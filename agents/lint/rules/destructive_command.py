"""A command deletes all that can be reached.

Why: an agent that follows the document runs it. `rm -rf` on a root, a home or an unset variable
can't be taken back.
Silent when: the line, or the one above it, forbids the command or speaks of stopping it.

Bad:
    ```bash
    rm -rf ~/
    ```
Good:
    ```bash
    rm -rf ./dist
    ```
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from agents.finding import Severity
from agents.lint.rule import PROMPTS, Report, Rule, Surroundings
from agents.lint.rules._instructions import SPEAKS_OF_IT
from agents.lint.subject import Subject

_RUINS = re.compile(
    r"\brm\s+(?:-[a-zA-Z]+\s+|--[a-z-]+\s+)*-[a-zA-Z]*[rR][a-zA-Z]*\s+(?:-[a-zA-Z-]+\s+)*[\"']?"
    r"(?:/\*?|~/?\*?|\$HOME/?\*?|/(?:etc|usr|var|home|bin|lib|boot|opt)/?\*?)[\"']?(?=\s|$|[;&|`)\"'])"
    r"|\bdd\s+if=/dev/(?:zero|u?random)\s[^\n]{0,80}\bof=/dev/(?:sd|nvme|disk|hd)"
    r"|:\(\)\s*\{\s*:\|:&\s*\}\s*;\s*:"
)
_FORBIDS = re.compile(
    r"\b(?:never|don['’]t|do not|not|no|avoid|forbidden|dangerous|destructive|deny|denied|warn\w*"
    r"|danger|unsafe|hooks?|validat\w*|should|block(?:s|ed)?|grep|regex|catastroph\w*)\b|❌|🚫",
    re.IGNORECASE,
)


def check(subject: Subject, surroundings: Surroundings) -> Iterator[Report]:
    """Report commands in code blocks and in backticks."""
    for number in range(subject.body_start, len(subject.lines) + 1):
        text = subject.line(number)[:4_000]
        found = _RUINS.search(text)
        if found is None:
            continue
        around = " ".join(subject.line(n) for n in range(max(1, number - 4), number + 1))
        if not _FORBIDS.search(around) and not SPEAKS_OF_IT.search(around):
            yield RULE.at(
                subject,
                number,
                found.start(),
                found.end(),
                message=f"`{' '.join(found[0].split())}` deletes what can't be brought back",
                hint="name the one folder that is meant",
            )


RULE = Rule(
    id="destructive-command",
    severity=Severity.ERROR,
    category="security",
    kinds=PROMPTS,
    check=check,
)
