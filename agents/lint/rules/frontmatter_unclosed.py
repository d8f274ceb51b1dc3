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
    """Close the head after its last line, where a blank line follows or a fence is glued."""
    lines = subject.document.frontmatter.lines
    if lines is None:
        return ()
    following = subject.line(lines.end + 1)
    if following.startswith("---") and following[3:4] not in ("", "-"):
        return (subject.edit(lines.end + 1, 3, 3, "\n"),)
    if following.strip():
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
