"""An example in a description is not closed, or holds nobody's words.

Why: the main agent reads `<example>` blocks as conversations. One that isn't closed swallows what
follows; one without a line of a user or an assistant shows nothing.

Bad:
    ---
    name: reviewer
    description: |
      Reviews changes. Use after each commit.
      <example>
      user: "Look at this commit"
      <commentary>
      Something was committed.
      </commentary>
    ---
    You review changes.
Good:
    ---
    name: reviewer
    description: |
      Reviews changes. Use after each commit.
      <example>
      user: "Look at this commit"
      <commentary>
      Something was committed.
      </commentary>
      </example>
    ---
    You review changes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from agents.document import DocumentKind
from agents.finding import Severity
from agents.lint.rule import Report, Rule, Surroundings
from agents.lint.subject import Subject

_TAGS = re.compile(r"<(/?)(example|commentary)>")
_SPEAKER = re.compile(
    r"(?:\b(?:user|assistant|human|context|request|query|agent)\b[^\n:]{0,40}:|<\w*(?:user|request|assistant)\w*>|\"|“|→|->)",
    re.IGNORECASE,
)


def check(subject: Subject, surroundings: Surroundings) -> Iterator[Report]:
    """Report tags that don't match, and examples without a conversation."""
    text = subject.document.description
    if "<" not in text or not subject.key_lines("description"):
        return
    for words, message, hint in _faults(text):
        line, start, end = subject.in_key("description", words)
        if subject.line(line)[start:end] != words:
            lines = subject.key_lines("description")
            places = range(lines.start, lines.end + 1) if lines else ()
            line = next((n for n in places if words in subject.line(n)), line)
            start = max(subject.line(line).find(words), 0)
            end = start + len(words)
        yield RULE.at(subject, line, start, end, message=message, hint=hint)


def _faults(text: str) -> Iterator[tuple[str, str, str]]:
    opened: list[tuple[str, int]] = []
    for found in _TAGS.finditer(text):
        closing, name = bool(found[1]), found[2]
        if not closing:
            if any(other == name for other, _ in opened):
                yield (
                    f"<{name}>",
                    f"`<{name}>` opens before the one above is closed",
                    (f"write `</{name}>` before it"),
                )
                opened = [one for one in opened if one[0] != name]
            opened.append((name, found.end()))
            continue
        start = next((place for other, place in reversed(opened) if other == name), None)
        if start is None:
            yield f"</{name}>", f"`</{name}>` closes nothing", "remove it, or open it before"
            continue
        if name == "example" and not _SPEAKER.search(text[start : found.start()]):
            yield (
                "<example>",
                "the example holds no line of a user or an assistant",
                ('write `user: "…"` and `assistant: "…"` in it'),
            )
        while opened and opened.pop()[0] != name:
            pass
    for name, _ in opened:
        yield f"<{name}>", f"`<{name}>` is never closed", f"write `</{name}>` where it ends"


RULE = Rule(
    id="malformed-example",
    severity=Severity.WARNING,
    category="delegation",
    kinds=frozenset({DocumentKind.SUBAGENT, DocumentKind.SKILL}),
    check=check,
)
