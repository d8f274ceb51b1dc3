"""The statements of a file's top level, and the file with only some of them in it."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from agents.directive import WORD
from assistant.code import syntax
from assistant.lsp.change import Change

if TYPE_CHECKING:
    from tree_sitter import Tree as ParsedTree

_WORD = re.compile(rb"[A-Za-z_$][\w$]*")
_DECLARED = re.compile(
    rb"(?:(?:export|default|declare|abstract|async|const(?=\s+enum))\s+)*"
    rb"(?:function\s*\*?|const|let|var|class|type|interface|enum|namespace)\s*"
    rb"([A-Za-z_$][\w$]*|[{\[][^=]{0,500})"
)
_DIRECTIVE_LINE = re.compile(rb"\s*(?://|/\*)\s*(?:" + WORD.encode() + rb"|eslint-)")
_BLANK = bytes(byte if byte in b"\r\n" else 0x20 for byte in range(256))
"""Each byte to a space, line breaks to themselves."""


@dataclass(frozen=True, slots=True)
class Part:
    """A statement of the top level with the comments before it, in bytes of the text."""

    start: int
    code: int
    """Where the comments end."""
    end: int
    kind: str
    has_error: bool

    @property
    def size(self) -> int:
        """In bytes."""
        return self.end - self.start

    def moved(self, shift: int) -> Part:
        """The statement that many bytes further down."""
        return Part(
            self.start + shift, self.code + shift, self.end + shift, self.kind, self.has_error
        )


class Statements:
    """What stands at the top level of a text."""

    def __init__(self, raw: bytes, parts: Sequence[Part]) -> None:
        self._raw = raw
        self._parts = parts

    def touched(self, start: int, end: int) -> list[Part]:
        """The statements that a change of these bytes reaches, and those that don't parse."""
        return [
            part
            for part in self._parts
            if (part.start <= end and start <= part.end) or part.has_error
        ]

    def around(self, touched: Sequence[Part], limit: int) -> bytes:
        """The text with all blanked out but `touched` and what it can't be understood without.

        Line breaks stay, and with them every position. Up to about `limit` bytes are kept.
        """
        kept = {*touched, *filter(self._is_frame, self._parts)}
        size = sum(part.size for part in kept)
        waiting = deque([*touched, *self._users(touched)])
        seen = set(waiting)
        while waiting and size < limit:
            part = waiting.popleft()
            if part not in kept:
                kept.add(part)
                size += part.size
            for name in sorted(_words(self._text(part))):
                further = [other for other in self._by_name.get(name, ()) if other not in seen]
                seen.update(further)
                waiting += further
        return _blanked(self._raw, sorted(kept, key=lambda part: part.start))

    def _is_frame(self, part: Part) -> bool:
        """Whether a statement counts for the whole file: an import or a directive."""
        if part.kind in ("import_statement", "hash_bang_line"):
            return True
        return (
            part.kind == "expression_statement" and self._raw[part.code : part.code + 1] in b"'\""
        )

    def _users(self, touched: Sequence[Part]) -> list[Part]:
        """The statements that name what `touched` declares."""
        names = frozenset[bytes]().union(*(_declared(self._text(part)) for part in touched))
        return [
            part
            for part in self._parts
            if part not in touched and not names.isdisjoint(_words(self._text(part)))
        ]

    @cached_property
    def _by_name(self) -> dict[bytes, list[Part]]:
        found: dict[bytes, list[Part]] = {}
        for part in self._parts:
            for name in _declared(self._text(part)):
                found.setdefault(name, []).append(part)
        return found

    def _text(self, part: Part) -> bytes:
        return self._raw[part.code : part.end]


class Outline(Statements):
    """The statements of a text as the parser reads it."""

    def __init__(
        self, raw: bytes, *, tsx: bool, before: tuple[Outline, Change] | None = None
    ) -> None:
        """`before`: an earlier text's, and what has changed since. Less is parsed then."""
        old = None if before is None else _edited(*before, raw)
        self._tree = syntax.parse(raw, tsx=tsx, before=old)
        super().__init__(raw, _parts_of(self._tree, len(raw)))

    def stretched(self, change: Change, raw: bytes) -> Statements:
        """A later text's statements, as if the change were nothing but a part of one of these.

        So they stand while a bracket is open, which makes the parser take all that follows for
        a part of it.
        """
        shift = change.new_end - change.old_end
        before = [part for part in self._parts if part.end < change.start]
        behind = [part for part in self._parts if part.start > change.old_end]
        start, code, end, kind = change.start, change.start, change.old_end, "ERROR"
        reached = self._parts[len(before) : len(self._parts) - len(behind)]
        if reached:
            first = reached[0]
            start, code, kind = min(start, first.start), min(start, first.code), first.kind
            end = max(end, reached[-1].end)
        changed = Part(start, code, end + shift, kind, has_error=True)
        return Statements(raw, [*before, changed, *(part.moved(shift) for part in behind)])


def _parts_of(tree: ParsedTree, size: int) -> list[Part]:
    parts: list[Part] = []
    begin: int | None = None
    for node in tree.root_node.named_children:
        begin = node.start_byte if begin is None else begin
        if node.type == "comment":
            continue  # it belongs to what follows it
        parts.append(Part(begin, node.start_byte, node.end_byte, node.type, node.has_error))
        begin = None
    if begin is not None:
        parts.append(Part(begin, size, size, "comment", has_error=False))
    return parts


def _edited(earlier: Outline, change: Change, raw: bytes) -> ParsedTree:
    """The earlier tree, told of the change."""
    tree = earlier._tree.copy()
    tree.edit(
        change.start,
        change.old_end,
        change.new_end,
        _point(earlier._raw, change.start),
        _point(earlier._raw, change.old_end),
        _point(raw, change.new_end),
    )
    return tree


def _point(raw: bytes, offset: int) -> tuple[int, int]:
    """Row and column as the parser counts them: from 0, in bytes, lines ended by LF alone."""
    return raw.count(b"\n", 0, offset), offset - (raw.rfind(b"\n", 0, offset) + 1)


def holds(parts: Iterable[Part], offset: int) -> bool:
    """Whether a byte stands in one of these statements or at its end."""
    return any(part.start <= offset <= part.end for part in parts)


@lru_cache(maxsize=4096)
def _words(text: bytes) -> frozenset[bytes]:
    return frozenset(_WORD.findall(text))


@lru_cache(maxsize=4096)
def _declared(text: bytes) -> frozenset[bytes]:
    """The names that a statement declares; of a pattern all words that stand in it."""
    found = _DECLARED.match(text)
    return _words(found[1]) if found is not None else frozenset()


def _blanked(raw: bytes, kept: Sequence[Part]) -> bytes:
    pieces: list[bytes] = []
    done = 0
    for part in kept:
        pieces += (_spaces(raw[done : part.start]), raw[part.start : part.end])
        done = part.end
    pieces.append(_spaces(raw[done:]))
    return b"".join(pieces)


def _spaces(text: bytes) -> bytes:
    """Spaces in place of all but line breaks and directives, which may be about the whole file."""
    if WORD.encode() not in text and b"eslint-" not in text:
        return text.translate(_BLANK)
    return b"".join(
        line if _DIRECTIVE_LINE.match(line) else line.translate(_BLANK)
        for line in text.splitlines(keepends=True)
    )
