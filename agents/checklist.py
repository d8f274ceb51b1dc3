"""Draws the checkable items out of a document's Markdown blocks.

An item is an entry of a list, a row of a table, a marked line or a sentence that prescribes. What
an entry needs to count depends on what stands above it: below `Always Do` every entry counts, below
a list of skills those that name a means, below examples only those that say must or never, and
elsewhere those that command, ask or forbid (`agents.prescriptive` knows the words).
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from agents.document import ChecklistItem, Polarity
from agents.location import Lines
from agents.prescriptive import (
    VERDICTS,
    Context,
    column_polarities,
    context_of_heading,
    context_of_lead_in,
    has_modal,
    is_check_question,
    is_command,
    label_polarity,
    names_means,
    opens_steps,
    plain,
    polarity_of,
)
from agents.prompt_tags import Tag

if TYPE_CHECKING:
    from markdown_it.token import Token

Kind = Literal["bullet", "step", "task", "mark", "table", "sentence"]

_TASK = re.compile(r"(?:\[[ xX]\]|[☐☑□▢])\s+")
_MARK = re.compile(r"(?:([✓✔✅])|([❌✗✘✖⛔🚫]))\ufe0f?[ \t]*")
_BULLET = re.compile(r"\s*(?:[-*+•]|\d{1,3}[.)])\s+(.*)")
_BOLD_LINE = re.compile(r"(?:\*\*|__)([^*_\n]{2,120})(?:\*\*|__)[ \t]*[:：]?[ \t]*\Z")
_LABEL_ONLY = re.compile(
    r"(?:\*\*|__)[^*\n]{1,120}(?:\*\*|__)\s*[:：]?\s*\Z|[\w' ]{1,40}[:：]\s*\Z"
)
_LINK_ONLY = re.compile(r"!?\[[^\[\]]*\]\([^()]*\)\W*\Z|<?https?://\S+\Z")
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"')*_]*\s+(?=[A-Z`*\"'(✓✅❌])")
_PLACEHOLDER = re.compile(r"\[[^\]]{2,99}\]|\{[^}]{0,99}\}|<[a-z_ ]{1,99}>|\.\.\.\s*\Z")
_SHOWS = re.compile(
    r"\b(?:examples?|commentary|templates?|samples?|outputs?|input|formats?|transcripts?|dialogue"
    r"|conversation|user|assistant|documents?)\b"
)
"""In the names of tags."""
_TAG_LEVEL = 0
"""Above all headings: those in a tag end with it."""
_PROSE_FENCES = frozenset({"", "text", "txt", "plaintext"})
"""Languages of fences that may hold statements; Markdown ones hold templates of answers."""


@dataclass(slots=True)
class _Scope:
    """A heading, or a bold line that acts as one, and what it says about what follows."""

    level: float
    text: str
    context: Context | None
    steps: bool
    owns_headings: bool = False
    """Whether a bold line stands above headings (and not above a list of its own)."""


@dataclass(slots=True)
class _OpenTag:
    """A tag around what is read, and what was open before it."""

    end: int
    """The 0-based line of its closing."""
    shows: bool
    """Whether it holds what is shown: examples, forms of answers."""
    scopes: list[_Scope]
    path: tuple[str, ...]


@dataclass(slots=True)
class _List:
    """An open list, with what the sentence or the entry above it says about its entries."""

    ordered: bool
    context: Context | None
    steps: bool
    item_line: int = 0
    waits_for_text: bool = False


@dataclass(slots=True)
class _Walk:
    """What is open at the token that is being read."""

    lines: Sequence[str]
    items: list[ChecklistItem] = field(default_factory=list)
    scopes: list[_Scope] = field(default_factory=list)
    lists: list[_List] = field(default_factory=list)
    path: tuple[str, ...] = ()
    tags: list[_OpenTag] = field(default_factory=list)

    @property
    def context(self) -> Context | None:
        """What the nearest list or heading that says something says."""
        if self.lists:
            return self.lists[-1].context
        return next((s.context for s in reversed(self.scopes) if s.context is not None), None)

    @property
    def steps(self) -> bool:
        """Whether numbered entries here are steps to be taken."""
        return self.lists[-1].steps if self.lists else any(s.steps for s in self.scopes)

    def add(self, text: str, start: int, end: int, kind: Kind, polarity: Polarity) -> None:
        """Keep an item that stands on the 1-based lines from `start` to `end`."""
        flat = " ".join(text.split())
        if flat and not any(tag.shows for tag in self.tags):
            lines = Lines(start, max(start, end))
            self.items.append(ChecklistItem(flat, lines, self.path, polarity, kind))


def draw_items(
    tokens: Sequence[Token], lines: Sequence[str], tags: Sequence[Tag] = ()
) -> tuple[ChecklistItem, ...]:
    """All checkable items of a document, in the order of their lines.

    `tokens` are the Markdown blocks whose source maps count the given `lines`; `tags` are the parts
    of the text between tags, which say what stands in them as headings do.
    """
    walk = _Walk(lines)
    coming = deque(tags)
    position = 0
    while position < len(tokens):
        token = tokens[position]
        if token.map and token.nesting >= 0:
            _enter_and_leave(walk, coming, token.map[0])
        if token.type == "heading_open":
            _read_heading(walk, token, tokens[position + 1])
        elif token.type == "paragraph_open":
            _read_paragraph(walk, tokens, position)
        elif token.type in ("bullet_list_open", "ordered_list_open"):
            _open_list(walk, tokens, position)
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            walk.lists.pop()
        elif token.type == "list_item_open" and token.map:
            walk.lists[-1].item_line = token.map[0] + 1
            walk.lists[-1].waits_for_text = True
        elif token.type == "table_open":
            position = _read_table(walk, tokens, position)
        elif token.type == "fence" and token.map:
            _read_fence(walk, token)
        position += 1
    return tuple(sorted(walk.items, key=lambda item: item.lines))


def _enter_and_leave(walk: _Walk, coming: deque[Tag], line: int) -> None:
    """Open and close the tags that stand above a 0-based line."""
    while True:
        if (
            walk.tags
            and walk.tags[-1].end <= line
            and (not coming or walk.tags[-1].end <= coming[0].start)
        ):
            closed = walk.tags.pop()
            walk.scopes, walk.path = closed.scopes, closed.path
        elif coming and coming[0].start < line:
            tag = coming.popleft()
            shows = bool(_SHOWS.search(tag.name))
            walk.tags.append(_OpenTag(tag.end, shows, walk.scopes[:], walk.path))
            context = context_of_heading(tag.name)
            walk.scopes.append(_Scope(_TAG_LEVEL, tag.name, context, opens_steps(tag.name)))
        else:
            return


def _read_heading(walk: _Walk, opening: Token, inline: Token) -> None:
    text = inline.content
    if opening.level == 0:
        _open_scope(walk, int(opening.tag[1]), text)
    if opening.map and has_modal(text) and len(plain(text).split()) > 3:
        line = opening.map[0] + 1
        walk.add(text, line, line, "sentence", polarity_of(text, None))


def _open_scope(walk: _Walk, level: int, text: str) -> None:
    scopes = walk.scopes
    if scopes and scopes[-1].level % 1 and not scopes[-1].owns_headings:
        scopes.pop()
    while scopes and scopes[-1].level >= level:
        scopes.pop()
    context = context_of_heading(text, title=level == 1)
    scopes.append(_Scope(level, plain(text), context, opens_steps(text)))
    walk.path = _path(scopes)


def _path(scopes: Sequence[_Scope]) -> tuple[str, ...]:
    return tuple(scope.text for scope in scopes if scope.level != _TAG_LEVEL)


def _open_bold_scope(walk: _Walk, text: str, *, owns_headings: bool) -> None:
    """Let a bold line open a scope half a level below the heading that it stands under.

    A bold line ends the scope of the one before, with the headings that the latter stands above.
    """
    scopes = walk.scopes
    inside = max((n + 1 for n, s in enumerate(scopes) if s.level == _TAG_LEVEL), default=0)
    for number in range(inside, len(scopes)):
        if scopes[number].level % 1:
            del scopes[number:]
            break
    level = (scopes[-1].level if scopes else 0) + 0.5
    context = context_of_heading(text)
    scopes.append(
        _Scope(level, plain(text).rstrip(":："), context, opens_steps(text), owns_headings)
    )
    walk.path = _path(scopes)


def _read_paragraph(walk: _Walk, tokens: Sequence[Token], position: int) -> None:
    inline = tokens[position + 1]
    if not inline.map:
        return
    following = tokens[position + 3].type if position + 3 < len(tokens) else ""
    text = inline.content
    if walk.lists and walk.lists[-1].waits_for_text:
        walk.lists[-1].waits_for_text = False
        _read_entry(walk, text, inline.map, is_parent=following.endswith("_list_open"))
        return
    if tokens[position].level == 0:
        bold = _BOLD_LINE.match(text)
        if bold and bold[1].rstrip()[-1:] not in ".!?" and len(bold[1].split()) <= 12:
            _open_bold_scope(walk, bold[1], owns_headings=following == "heading_open")
            return
    _read_prose(walk, text, inline.map[0] + 1)


def _open_list(walk: _Walk, tokens: Sequence[Token], position: int) -> None:
    opening = tokens[position]
    context, steps = walk.context, walk.steps
    if position > 1 and tokens[position - 1].type == "paragraph_close":
        above = tokens[position - 2].content
        context = context_of_lead_in(above) or context
        steps = steps or (above.rstrip("* _").endswith(":") and opens_steps(above))
    walk.lists.append(_List(opening.type == "ordered_list_open", context, steps))


def _read_entry(walk: _Walk, text: str, span: Sequence[int], *, is_parent: bool) -> None:
    """One bullet or numbered step: its first paragraph, up to a list inside it."""
    current = walk.lists[-1]
    start, end = current.item_line, span[1]
    if _MARK.match(text):
        _read_marks(walk, text, span[0] + 1)
        return
    task = _TASK.match(text)
    if task:
        text = text[task.end() :]
        if text.strip() and not _LABEL_ONLY.match(text):
            walk.add(text, start, end, "task", polarity_of(text, current.context))
        return
    kind: Kind = "step" if current.ordered else "bullet"
    marked = _marked_parts(text)
    if marked:
        for part, polarity in marked:
            walk.add(part, start, end, "mark", polarity)
        return
    if _LABEL_ONLY.match(text) and (is_parent or len(text.split()) < 2):
        return
    if text.rstrip("* _").endswith(":") and not (is_command(text) or has_modal(text)):
        text = text[: text.rfind(". ") + 1]  # without what introduces the code or list below it
    if _counts(text, kind, current.context, steps=current.steps):
        walk.add(text, start, end, kind, polarity_of(text, current.context))


def _marked_parts(text: str) -> list[tuple[str, Polarity]]:
    """What an entry asks for and what it forbids, where it marks both (`**Label:** ✅ … ❌ …`)."""
    marks = list(_MARK.finditer(text))
    if not (any(mark[1] for mark in marks) and any(mark[2] for mark in marks)):
        return []
    label = text[: marks[0].start()]
    ends = [*(mark.start() for mark in marks[1:]), len(text)]
    parts = []
    for mark, end in zip(marks, ends, strict=True):
        said = text[mark.end() : end].strip()
        if len(said.split()) > 1:
            context = Context.FORBIDS if mark[2] else Context.PRESCRIBES
            parts.append((f"{label}{said}", polarity_of(said, context)))
    return parts


def _counts(text: str, kind: Kind, context: Context | None, *, steps: bool) -> bool:
    if _LINK_ONLY.match(text.strip()):
        return False
    if context in (Context.PRESCRIBES, Context.FORBIDS):
        return len(text.split()) > 1
    if has_modal(text):
        return True
    if context is Context.DESCRIBES:
        return False
    if context is Context.CLAIMS:
        return is_command(text) or names_means(text)
    return (kind == "step" and steps) or is_command(text) or is_check_question(text)


def _read_prose(walk: _Walk, text: str, line: int) -> None:
    """A paragraph: its marked lines, else its sentences that prescribe."""
    if _MARK.match(text):
        _read_marks(walk, text, line)
        return
    if label_polarity(text):
        _read_labelled(walk, text, line)
        return
    for sentence, gap in _sentences(text):
        first = line
        line += sentence.count("\n")
        if has_modal(sentence) and not sentence.rstrip("* _").endswith(":"):
            walk.add(sentence, first, line, "sentence", polarity_of(sentence, None))
        line += gap.count("\n")


def _read_labelled(walk: _Walk, text: str, line: int) -> None:
    """Lines that begin with `**Do:**` or `**Don't**:`; one without continues the one before."""
    found: list[tuple[str, int, int, Polarity]] = []
    for number, part in enumerate(text.split("\n"), line):
        polarity = label_polarity(part.strip())
        if polarity:
            found.append((part.strip(), number, number, polarity))
        else:
            before, start, _, polarity = found[-1]
            found[-1] = (f"{before} {part.strip()}", start, number, polarity)
    for part, start, end, polarity in found:
        if not part.endswith(":"):
            walk.add(part, start, end, "sentence", polarity)


def _sentences(text: str) -> Iterator[tuple[str, str]]:
    """Sentences, each with the space that follows it."""
    start = 0
    for gap in _SENTENCE_END.finditer(text):
        yield text[start : gap.start()], gap[0]
        start = gap.end()
    yield text[start:], ""


def _read_marks(walk: _Walk, text: str, line: int) -> None:
    """Lines that begin with a tick or a cross; a line without continues the one before."""
    marked: list[tuple[str, int, int]] = []
    for number, part in enumerate(text.split("\n"), line):
        if _MARK.match(part.strip()) or not marked:
            marked.append((part.strip(), number, number))
        else:
            before, start, _ = marked[-1]
            marked[-1] = (f"{before} {part.strip()}", start, number)
    for part, start, end in marked:
        _add_mark(walk, part, start, end)


def _add_mark(walk: _Walk, text: str, start: int, end: int) -> None:
    mark = _MARK.match(text)
    if mark is None:
        return
    said = text[mark.end() :].lstrip("-–—: ").strip()
    words = plain(said).rstrip(":： ").lower()
    if not said or words in VERDICTS or plain(said).endswith((":", "：")):
        return
    context = Context.FORBIDS if mark[2] else Context.PRESCRIBES
    walk.add(said, start, end, "mark", polarity_of(said, context))


def _read_table(walk: _Walk, tokens: Sequence[Token], position: int) -> int:
    """Read a table up to its end, whose position is returned."""
    columns: list[Polarity | None] = []
    cells: list[str] = []
    in_head = False
    line = 1
    while tokens[position].type != "table_close":
        token = tokens[position]
        if token.type == "thead_open":
            in_head = True
        elif token.type == "thead_close":
            in_head = False
            columns, cells = column_polarities(cells), []
        elif token.type == "tr_open":
            cells = []
            line = token.map[0] + 1 if token.map else line
        elif token.type == "inline":
            cells.append(token.content)
        elif token.type == "tr_close" and not in_head:
            _read_row(walk, cells, columns, line)
        position += 1
    return position


def _read_row(
    walk: _Walk, cells: Sequence[str], columns: Sequence[Polarity | None], line: int
) -> None:
    filled = [cell for cell in cells if cell.strip()]
    if any(columns):
        for cell, polarity in zip(cells, columns, strict=False):
            if polarity is not None and plain(cell).strip("-–— "):
                walk.add(_MARK.sub("", cell, count=1), line, line, "table", polarity)
        return
    context = walk.context
    prescribes = context in (Context.PRESCRIBES, Context.FORBIDS)
    if len(filled) > 1 and (prescribes or any(has_modal(cell) for cell in filled)):
        text = " | ".join(filled)
        walk.add(text, line, line, "table", polarity_of(text, context))


def _read_fence(walk: _Walk, fence: Token) -> None:
    """Statements that somebody set in a fence for their looks: ticks, tasks and questions."""
    assert fence.map is not None
    if fence.info.strip().lower() not in _PROSE_FENCES:
        return
    for line, text in enumerate(fence.content.split("\n"), fence.map[0] + 2):
        bullet = _BULLET.match(text)
        said = bullet[1] if bullet else text.strip()
        task = _TASK.match(said)
        if _PLACEHOLDER.search(said[task.end() :] if task else said):
            continue
        if _MARK.match(said):
            _add_mark(walk, said, line, line)
        elif bullet and task:
            statement = said[task.end() :]
            walk.add(statement, line, line, "task", polarity_of(statement, walk.context))
        elif bullet and (is_check_question(said) or has_modal(said)):
            walk.add(said, line, line, "bullet", polarity_of(said, None))
