"""A paragraph or a code example stands in the document twice.

Why: it costs its tokens twice, and a change to one of the two leaves the other as it was.

Bad:
    ```ts
    const rows = await ctx.db
      .query("tasks")
      .withIndex("by_owner", (q) => q.eq("owner", owner))
      .order("desc")
      .take(50);
    ```

    And again:

    ```ts
    const rows = await ctx.db
      .query("tasks")
      .withIndex("by_owner", (q) => q.eq("owner", owner))
      .order("desc")
      .take(50);
    ```
Good:
    ```ts
    const rows = await ctx.db
      .query("tasks")
      .withIndex("by_owner", (q) => q.eq("owner", owner))
      .order("desc")
      .take(50);
    ```
"""

from __future__ import annotations

from collections.abc import Iterator

from agents.finding import Severity
from agents.lint.rule import Report, Rule, Surroundings
from agents.lint.subject import Subject

FEWEST_CODE_LINES = 4
FEWEST_CHARACTERS = 160
"""Of a paragraph."""


def check(subject: Subject, surroundings: Surroundings) -> Iterator[Report]:
    """Report each later one of two equal blocks."""
    seen: dict[str, int] = {}
    for line, last, text in sorted(_blocks(subject)):
        first = seen.setdefault(text, line)
        if first != line:
            yield RULE.at(
                subject,
                line,
                message=f"lines {line} to {last} repeat what stands from line {first} on",
                hint="keep one of the two",
            )


def _blocks(subject: Subject) -> Iterator[tuple[int, int, str]]:
    for block in subject.document.code:
        if block.code.strip().count("\n") + 1 >= FEWEST_CODE_LINES:
            yield block.lines.start, block.lines.end, f"{block.language}\n{block.code.strip()}"
    start, parts = 0, list[str]()
    for number, text in (*subject.written, (len(subject.lines) + 1, "")):
        if text.strip() and (not parts or number == start + len(parts)):
            start = start if parts else number
            parts.append(text.strip())
            continue
        paragraph = "\n".join(parts)
        if len(paragraph) >= FEWEST_CHARACTERS:
            yield start, start + len(parts) - 1, paragraph
        start, parts = (number, [text.strip()]) if text.strip() else (0, [])


RULE = Rule(
    id="repeated-block",
    severity=Severity.INFO,
    category="content",
    check=check,
)
