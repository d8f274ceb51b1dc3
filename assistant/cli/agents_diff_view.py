"""How `agents diff` prints what changed: colours on a terminal, plain lines in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any, NamedTuple

from agents.change import Change
from agents.document import Polarity
from assistant.cli.console import one_line, printable, shortened, stdout, write

if TYPE_CHECKING:
    from rich.text import Text

    from agents.change import CodeChange, DocumentDiff, FieldChange, ItemChange, SectionChange
    from agents.document import ChecklistItem
    from agents.registry.compare import Side

_MAX_WORDS = 600
"""Words of a text that are compared one by one; longer texts are shown from their beginnings."""
_AROUND = 6
"""Unchanged words that are shown beside changed ones."""
_SHORT = 60
"""Characters of two values that still stand on one line."""
_STYLES = {"+": "green", "-": "red", "~": "yellow"}


class Row(NamedTuple):
    """A line of the outcome."""

    sign: Text
    place: Text
    """The 1-based line, before and after where both are known."""
    said: Text


def show_diff(before: Side, after: Side, found: DocumentDiff) -> None:
    """What changed, part by part, and the rules that the document now asks for or no longer."""
    from assistant.code.asked import rules_changed

    _print(_styled(f"{shortened(before.name)} -> {shortened(after.name)}", "bold"))
    if found.is_empty:
        same = "the same bytes" if found.same_bytes else "no change by meaning; see --unified"
        _print(_styled(same, ""))
        return
    for title, rows in (
        ("Frontmatter", [row for change in found.fields for row in _field(change)]),
        ("Sections", [row for change in found.sections for row in _section(change)]),
        ("Checklist", [row for change in found.items for row in _item(change)]),
        ("Code examples", [row for change in found.code for row in _code(change)]),
    ):
        if rows:
            _print(_styled(f"\n{title}", "bold"))
            for row in rows:
                _print_row(row)
    rules = rules_changed(before.document, after.document)
    if rules.gained or rules.lost:
        _print(_styled("\nRules asked for", "bold"))
        for sign, ids in (("+", rules.gained), ("-", rules.lost)):
            for rule in ids:
                _print_row(_row(sign, "", rule))
    _print(_styled(f"\n{_summary(found)}", ""))


def show_lines(lines: Sequence[str]) -> None:
    """A unified diff, coloured on a terminal."""
    for number, line in enumerate(lines):
        style = "bold" if number < 2 else {"+": "green", "-": "red", "@": "cyan"}.get(line[:1], "")
        _print(_styled(printable(line), style))


def _field(change: FieldChange) -> Iterator[Row]:
    line = change.after_lines or change.before_lines
    place = str(line.start) if line else ""
    name = shortened(change.field)
    if Change.ADDED in change.changes:
        yield _row("+", place, f"{name}: {shortened(_value(change.after))}")
    elif Change.REMOVED in change.changes:
        yield _row("-", place, f"{name}: {shortened(_value(change.before))}")
    elif change.gained or change.lost:
        signs = [f"+ {shortened(entry)}" for entry in change.gained]
        signs += [f"- {shortened(entry)}" for entry in change.lost]
        yield _row("~", place, f"{name}: {', '.join(signs)}")
    elif Change.RESTYLED in change.changes:
        yield _row("~", place, f"{name}: written differently, with the same words")
    else:
        old, new = (shortened(_value(side)) for side in (change.before, change.after))
        if max(len(old), len(new)) <= _SHORT:
            yield _row("~", place, f"{name}: {old} -> {new}")
        else:
            yield _row("~", place, name)
            yield from _two_texts(_value(change.before), _value(change.after))


def _section(change: SectionChange) -> Iterator[Row]:
    if change.before is None and change.after is not None:
        yield _row("+", str(change.after.lines.start), _path(change.after.heading))
    elif change.after is None and change.before is not None:
        yield _row("-", str(change.before.lines.start), _path(change.before.heading))
    elif change.after is not None and change.before is not None:
        said = [c.value for c in change.changes if c is not Change.CHANGED]
        if Change.CHANGED in change.changes:
            said.append(f"text changed ({_counts(change.lines_added, change.lines_removed)})")
        old, where = _path(change.before.heading), _path(change.after.heading)
        if change.changes != (Change.CHANGED,) and old != where:
            where = f"{old} -> {where}"
        yield _row("~", str(change.after.lines.start), f"{where}: {', '.join(said)}")


def _item(change: ItemChange) -> Iterator[Row]:
    if change.before is None and change.after is not None:
        yield _row("+", str(change.after.line), _statement(change.after))
    elif change.after is None and change.before is not None:
        yield _row("-", str(change.before.line), _statement(change.before))
    elif change.after is not None and change.before is not None:
        yield from _changed_item(change, change.before, change.after)


def _changed_item(change: ItemChange, before: ChecklistItem, after: ChecklistItem) -> Iterator[Row]:
    place = f"{before.line}>{after.line}"
    said = [c.value for c in change.changes if c is not Change.REVERSED]
    if Change.MOVED in change.changes and before.heading != after.heading:
        told = f"moved from {_path(before.heading)} to {_path(after.heading)}"
        said[said.index(Change.MOVED.value)] = told
    if Change.REVERSED in change.changes:
        forbids = after.polarity is Polarity.DONT
        said.append("NOW FORBIDDEN, was asked for" if forbids else "NOW ASKED FOR, was forbidden")
    if before.text == after.text:
        yield _row("~", place, f"{', '.join(said)}: {_statement(after)}")
        return
    yield _row("~", place, ", ".join(said) + _rules_moved(before, after))
    yield from _two_texts(before.text, after.text)


def _statement(item: ChecklistItem) -> str:
    forbids = item.polarity is Polarity.DONT
    return f"{shortened(item.text)}  [{'forbids; ' if forbids else ''}{_rules(item)}]"


def _rules(item: ChecklistItem) -> str:
    from assistant.code.documented import rules_of_item

    return ", ".join(rules_of_item(item)) or "needs review"


def _rules_moved(before: ChecklistItem, after: ChecklistItem) -> str:
    old, new = _rules(before), _rules(after)
    return f"  [{old}]" if old == new else f"  [{old} -> {new}]"


def _code(change: CodeChange) -> Iterator[Row]:
    block = change.after or change.before
    assert block is not None
    sign = "+" if change.before is None else "-" if change.after is None else "~"
    said = f"{shortened(block.language) or 'text'} below {_path(block.heading)}"
    if sign == "~":
        kinds = [c.value for c in change.changes]
        if Change.CHANGED in change.changes:
            kinds[0] += f" ({_counts(change.lines_added, change.lines_removed)})"
        said += f": {', '.join(kinds)}"
    else:
        count = change.lines_added or change.lines_removed
        said += f": {count} line{'' if count == 1 else 's'}"
    yield _row(sign, str(block.lines.start), said)


def _counts(added: int, removed: int) -> str:
    if not added and not removed:
        return "other order or language"
    return f"+{added} -{removed} lines"


def _summary(found: DocumentDiff) -> str:
    parts = (
        (found.fields, "field"),
        (found.sections, "section"),
        (found.items, "item"),
        (found.code, "code example"),
    )
    told = [f"{len(some)} {noun}{'' if len(some) == 1 else 's'}" for some, noun in parts if some]
    return f"changed: {', '.join(told)}"


def _two_texts(old: str, new: str) -> Iterator[Row]:
    """Both texts, the words that differ marked on a terminal, long stretches of equal ones cut."""
    left, right = one_line(old).split(), one_line(new).split()
    if max(len(left), len(right)) > _MAX_WORDS:
        pieces = [[(shortened(old), True)], [(shortened(new), True)]]
    else:
        pieces = _compared(left, right)
    for sign, texts in zip("-+", pieces, strict=True):
        said = _styled("", "")
        for text, differs in texts:
            said.append(text, style=f"bold {_STYLES[sign]}" if differs else "")
            said.append(" ")
        said.rstrip()
        yield Row(_styled("", ""), _styled(sign, _STYLES[sign]), said)


def _compared(left: Sequence[str], right: Sequence[str]) -> list[list[tuple[str, bool]]]:
    pieces: list[list[tuple[str, bool]]] = [[], []]
    blocks = SequenceMatcher(None, left, right, autojunk=False).get_opcodes()
    for number, (kind, i, k, j, m) in enumerate(blocks):
        if kind == "equal":
            words = _cut(left[i:k], is_first=number == 0, is_last=number == len(blocks) - 1)
            for piece in pieces:
                piece.append((words, False))
            continue
        for piece, differing in zip(pieces, (left[i:k], right[j:m]), strict=True):
            if differing:
                piece.append((shortened(" ".join(differing)), True))
    return pieces


def _cut(words: Sequence[str], *, is_first: bool, is_last: bool) -> str:
    head, tail = (0 if is_first else _AROUND), (0 if is_last else _AROUND)
    if len(words) <= 2 * _AROUND + 2:
        return " ".join(words)
    return " ".join([*words[:head], "…", *words[len(words) - tail :]])


def _path(heading: Sequence[str]) -> str:
    return " > ".join(shortened(part) for part in heading) or "the beginning"


def _value(value: Any) -> str:
    import json

    if value is None or value == "":
        return "(empty)"
    return one_line(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _row(sign: str, place: str, said: str) -> Row:
    style = "" if sign == "~" else _STYLES[sign]
    return Row(_styled(sign, _STYLES[sign]), _styled(place, "dim"), _styled(said, style))


def _styled(text: str, style: str) -> Text:
    from rich.text import Text

    return Text(text, style=style)


def _print_row(row: Row) -> None:
    """Long texts are wrapped within their column on a terminal, and are whole in a pipe."""
    if not sys.stdout.isatty():
        write(f"{row.sign.plain:1} {row.place.plain:>9}  {row.said.plain}")
        return
    from rich.table import Table

    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=1)
    grid.add_column(width=9, justify="right")
    grid.add_column(overflow="fold")
    grid.add_row(row.sign, row.place, row.said)
    stdout().print(grid)


def _print(text: Text) -> None:
    if sys.stdout.isatty():
        stdout().print(text)
    else:
        write(text.plain)
