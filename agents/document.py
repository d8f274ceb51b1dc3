"""What a definition document consists of, as values. Reading them from bytes is `agents.parse`."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Literal

from agents.finding import Severity
from agents.location import Lines

YamlValue = None | bool | int | float | str | list["YamlValue"] | dict[str, "YamlValue"]


class Polarity(StrEnum):
    """Whether an item asks for something or forbids it."""

    DO = "do"
    DONT = "dont"


class DocumentKind(StrEnum):
    """What a document is to the tools that read it."""

    SUBAGENT = "subagent"
    """A role that a tool hands work to: a Claude Code subagent and its like."""
    SKILL = "skill"
    """A `SKILL.md`: called by its folder, loaded when its description fits."""
    CURSOR_RULE = "cursor-rule"
    """A Cursor rule (`.mdc`): applied by its globs, its description, or always."""
    RULE = "rule"
    """A rule of another tool that is applied to some files (`applyTo`, `paths`, `trigger`)."""
    INSTRUCTIONS = "instructions"
    """What holds for a whole folder: `AGENTS.md`, `CLAUDE.md`, `GEMINI.md` and their like."""
    COMMAND = "command"
    """A prompt that people call by its name."""
    OTHER = "other"
    """A text about the files beside it, such as a README."""


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """Something in a document that could not be taken as it stands, and how it was read."""

    code: str
    severity: Severity
    line: int
    """1-based, in the file as imported."""
    message: str
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class Frontmatter:
    """The YAML head of a document."""

    values: Mapping[str, YamlValue] = field(default_factory=lambda: MappingProxyType({}))
    keys: Mapping[str, Lines] = field(default_factory=lambda: MappingProxyType({}))
    """The lines on which each top-level key and its value stand."""
    lines: Lines | None = None
    """The whole head with both fences; None where the document has none."""
    strict: bool = True
    """False where it is not valid YAML and the tolerant reading was used."""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with all that stands below it, sub-sections included."""

    heading: tuple[str, ...]
    """Heading texts from the outermost to this one; empty for text before the first heading."""
    level: int
    """1 to 6; 0 for text before the first heading."""
    lines: Lines
    """From the heading to the last line before the next heading of this or a higher level."""
    own: Lines
    """From the heading to the last line before the next heading of any level."""


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    """A statement that prescribes something and that code or behaviour can be held to."""

    text: str
    """The statement's Markdown without its bullet, number, box or tick mark, on one line."""
    lines: Lines
    heading: tuple[str, ...]
    polarity: Polarity
    kind: Literal["bullet", "step", "task", "mark", "table", "sentence"]

    @property
    def line(self) -> int:
        """The 1-based line on which the item begins."""
        return self.lines.start


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """A fenced or indented code block."""

    language: str
    """The first word of the fence's info string in lower case, or the empty string."""
    info: str
    code: str
    """The code without fences and without the fence's indentation; line breaks are LF."""
    lines: Lines
    """With both fences."""
    first_code_line: int
    """The 1-based line on which `code` begins."""
    heading: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """One agent definition, with its exact bytes; everything else is a view with lines."""

    raw: bytes
    text: str
    """`raw` decoded, without a byte order mark, line breaks as in the file."""
    frontmatter: Frontmatter
    sections: tuple[Section, ...]
    checklist: tuple[ChecklistItem, ...]
    code: tuple[CodeBlock, ...]
    diagnostics: tuple[Diagnostic, ...]
    name: str
    """The frontmatter's `name`, else one made of the path: see `agents.kinds.name_from_path`."""
    description: str
    kind: DocumentKind = DocumentKind.SUBAGENT

    @property
    def digest(self) -> str:
        """SHA-256 of the exact bytes, in lower-case hexadecimal digits."""
        return digest_of(self.raw)


def digest_of(raw: bytes) -> str:
    """SHA-256 of a file's exact bytes, in lower-case hexadecimal digits."""
    return hashlib.sha256(raw).hexdigest()
