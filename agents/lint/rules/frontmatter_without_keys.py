"""What stands between the first `---` lines is no head.

Why: the tool finds no keys there, so the document has neither name nor description.

Bad:
    ---
    Reviews changes after each commit
    ---
    You review changes.
Good:
    ---
    name: reviewer
    description: Reviews changes. Use after each commit.
    ---
    You review changes.
"""

from __future__ import annotations

from agents.finding import Severity
from agents.lint.rule import HEADED, Rule

RULE = Rule(
    id="frontmatter-without-keys",
    severity=Severity.WARNING,
    category="head",
    kinds=HEADED,
    diagnostics=frozenset({"frontmatter-without-keys"}),
)
