r"""A description spells its line breaks as `\n` outside double quotes.

Why: YAML keeps the backslash and the letter there. Claude Code turns them into breaks, other tools
show them as they are.

Bad:
    ---
    name: reviewer
    description: Reviews changes.\n\nUse after each commit.
    ---
    You review changes.
Good:
    ---
    name: reviewer
    description: |
      Reviews changes.

      Use after each commit.
    ---
    You review changes.
"""

from __future__ import annotations

from agents.finding import Severity
from agents.lint.rule import HEADED, Rule

RULE = Rule(
    id="frontmatter-literal-line-breaks",
    severity=Severity.INFO,
    category="head",
    kinds=HEADED,
    diagnostics=frozenset({"frontmatter-literal-line-breaks"}),
)
