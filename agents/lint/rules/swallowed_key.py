"""A key of the head stands inside the description.

Why: the description goes on over the line that was to be a key of its own: the agent has no `tools`
or `model` then, and a description that ends with them.

Bad:
    ---
    name: reviewer
    description: >
      Reviews changes. Use after each commit.
      tools: Read, Grep
      model: haiku
    ---
    You review changes.
Good:
    ---
    name: reviewer
    description: >
      Reviews changes. Use after each commit.
    tools: Read, Grep
    model: haiku
    ---
    You review changes.
"""

from __future__ import annotations

from agents.finding import Severity
from agents.lint.rule import HEADED, Rule

RULE = Rule(
    id="swallowed-key",
    severity=Severity.WARNING,
    category="head",
    kinds=HEADED,
    diagnostics=frozenset({"frontmatter-swallowed-key"}),
)
