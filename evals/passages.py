"""Passages named so that they survive edits: by their document and their words or heading.

Line numbers go stale as soon as somebody inserts a line above; a quoted snippet stays where its
words stay, and where it is reworded its meaning is looked for (`evals.statements`). A passage that
is gone is an error of the case, not a low score.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from agents.document import Document
from agents.location import LineIndex, Lines
from agents.registry import AgentVersion
from evals.outcome import Json, PassageGone
from evals.statements import find_reworded
from evals.yaml_lines import Entry

MAX_GRADE = 3


@dataclass(frozen=True, slots=True)
class Passage:
    """Part of a document, or all of it where neither quote nor heading is given."""

    document: str
    """A handle, the path in its collection, or the file's name with or without its ending."""
    quote: str | None = None
    """Its exact words, save for the amount of white space between them."""
    heading: tuple[str, ...] | None = None
    """The last headings of a section's path, outermost first."""
    grade: int = MAX_GRADE
    """1 (helps) to 3 (answers)."""

    def __str__(self) -> str:
        if self.quote is not None:
            return f"{self.document}: “{_shortened(self.quote)}”"
        return f"{self.document}: {' > '.join(self.heading)}" if self.heading else self.document


@dataclass(frozen=True, slots=True)
class Place:
    """Where a passage stands now."""

    passage: Passage
    source: str
    """The handle of its document."""
    lines: tuple[Lines, ...]
    """Each of its occurrences, in order."""
    reworded: bool = False
    """Whether its exact words are gone, and this says the same in others."""

    def shown_by(self, source: str, lines: Lines) -> bool:
        """Whether these lines show a line of it."""
        return source == self.source and any(lines.overlaps(own) for own in self.lines)

    def __str__(self) -> str:
        at = ", ".join(f"{lines.start}-{lines.end}" for lines in self.lines)
        return f"{self.source}:{at}"


def passage_schema(*, graded: bool = False) -> Mapping[str, Json]:
    """The JSON Schema of a passage, for editors."""
    text: Mapping[str, Json] = {"type": "string", "minLength": 1}
    grade: Mapping[str, Json] = {"enum": list(range(1, MAX_GRADE + 1))}
    fields = {"document": text, "quote": text, "heading": text}
    return {
        "anyOf": [
            text,
            {
                "type": "object",
                "required": ["document"],
                "additionalProperties": False,
                "properties": {**fields, **({"grade": grade} if graded else {})},
            },
        ]
    }


def read_passage(entry: Entry, *, graded: bool = False) -> Passage:
    """A passage of a suite file: a document's name alone, or `document` with `quote` or `heading`.

    Raises SuiteError.
    """
    if isinstance(entry.value, str):
        return Passage(entry.text())
    table = entry.table()
    table.only("document", "quote", "heading", *(["grade"] if graded else []))
    quote, heading, grade = table.get("quote"), table.get("heading"), table.get("grade")
    if quote is not None and heading is not None:
        raise entry.wrong("named by `quote` or by `heading`, not by both")
    return Passage(
        document=table.need("document").text(),
        quote=quote.text() if quote is not None else None,
        heading=_heading(heading.text()) if heading is not None else None,
        grade=grade.integer(1, MAX_GRADE) if grade is not None else MAX_GRADE,
    )


def locate(passage: Passage, versions: Sequence[AgentVersion]) -> Place:
    """Where a passage stands in the documents under test.

    Raises PassageGone where the document, the quote (in these words or in others of the same
    meaning) or the heading is not there.
    """
    version = version_named(passage.document, versions)
    document = version.document
    reworded = False
    if passage.quote is not None:
        lines = _quoted(document, passage.quote)
        if not lines:
            lines = find_reworded(passage.quote, document)
            reworded = bool(lines)
    elif passage.heading is not None:
        lines = _headed(document, passage.heading)
    else:
        lines = (Lines(1, max(1, LineIndex(document.raw).line_count)),)
    if not lines:
        raise PassageGone(f"the passage is gone: {passage}")
    return Place(passage, version.handle, lines, reworded)


def is_under_test(name: str, versions: Sequence[AgentVersion]) -> bool:
    """Whether a document is called so, as `version_named` finds it."""
    return any(v.handle == name or name in _names(v.path) for v in versions)


def version_named(name: str, versions: Sequence[AgentVersion]) -> AgentVersion:
    """The document of that name, as `Passage.document` says. Raises PassageGone for none or two."""
    by_handle = [v for v in versions if v.handle == name]
    by_path = [v for v in versions if name in _names(v.path)]
    found = by_handle or by_path
    if not found:
        raise PassageGone(f"the document is not under test: {name}")
    if len(found) > 1:
        which = ", ".join(v.origin for v in found)
        raise PassageGone(f"several documents under test are called {name}: {which}")
    return found[0]


def _names(path: str) -> tuple[str, ...]:
    file = PurePosixPath(path)
    return (path, file.name, file.stem)


def _quoted(document: Document, quote: str) -> tuple[Lines, ...]:
    words = quote.split()
    # Each word is literal and the gaps are disjoint from them, so matching is linear.
    pattern = re.compile(rb"\s+".join(re.escape(word.encode()) for word in words))
    index = LineIndex(document.raw)
    return tuple(
        Lines(index.line_of(match.start()), index.line_of(match.end() - 1))
        for match in pattern.finditer(document.raw)
    )


def _headed(document: Document, heading: tuple[str, ...]) -> tuple[Lines, ...]:
    wanted = tuple(part.casefold() for part in heading)
    return tuple(
        section.lines
        for section in document.sections
        if tuple(part.casefold() for part in section.heading[-len(wanted) :]) == wanted
    )


def _heading(text: str) -> tuple[str, ...]:
    return tuple(" ".join(part.split()) for part in text.split(" > "))


def _shortened(text: str, width: int = 60) -> str:
    line = " ".join(text.split())
    return line if len(line) <= width else line[: width - 1] + "…"
