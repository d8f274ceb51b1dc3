"""A document is so long that it crowds out the work.

Why: the whole text is given to the model at the start of every call. What comes late in a long text
is followed less, and each call costs it again.

Bad:
    You review changes. ⟨12100 tokens⟩
Good:
    You review changes.
"""

from __future__ import annotations

from collections.abc import Iterator

from agents.document import DocumentKind
from agents.finding import Severity
from agents.lint.rule import Report, Rule, Surroundings
from agents.lint.subject import Subject
from agents.lint.tokens import estimated_tokens

MOST_TOKENS = {
    DocumentKind.SUBAGENT: 12_000,
    DocumentKind.SKILL: 5_000,
    DocumentKind.CURSOR_RULE: 5_000,
    DocumentKind.RULE: 5_000,
    DocumentKind.INSTRUCTIONS: 10_000,
    DocumentKind.COMMAND: 8_000,
}
"""By kind. A skill's is what its format recommends; `CLAUDE.md` is what the client warns of (40,000
characters); a subagent's is one in sixteen of a context of 200,000; the others lie between."""


def check(subject: Subject, surroundings: Surroundings) -> Iterator[Report]:
    """Report a body over its kind's budget."""
    most = MOST_TOKENS.get(subject.kind)
    text = "\n".join(subject.lines[subject.body_start - 1 :])
    if most is None or len(text) < most:
        return
    tokens = estimated_tokens(text)
    if tokens > most:
        yield RULE.at(
            subject,
            subject.first_text_line,
            message=f"the body has about {tokens:,} tokens",
            hint=f"keep it under {most:,}; move what is needed now and then into files or skills",
        )


RULE = Rule(
    id="long-body",
    severity=Severity.INFO,
    category="budget",
    check=check,
)
