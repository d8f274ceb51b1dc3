"""A code block is indented so far that Markdown takes it for text.

Why: readers that follow Markdown by the letter show the fence as three backticks and the code as
one paragraph.

Bad:
    - Write it so:
            ```ts
            const a = 1;
            ```
Good:
    - Write it so:
      ```ts
      const a = 1;
      ```
"""

from __future__ import annotations

from agents.finding import Severity
from agents.lint.rule import Rule

RULE = Rule(
    id="code-block-too-far-in",
    severity=Severity.INFO,
    category="structure",
    diagnostics=frozenset({"code-too-far-in"}),
)
