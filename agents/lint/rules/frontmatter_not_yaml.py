r"""A value of the head is not YAML.

Why: a strict parser refuses the head with all its keys. Claude Code puts quotes around values of
one line and tries again; where that isn't enough the agent is gone without a word. The usual causes
are `: ` in a description without quotes, examples over several lines that are not indented, tabs,
and values that begin with `*`. For Cursor's own `globs: **/*` the finding is an info: Cursor takes
it, other readers of the file don't.

Bad:
    ---
    name: reviewer
    description: Reviews changes. Example: user says "review this"
    ---
    You review changes.
Good:
    ---
    name: reviewer
    description: "Reviews changes. Example: user says \"review this\""
    ---
    You review changes.
"""

from __future__ import annotations

from collections.abc import Iterator

from agents.document import Diagnostic, Document, DocumentKind
from agents.finding import Edit, Finding, Severity
from agents.lint.rule import HEADED, Report, Rule, Surroundings
from agents.lint.subject import Subject
from agents.location import Lines, Span
from agents.mending import mended
from agents.parse import parse_document

_CODE = "frontmatter-not-yaml"


def check(subject: Subject, surroundings: Surroundings) -> Iterator[Report]:
    """Report each value that the strict reading refused."""
    for diagnostic in subject.document.diagnostics:
        if diagnostic.code != _CODE:
            continue
        cursor = subject.kind is DocumentKind.CURSOR_RULE and subject.line(
            diagnostic.line
        ).startswith("globs:")
        yield RULE.at(
            subject,
            diagnostic.line,
            message=diagnostic.message,
            hint=diagnostic.hint,
            severity=Severity.INFO if cursor else None,
            edits=mend(subject, diagnostic),
        )


def mend(subject: Subject, diagnostic: Diagnostic) -> tuple[Edit, ...]:
    """Quote the value, or put it under `|-`, if every value then stays as it is read now."""
    document = subject.document
    for key, lines in document.frontmatter.keys.items():
        if diagnostic.line in lines:
            for edit in _ways(subject, key, lines):
                if _keeps_values(document, subject.where.as_posix(), edit):
                    return (edit,)
    return ()


def _ways(subject: Subject, key: str, lines: Lines) -> Iterator[Edit]:
    value = subject.document.frontmatter.values[key]
    first = subject.line(lines.start)
    start = first.find(":") + 1
    end = subject.offset(lines.end, len(subject.line(lines.end)))
    if not isinstance(value, str) or not value.strip():
        return
    if "\n" not in value and "\\" not in value:
        quoted = value.replace('"', '\\"')
        yield Edit(subject.offset(lines.start, start), end, f' "{quoted}"')
    indented = "\n".join(f"  {line}" if line.strip() else "" for line in value.split("\n"))
    yield Edit(subject.offset(lines.start, start), end, f" |-\n{indented}")


def _keeps_values(document: Document, filename: str, edit: Edit) -> bool:
    finding = Finding(_CODE, Severity.WARNING, filename, Span(1, 1, 1, 1), "", edits=(edit,))
    result, _ = mended(document.raw, [finding])
    after = parse_document(result, filename=filename)
    before, now = document.frontmatter, after.frontmatter
    same = dict(before.values) == dict(now.values) and list(before.values) == list(now.values)
    return same and _count(after) < _count(document)


def _count(document: Document) -> int:
    return sum(diagnostic.code == _CODE for diagnostic in document.diagnostics)


RULE = Rule(
    id=_CODE,
    severity=Severity.WARNING,
    category="head",
    kinds=HEADED,
    diagnostics=frozenset({_CODE}),
    check=check,
)
