"""The answer to a keystroke: what it touches is checked again, the rest is carried over.

The last full check knows every finding of a text that has changed a little since. What stands
outside the declarations that were touched keeps its findings, moved to where it stands now. The
touched ones are checked again with the declarations that they use or that use them, and with the
files that these import: a small file with the same positions, as the rest is blanked out. Rules
that ask who else in the project does what (`NEEDS_PROJECT`) wait for the next full check; until
then their findings are carried over. So does what a change of an import or of a directive means for
the rest of the file.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from agents.finding import Finding
from assistant.code.engine import ActiveRules, Engine
from assistant.code.modules import CodeFile
from assistant.code.options import CheckOptions, active_rules
from assistant.code.project_check import analysis
from assistant.lsp.carry import Carrier
from assistant.lsp.change import Change
from assistant.lsp.model import with_files
from assistant.lsp.outline import Outline, Part, Statements

if TYPE_CHECKING:
    from assistant.code.project import Project
    from assistant.code.rule import Rule

LARGEST_TEXT = 400_000
"""Bytes; even parsing a larger one takes longer than anybody waits for a keystroke."""
LARGEST_PART = 16_000
"""Bytes of declarations that are looked at again at once; about 400 lines."""
MOST_AROUND = 16
LARGEST_AROUND = 60_000
"""How many imported files are looked at with them, and how many bytes."""
MOST_OUTLINES = 8
"""How many are kept, so that a text which a full check saw isn't parsed as a whole again."""
NEEDS_PROJECT = frozenset({"missing-ownership-check", "orphaned-file", "plain-error"})
"""Rules that need more than what a declaration uses and who uses it in its own file.

Those that look at the whole project by their form (`check_project`, `check_table`) aren't listed.
"""

_SPECIFIER = re.compile(rb"""\b(?:from|import)\s*["']([^"'\n]{1,200})["']""")
_REFERENCE = re.compile(rb"\b(?:api|internal)((?:\s*\.\s*[\w$]+){2,8})")


@dataclass(frozen=True)
class Checked:
    """A text and all that a full check has found in it."""

    raw: bytes
    findings: tuple[Finding, ...]


def quick_check(
    checked: Checked, raw: bytes, file: CodeFile, project: Project, options: CheckOptions
) -> tuple[Finding, ...] | None:
    """The findings of `raw`, a later text of `file`; None where too much of it has changed.

    `project` holds what the file imports; `file` itself is any earlier text of it.
    """
    if len(raw) > LARGEST_TEXT:
        return None
    change = Change.between(checked.raw, raw)
    outline, touched = _touched(checked.raw, raw, change, file.tsx)
    if _size(touched) > LARGEST_PART:
        return None
    engine, rules = _engine(_Key(options))
    small = _with_text(file, outline.around(touched, LARGEST_PART))
    files = [small, *_imported(small, file, project)]
    around = with_files(project, files)
    with analysis():
        found = engine.run(around, only={small})
        around.let_go([small])
    carrier = Carrier(checked.raw, raw, change)
    fresh = [one for one in found if carrier.stands_in(touched, one.span)]
    carried = [
        one
        for before in checked.findings
        if (one := carrier.carried(before)) is not None
        and (one.rule not in rules or not carrier.stands_in(touched, one.span))
    ]
    return tuple(sorted([*fresh, *carried], key=lambda one: one.sort_key))


def _touched(before: bytes, raw: bytes, change: Change, tsx: bool) -> tuple[Statements, list[Part]]:
    """The statements of a text, and those that the change touches."""
    outline = _outline(raw, tsx, (before, change))
    touched = outline.touched(change.start, change.new_end)
    if len(touched) > 1 and any(part.has_error for part in touched):
        # A bracket too many cuts a statement in pieces, whose names then seem to be the module's.
        stretched = _outline(before, tsx).stretched(change, raw)
        whole = stretched.touched(change.start, change.new_end)
        if _covers(whole, touched):
            return stretched, whole
    return outline, touched


def _covers(parts: Iterable[Part], others: Iterable[Part]) -> bool:
    """Whether each of the others lies within one of these."""
    return all(any(p.start <= o.start and o.end <= p.end for p in parts) for o in others)


def _size(parts: Iterable[Part]) -> int:
    return sum(part.size for part in parts)


_outlines: dict[tuple[bytes, bool], Outline] = {}
"""Those of the last texts: one of them is what the next full check saw. Newest last."""


def _outline(raw: bytes, tsx: bool, after: tuple[bytes, Change] | None = None) -> Outline:
    """The outline of a text; `after`: an earlier one, and what has changed since."""
    outline = _outlines.pop((raw, tsx), None)
    if outline is None:
        before = None if after is None else (_outline(after[0], tsx), after[1])
        outline = Outline(raw, tsx=tsx, before=before)
    _outlines[raw, tsx] = outline
    while len(_outlines) > MOST_OUTLINES:
        del _outlines[next(iter(_outlines))]
    return outline


# --- the small project --------------------------------------------------------------------------


class _Key:
    """Options by what counts in them."""

    def __init__(self, options: CheckOptions) -> None:
        self.options = options
        self._digest = options.digest

    def __hash__(self) -> int:
        return hash(self._digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and other._digest == self._digest


@lru_cache(maxsize=16)
def _engine(key: _Key) -> tuple[Engine, frozenset[str]]:
    """The rules that can answer at once, and their ids with those of the engine's own findings."""
    every = active_rules(key.options)
    rules = tuple(rule for rule in every.rules if _is_local(rule))
    active = ActiveRules(rules, severity=every.severity, selected=every.selected, known=every.known)
    return Engine(active), active.ids() | {"syntax-error"}


def _is_local(rule: Rule) -> bool:
    return rule.check_project is None and rule.check_table is None and rule.id not in NEEDS_PROJECT


def _with_text(file: CodeFile, raw: bytes) -> CodeFile:
    return CodeFile(
        file.path,
        lambda: raw,
        category=file.category,
        module=file.module,
        origin=file.origin,
        named=True,
    )


def _imported(small: CodeFile, file: CodeFile, project: Project) -> list[CodeFile]:
    """What it takes to understand the declarations: schema, components, imports and their own."""
    found: dict[CodeFile, None] = {}
    waiting = deque([*_definitions(project), *_named_in(small.raw, file, project)])
    size = 0
    while waiting and len(found) < MOST_AROUND and size < LARGEST_AROUND:
        other = waiting.popleft()
        if other.path == file.path or other in found:
            continue
        found[other] = None
        size += len(other.raw)
        waiting += _named_in(other.raw, other, project)
    return sorted(found, key=lambda other: other.path)


def _definitions(project: Project) -> Iterator[CodeFile]:
    for file in project.files:
        if file.module and file.path.rsplit("/", 1)[-1].startswith(("schema.", "convex.config.")):
            yield file


def _named_in(raw: bytes, file: CodeFile, project: Project) -> Iterator[CodeFile]:
    """The files that a text imports, and those whose functions it refers to."""
    for specifier in dict.fromkeys(_SPECIFIER.findall(raw)):
        other = project.imported_file(file, specifier.decode("utf-8", "replace"))
        if other is not None:
            yield other
    for reference in dict.fromkeys(_REFERENCE.findall(raw)):
        parts = [part.strip().decode("ascii", "replace") for part in reference.split(b".")][1:-1]
        other = project.function_module("/".join(parts), near=file)
        if other is not None:
            yield other
