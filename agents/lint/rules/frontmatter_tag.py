"""A value of the head carries a YAML tag.

Why: tags ask a parser to build something other than text; readers of agents ignore them or refuse
the head, and some YAML libraries run code for them.

Bad:
    ---
    name: reviewer
    description: !note Reviews changes. Use after each commit.
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
    id="frontmatter-tag",
    severity=Severity.WARNING,
    category="head",
    kinds=HEADED,
    diagnostics=frozenset({"frontmatter-tag"}),
)
