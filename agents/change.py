"""What a comparison of two documents finds, as values; `agents.diff` makes them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from agents.document import ChecklistItem, CodeBlock, Document, Section, YamlValue
from agents.location import Lines


class Change(StrEnum):
    """What happened to a part of a document; a part can have moved and been reworded at once."""

    ADDED = "added"
    REMOVED = "removed"
    RENAMED = "renamed"
    """A section has another title."""
    MOVED = "moved"
    """It stands below another section, or in another order among its neighbours."""
    CHANGED = "changed"
    """A field's value, a code example, or the text of a section that is neither item nor code."""
    REWORDED = "reworded"
    """An item says it in other words."""
    RESTYLED = "restyled"
    """The words are the same, marks, punctuation or indentation are not."""
    REVERSED = "reversed"
    """An item forbids what it asked for, or asks for what it forbade."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A frontmatter field that is not as it was."""

    field: str
    changes: tuple[Change, ...]
    before: YamlValue
    """None where the field was added, or was empty."""
    after: YamlValue
    """None where the field was removed, or is empty."""
    before_lines: Lines | None
    after_lines: Lines | None
    gained: tuple[str, ...] = ()
    """Of a list (of tools, say): the entries that are new, in their order."""
    lost: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SectionChange:
    """A section that is not as it was; what its sub-sections say is told of them."""

    changes: tuple[Change, ...]
    before: Section | None
    after: Section | None
    likeness: float
    """Of both texts, 0 to 1; 1 where only its place or title changed, 0 where one is missing."""
    lines_added: int = 0
    """Lines of text outside items and code that are new or differ."""
    lines_removed: int = 0


@dataclass(frozen=True, slots=True)
class ItemChange:
    """A checklist item that is not as it was."""

    changes: tuple[Change, ...]
    before: ChecklistItem | None
    after: ChecklistItem | None
    likeness: float
    """Of both statements' words, 0 to 1; 0 where one of them is missing."""


@dataclass(frozen=True, slots=True)
class CodeChange:
    """A code example that is not as it was."""

    changes: tuple[Change, ...]
    before: CodeBlock | None
    after: CodeBlock | None
    lines_added: int
    """Lines that are new or differ; 0 with `lines_removed` 0 where only their order changed."""
    lines_removed: int


@dataclass(frozen=True, slots=True)
class DocumentDiff:
    """How one document differs from another, by meaning; each part in the order of lines."""

    before: Document
    after: Document
    fields: tuple[FieldChange, ...]
    sections: tuple[SectionChange, ...]
    items: tuple[ItemChange, ...]
    code: tuple[CodeChange, ...]

    @property
    def same_bytes(self) -> bool:
        """Whether both are the very same file."""
        return self.before.raw == self.after.raw

    @property
    def is_empty(self) -> bool:
        """Whether nothing changed by meaning; line breaks or the order of fields still may have."""
        return not (self.fields or self.sections or self.items or self.code)
