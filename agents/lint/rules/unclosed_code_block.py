"""A code block is never closed.

Why: all that follows becomes code: its headings, rules and lists are neither shown nor read as
such.

Bad:
    # Style

    ```ts
    const a = 1;

    - Never use `any`.
Good:
    # Style

    ```ts
    const a = 1;
    ```

    - Never use `any`.
"""

from __future__ import annotations

from agents.finding import Severity
from agents.lint.rule import Rule

RULE = Rule(
    id="unclosed-code-block",
    severity=Severity.WARNING,
    category="structure",
    diagnostics=frozenset({"code-unclosed"}),
)
