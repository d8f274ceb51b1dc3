"""The head has no closing `---`.

Why: to a tool the head then has no end: it drops the file, or takes the whole text as its body and
knows neither name nor description.

Bad:
    ---
    name: reviewer
    description: Reviews changes. Use after each commit.

    You review changes.
Good:
    ---
    name: reviewer
    description: Reviews changes. Use after each commit.
    ---

    You review changes.
"""

from __future__ import annotations

from agents.document import Diagnostic
from agents.finding import Edit, Severity
from agents.lint.rule import HEADED, Rule
from agents.lint.subject import Subject


def mend(subject: Subject, diagnostic: Diagnostic) -> tuple[Edit, ...]:
    """Close the head after its last line, where a blank line follows."""
    lines = subject.document.frontmatter.lines
    if lines is None or subject.line(lines.end + 1).strip():
        return ()
    end = lines.end
    return (subject.edit(end, len(subject.line(end)), len(subject.line(end)), "\n---"),)


RULE = Rule(
    id="frontmatter-unclosed",
    severity=Severity.ERROR,
    category="head",
    kinds=HEADED,
    diagnostics=frozenset({"frontmatter-unclosed"}),
    mend=mend,
)
