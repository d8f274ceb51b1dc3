"""A first suite for somebody's own documents: what they say today, to be held to tomorrow.

Each section with checklist items or code becomes a case, each document one more for its outline,
its size and how it is loaded. Questions are for people to add: only they know what is asked.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from agents.document import Document, Section
from agents.location import LineIndex, Lines
from evals.kinds.document import KIND, DocumentTask, occurrences

if TYPE_CHECKING:
    from agents.registry import AgentVersion
    from evals.subject import Subject

HINT = "# yaml-language-server: $schema="
ROOM = 1.25
"""A document may grow by this before its budget is spent."""
MOST_MENTIONS = 100
"""Names for each section."""
MOST_ITEMS = 500
_ROUND = 100

_SLUG = re.compile(r"[^a-z0-9]+")
_SPAN = re.compile(r"`([^`\n]{1,200})`")
_CAMEL = re.compile(r"(?<![\w$])[A-Za-z][a-z0-9]{0,60}(?:[A-Z][a-z0-9]{0,60}){1,8}(?![\w$])")
_DOTTED = re.compile(r"(?<![\w$.])(?:ctx|v|q)\.[a-z][A-Za-z0-9]{0,60}(?![\w$])")
_REFERENCE = re.compile(r"(?<![\w$.])(?:internal|api)(?:\.[A-Za-z_$][\w$]{0,60}){2,5}(?![\w$])")
_METHOD = re.compile(r"(?<!\bv)(?<!\bq)(?<!\bctx)\.[a-z]{1,40}(?=\()")
_IMPORTED = re.compile(r"\bimport (?:type )?(?:[\w$]{1,60}, )?\{([^{}]{0,4000})\}")
_RENAMED = re.compile(r" as [\w$]{1,60}")
_CALLED = re.compile(rf"{_CAMEL.pattern}(?=\()")


def starter_suite(
    subject: Subject, *, agents: Sequence[str], description: str, schema: str, header: str = ""
) -> str:
    """The text of a suite that these documents pass as they are.

    `agents` and `schema`, the file of the JSON Schema, are relative to where the suite will lie.
    """
    lines = [
        f"{HINT}{schema}",
        *(f"# {line}".rstrip() for line in header.splitlines()),
        f"description: {_quoted(description)}",
        f"agents: [{', '.join(_quoted(name) for name in agents)}]",
        "thresholds: {pass_rate: 1}",
        "",
        "cases:",
    ]
    used: set[str] = set()
    for version in subject.versions:
        name = _name(version, subject.versions)
        lines += _whole(version, name, subject, used)
        for section in version.document.sections:
            lines += _section(version, name, section, used)
    return "\n".join(lines) + "\n"


def _name(version: AgentVersion, versions: Sequence[AgentVersion]) -> str:
    """What the suite calls a document, so that it is also found alone and beside others.

    Where several documents say the same name, a handle depends on which of them are there: then
    the file's name, or its path where that is taken, too.
    """
    if sum(other.name == version.name for other in versions) == 1:
        return version.handle
    stem = PurePosixPath(version.path).stem
    called = [v for v in versions if v.handle == stem or PurePosixPath(v.path).stem == stem]
    return stem if called == [version] else version.path


def _whole(version: AgentVersion, name: str, subject: Subject, used: set[str]) -> Iterator[str]:
    from assistant.code.enforced import coverage_of

    document = version.document
    budget = _budget(document)
    lint = DocumentTask(name, lint=True)
    found = KIND.run(lint, subject).missed
    ignored = sorted({line.removeprefix("lint: ").split(" ", 1)[0] for line in found})
    loads = not KIND.run(replace(lint, lint=False, loads=True), subject).missed
    yield from _head(_id(f"{name}-whole", used), name)
    yield f"    max_tokens: {budget}"
    yield "    lint: clean"
    if ignored:
        yield f"    lint_ignore: [{', '.join(ignored)}]"
    if loads:
        yield "    loads: true"
    headings = [section.heading[-1] for section in document.sections if section.heading]
    if headings:
        yield "    sections:"
        yield from (f"      - {_quoted(title)}" for title in headings)
    rules = coverage_of(document).rules
    if rules:
        yield "    rules:"
        yield from (f"      - {rule}" for rule in rules)
    yield ""


def _section(version: AgentVersion, name: str, section: Section, used: set[str]) -> Iterator[str]:
    if not section.heading:
        return
    document = version.document
    items = [item.text for item in document.checklist if section.own.overlaps(item.lines)]
    mentions = _mentions(document, section.own)
    if not items and not mentions:
        return
    title = " > ".join(section.heading[-2:])
    if sum(_path(one)[-2:] == _path(section)[-2:] for one in document.sections) > 1:
        title = " > ".join(section.heading)
    yield from _head(_id(f"{name}-{section.heading[-1]}", used), name)
    yield f"    section: {_quoted(title)}"
    if items:
        yield "    items:"
        yield from (f"      - {_quoted(text)}" for text in items[:MOST_ITEMS])
    if mentions:
        named = ", ".join(f"{_quoted(name)}: {count}" for name, count in mentions)
        yield f"    mentions: {{{named}}}"
    yield ""


def _path(section: Section) -> tuple[str, ...]:
    return tuple(part.casefold() for part in section.heading)


def _head(id_: str, document: str) -> Iterator[str]:
    yield f"  - id: {id_}"
    yield "    kind: document"
    yield f"    document: {_quoted(document)}"


def _budget(document: Document) -> int:
    from agents.lint.tokens import estimated_tokens

    return -(-round(estimated_tokens(document.text) * ROOM) // _ROUND) * _ROUND


def _mentions(document: Document, lines: Lines) -> list[tuple[str, int]]:
    """The names of code that stand there, as often as they do; the most frequent ones."""
    text = LineIndex(document.raw).cut(lines).decode("utf-8", "replace")
    code = [block.code for block in document.code if lines.overlaps(block.lines)]
    spans = _SPAN.findall(text)
    names: Counter[str] = Counter()
    for piece in (*spans, *code):
        patterns = (_CAMEL if piece in spans else _CALLED, _DOTTED, _REFERENCE, _METHOD)
        for pattern in patterns:
            names.update(pattern.findall(piece))
        for imported in _IMPORTED.findall(piece):
            # Words such as `query` are also those of the text, which may be reworded.
            names.update(_CAMEL.findall(_RENAMED.sub("", imported)))
    counted = [(name, count) for name in names if (count := occurrences(name, text))]
    return sorted(counted, key=lambda one: (-one[1], one[0]))[:MOST_MENTIONS]


def _id(text: str, used: set[str]) -> str:
    base = _SLUG.sub("-", text.casefold()).strip("-")[:70] or "case"
    id_ = next(
        candidate
        for candidate in (base, *(f"{base}-{n}" for n in range(2, 10_000)))
        if candidate not in used
    )
    used.add(id_)
    return id_


def _quoted(text: str) -> str:
    """As YAML reads it back; what it takes for a control character becomes an escape."""
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(
        sign if sign.isprintable() or sign == " " else json.dumps(sign)[1:-1] for sign in quoted
    )
