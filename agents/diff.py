"""What changed between two documents, by meaning: fields, sections, checklist items and code.

A moved, renamed or reworded part is told from one that was removed and another that was added, by
how alike the words are and by what stands around it (`agents.outline_match`, `agents.part_match`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from agents.change import (
    Change,
    CodeChange,
    DocumentDiff,
    FieldChange,
    ItemChange,
    SectionChange,
)
from agents.document import ChecklistItem, CodeBlock, Document, YamlValue
from agents.likeness import Words, likeness_of, plain_words, words_of
from agents.outline_match import Outline, OutlineMatch, match_outlines
from agents.part_match import Part, match_parts
from agents.section_text import SectionText, changed_lines, section_texts, text_lines

_LIKE_ITEM = 0.6
_LIKE_CODE = 0.6
_MAX_CODE_WORDS = 2000

_LISTS = frozenset({"tools", "disallowedtools", "allowed-tools", "skills", "mcpservers", "globs"})
"""Fields that people write as a list or as names with commas between them."""
_COMMA = re.compile(r",(?![^()]*\))")
_CODE_WORD = re.compile(r"[A-Za-z_$][\w$]*|\d+")


def compare_documents(before: Document, after: Document) -> DocumentDiff:
    """How `after` differs from `before`. The same documents always give the same answer."""
    if before.raw == after.raw:
        return DocumentDiff(before, after, (), (), (), ())
    lines_before, lines_after = text_lines(before), text_lines(after)
    outlines = match_outlines(Outline(before, lines_before), Outline(after, lines_after))
    texts_before = section_texts(before, lines_before)
    texts_after = section_texts(after, lines_after)
    return DocumentDiff(
        before,
        after,
        fields=tuple(_fields(before, after)),
        sections=tuple(_sections(outlines, texts_before, texts_after)),
        items=tuple(_items(before.checklist, after.checklist, outlines)),
        code=tuple(_code(before.code, after.code, outlines)),
    )


def _fields(before: Document, after: Document) -> Iterator[FieldChange]:
    old, new = before.frontmatter, after.frontmatter
    for name in dict.fromkeys([*new.values, *old.values]):
        was, now = old.values.get(name), new.values.get(name)
        gained, lost = _entries_changed(_entries(name, was), _entries(name, now))
        if name not in old.values:
            change = Change.ADDED
        elif name not in new.values:
            change = Change.REMOVED
        elif _canonical(was) == _canonical(now):
            continue
        else:
            change = Change.RESTYLED if _is_restyled(name, was, now) else Change.CHANGED
        lines = old.keys.get(name), new.keys.get(name)
        yield FieldChange(name, (change,), was, now, *lines, gained, lost)


def _canonical(value: YamlValue) -> str:
    return json.dumps(value, sort_keys=True, default=str)


def _entries(name: str, value: YamlValue) -> tuple[str, ...] | None:
    if isinstance(value, list) and all(isinstance(entry, str) for entry in value):
        return tuple(str(entry).strip() for entry in value)
    if isinstance(value, str) and name.casefold() in _LISTS:
        return tuple(entry.strip() for entry in _COMMA.split(value) if entry.strip())
    return None


def _entries_changed(
    old: Sequence[str] | None, new: Sequence[str] | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if old is None or new is None:
        return (), ()
    known, kept = set(old), set(new)
    gained = dict.fromkeys(entry for entry in new if entry not in known)
    return tuple(gained), tuple(dict.fromkeys(entry for entry in old if entry not in kept))


def _is_restyled(name: str, was: YamlValue, now: YamlValue) -> bool:
    old, new = _entries(name, was), _entries(name, now)
    if old is not None and new is not None:
        return old == new
    return isinstance(was, str) and isinstance(now, str) and plain_words(was) == plain_words(now)


def _sections(
    outlines: OutlineMatch, texts_before: Sequence[SectionText], texts_after: Sequence[SectionText]
) -> list[SectionChange]:
    """In the order of the lines after; what was removed comes where it would stand."""
    moved = outlines.moved()
    found: list[tuple[int, int, SectionChange]] = []
    for j, section in enumerate(outlines.after.sections):
        i = outlines.origin.get(j)
        if i is None:
            count = len(texts_after[j].lines)
            added = SectionChange((Change.ADDED,), None, section, 0.0, lines_added=count)
            found.append((j, -1, added))
            continue
        title, words = outlines.before.title(i), texts_before[i].words
        changes = []
        if title != outlines.after.title(j):
            same = plain_words(title) == plain_words(outlines.after.title(j))
            changes.append(Change.RESTYLED if same else Change.RENAMED)
        if i in moved:
            changes.append(Change.MOVED)
        if words != texts_after[j].words:
            changes.append(Change.CHANGED)
        if changes:
            counts = (0, 0)
            if Change.CHANGED in changes:
                counts = changed_lines(texts_before[i].lines, texts_after[j].lines)
            likeness = likeness_of(outlines.before.words(i), outlines.after.words(j))
            both = outlines.before.sections[i], section
            found.append((j, -1, SectionChange(tuple(changes), *both, likeness, *counts)))
    last = -1
    for i, section in enumerate(outlines.before.sections):
        if i not in moved:
            last = outlines.partner.get(i, last)
        if i not in outlines.partner:
            count = len(texts_before[i].lines)
            gone = SectionChange((Change.REMOVED,), section, None, 0.0, lines_removed=count)
            found.append((last, i, gone))
    return [change for _, _, change in sorted(found, key=lambda one: one[:2])]


def _items(
    before: Sequence[ChecklistItem], after: Sequence[ChecklistItem], outlines: OutlineMatch
) -> Iterator[ItemChange]:
    old, new = [_item_part(item) for item in before], [_item_part(item) for item in after]
    match = match_parts(old, new, outlines, least=_LIKE_ITEM)
    for i, j in match.in_order(len(before), len(after)):
        if i is None or j is None:
            change = Change.ADDED if i is None else Change.REMOVED
            was, now = None if i is None else before[i], None if j is None else after[j]
            yield ItemChange((change,), was, now, 0.0)
            continue
        changes = _item_changes(before[i], after[j], is_moved=i in match.moved)
        if changes:
            yield ItemChange(changes, before[i], after[j], match.likeness[i])


def _item_part(item: ChecklistItem) -> Part:
    return Part(item.lines, (item.text, plain_words(item.text)), lambda: words_of(item.text))


def _item_changes(
    before: ChecklistItem, after: ChecklistItem, *, is_moved: bool
) -> tuple[Change, ...]:
    changes = []
    if before.text != after.text:
        same = plain_words(before.text) == plain_words(after.text)
        changes.append(Change.RESTYLED if same else Change.REWORDED)
    if is_moved:
        changes.append(Change.MOVED)
    if before.polarity is not after.polarity:
        changes.append(Change.REVERSED)
    return tuple(changes)


def _code(
    before: Sequence[CodeBlock], after: Sequence[CodeBlock], outlines: OutlineMatch
) -> Iterator[CodeChange]:
    old, new = [_code_part(block) for block in before], [_code_part(block) for block in after]
    match = match_parts(old, new, outlines, least=_LIKE_CODE)
    for i, j in match.in_order(len(before), len(after)):
        was, now = None if i is None else before[i], None if j is None else after[j]
        counts = changed_lines(_code_lines(was), _code_lines(now))
        if was is None or now is None:
            change = Change.ADDED if was is None else Change.REMOVED
            yield CodeChange((change,), was, now, *counts)
            continue
        changes = _code_changes(was, now, is_moved=i in match.moved)
        if changes:
            yield CodeChange(changes, was, now, *counts)


def _code_part(block: CodeBlock) -> Part:
    keys = ((block.language, _code_lines(block)), (block.language, tuple(block.code.split())))
    return Part(block.lines, keys, lambda: _code_words(block))


def _code_lines(block: CodeBlock | None) -> tuple[str, ...]:
    if block is None:
        return ()
    return tuple(line.rstrip() for line in block.code.split("\n") if line.strip())


def _code_words(block: CodeBlock) -> Words:
    return tuple(_CODE_WORD.findall(block.code)[:_MAX_CODE_WORDS]) or (block.code.strip(),)


def _code_changes(before: CodeBlock, after: CodeBlock, *, is_moved: bool) -> tuple[Change, ...]:
    changes = []
    if before.language != after.language or before.code.split() != after.code.split():
        changes.append(Change.CHANGED)
    elif _code_lines(before) != _code_lines(after):
        changes.append(Change.RESTYLED)
    if is_moved:
        changes.append(Change.MOVED)
    return tuple(changes)
