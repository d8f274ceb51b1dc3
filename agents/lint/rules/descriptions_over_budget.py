"""The descriptions that are loaded together cost more than Claude Code takes without a warning.

Why: all of them are part of every conversation. From about 15,000 tokens on the client warns, and
the main agent has less room for the work.

Bad:
    >>> agents/a.md
    ---
    name: a
    description: Does this. ⟨15001 tokens⟩
    ---
    You do this.
Good:
    >>> agents/a.md
    ---
    name: a
    description: Does this.
    ---
    You do this.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from agents.document import DocumentKind
from agents.finding import Severity
from agents.lint.rule import Report, Rule, Surroundings
from agents.lint.subject import Subject
from agents.lint.tokens import estimated_tokens

MOST_TOKENS = 15_000


def check_all(surroundings: Surroundings) -> Iterator[Report]:
    """Report the longest description of each group that is over the budget."""
    groups: dict[str, list[tuple[int, Subject]]] = defaultdict(list)
    for subject in surroundings.subjects:
        if RULE.looks_at(subject) and subject.key_lines("description"):
            tokens = estimated_tokens(f"{subject.document.name}: {subject.document.description}")
            groups[subject.group].append((tokens, subject))
    for found in groups.values():
        total = sum(tokens for tokens, _ in found)
        if total <= MOST_TOKENS:
            continue
        most, longest = max(found, key=lambda one: (one[0], one[1].file))
        line, start, _ = longest.in_key("description", "")
        yield RULE.at(
            longest,
            line,
            start,
            start + len("description"),
            message=f"the {len(found)} descriptions in its folder cost about {total:,} tokens"
            f" together; this one, the longest, {most:,}",
            hint=f"Claude Code warns above {MOST_TOKENS:,}: shorten the long ones, or keep fewer",
        )


RULE = Rule(
    id="descriptions-over-budget",
    severity=Severity.INFO,
    category="budget",
    kinds=frozenset({DocumentKind.SUBAGENT}),
    claude_only=True,
    check_all=check_all,
)
