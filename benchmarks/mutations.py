"""Edits of agent documents, drawn by a seeded generator: some do harm, some do not.

Each takes a document's text and returns the edited one, or None where it finds nothing to edit.
What they look for is written without a look at what the suites hold.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from agents.document import ChecklistItem, Document, Section
from agents.parse import parse_document

Mutate = Callable[[Random, str], str | None]

SWAPS = (
    *(("withIndex", "filter"), ("internalMutation", "mutation"), ("internalQuery", "query")),
    *(("internalAction", "action"), ("useQuery", "useAction"), ("runMutation", "runAction")),
    *(("runQuery", "runMutation"), ("v.id", "v.string"), ("v.string", "v.any")),
    *((".collect()", ".first()"), (".take(", ".collect("), (".unique()", ".first()")),
    *((".paginate(", ".collect("), ("ctx.db.patch", "ctx.db.replace"), ("runAfter", "runNow")),
    *(("usePaginatedQuery", "useQuery"), ("getUserIdentity", "getUser"), ("ConvexError", "Error")),
    *(("httpAction", "action"), ("ctx.db.get", "ctx.db.query"), ("searchIndex", "index")),
    *(("defineTable", "defineSchema"), ("internal.", "api."), ("optimisticUpdate", "update")),
)
NEGATIONS = (
    *((r"\bNever\b", "Always"), (r"\bnever\b", "always"), (r"\bDo not\b", "Do")),
    *((r"\bDon't\b", "Do"), (r"\bAvoid\b", "Use"), (r"\bmust not\b", "must")),
    *((r"\bdo not\b", "do"), (r"\bAlways\b", "Never"), (r"\bmust\b", "must not")),
    *((r"\balways\b", "never"), (r"\bPrefer\b", "Avoid"), (r"\bshould\b", "should not")),
)
SYNONYMS = (
    *(("such as", "for example"), ("instead of", "rather than"), ("because", "since")),
    *(("so that", "in order that"), ("every", "each"), ("needs", "requires")),
    *(("shows", "displays"), ("large", "big"), ("choose", "pick"), ("through", "by way of")),
    *(("begins", "starts"), ("begin", "start"), ("wants", "asks for"), ("together", "jointly")),
    *(("several", "multiple"), ("costs", "takes"), ("build", "make"), ("tells", "says")),
    *(("keeps", "holds"), ("gives", "yields"), ("rarely", "seldom"), ("often", "frequently")),
    *(("belongs in", "goes into"), ("belong in", "go into"), ("comes from", "stems from")),
    *(("a few", "some few"), ("quickly", "fast"), ("enough", "sufficient"), ("whole", "entire")),
)
SPELLINGS = (
    *(("optimise", "optimize"), ("optimisa", "optimiza"), ("behaviour", "behavior")),
    *(("authorise", "authorize"), ("authorisa", "authoriza"), ("serialise", "serialize")),
    *(("normalise", "normalize"), ("normalisa", "normaliza"), ("organise", "organize")),
    *(("organisa", "organiza"), ("colour", "color"), ("synchronise", "synchronize")),
    *(("synchronisa", "synchroniza"), ("initialise", "initialize"), ("recognise", "recognize")),
    *(("generalise", "generalize"), ("re-run", "rerun"), ("set-up", "setup")),
    *(("look-up", "lookup"), ("clean-up", "cleanup"), ("time-out", "timeout")),
    *(("sub-section", "subsection"), ("co-operat", "cooperat"), ("down-time", "downtime")),
)
_CODE = re.compile(r"```.*?```|`[^`\n]*`|<[^>\n]*>|\]\([^)\n]*\)", re.DOTALL)
_HEADING = re.compile(r"^#{1,6} .*$", re.MULTILINE)
_HEAD = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_BULLET = re.compile(r"^- \S.*$")


@dataclass(frozen=True, slots=True)
class Mutation:
    """A kind of edit."""

    name: str
    harmful: bool
    mutate: Mutate


def _read(text: str) -> Document:
    return parse_document(text.encode())


def _cut(text: str, first: int, last: int) -> str:
    lines = text.split("\n")
    return "\n".join(lines[: first - 1] + lines[last:])


def _items(text: str) -> list[ChecklistItem]:
    kinds = ("bullet", "step", "task", "mark")
    return [item for item in _read(text).checklist if item.kind in kinds]


def delete_item(chance: Random, text: str) -> str | None:
    """Take a checklist item out."""
    item = chance.choice(_items(text))
    return _cut(text, item.lines.start, item.lines.end)


def flip_polarity(chance: Random, text: str) -> str | None:
    """Let an item forbid what it asks for, or ask for what it forbids."""
    items = _items(text)
    item = chance.choice(items)
    lines = text.split("\n")
    at = slice(item.lines.start - 1, item.lines.end)
    said = "\n".join(lines[at])
    for pattern, other in NEGATIONS:
        flipped, count = re.subn(pattern, other, said, count=1)
        if count:
            break
    else:
        lead = re.match(r"\s*(?:[-*+]|\d+[.)])\s+(?:\[[ xX]\]\s+)?(?:\*\*[^*]+\*\*:?\s+)?", said)
        if lead is None or not said[lead.end() :][:1].isupper():
            return None
        rest = said[lead.end() :]
        flipped = f"{lead[0]}Never {rest[0].lower()}{rest[1:]}"
    lines[at] = flipped.split("\n")
    return "\n".join(lines)


def swap_api(chance: Random, text: str) -> str | None:
    """Put another function's name where one stands, once."""
    body = _body(text)
    found = [
        (match.start(), old, new)
        for old, new in SWAPS
        for match in re.finditer(
            rf"(?<![\w]){re.escape(old)}" if old[0] != "." else re.escape(old), text
        )
        if match.start() >= body and (not old[-1].isalnum() or not _goes_on(text, match.end()))
    ]
    if not found:
        return None
    start, old, new = chance.choice(sorted(found))
    return text[:start] + new + text[start + len(old) :]


def remove_section(chance: Random, text: str) -> str | None:
    """Take a section out, with what stands below it."""
    section = chance.choice([one for one in _read(text).sections if one.level >= 2])
    return _cut(text, section.lines.start, section.lines.end)


def break_yaml(chance: Random, text: str) -> str | None:
    """Break the head, as people do by hand."""
    ways: Sequence[Callable[[str], str]] = (
        lambda head: head.replace("name:", "name", 1),
        lambda head: head.removesuffix("---\n"),
        lambda head: head.removeprefix("---\n"),
        lambda head: re.sub(r"(?m)^description:.*$", "description: [", head, count=1),
        lambda head: re.sub(r"(?m)^name:.*\n", "", head, count=1),
        lambda head: re.sub(r"(?m)^name: ", "name: {", head, count=1),
        lambda head: head.replace("description:", "\tdescription:", 1),
    )
    head = _HEAD.match(text)
    if head is None:
        return None
    return chance.choice(ways)(head[0]) + text[head.end() :]


def shuffle_sections(chance: Random, text: str) -> str | None:
    """Put the main sections into another order."""
    sections = _siblings(_read(text).sections)
    if len(sections) < 3:
        return None
    lines = text.split("\n")
    parts = [lines[one.lines.start - 1 : one.lines.end] for one in sections]
    order = list(range(len(parts)))
    while order == sorted(order):
        chance.shuffle(order)
    first, last = sections[0].lines.start - 1, sections[-1].lines.end
    shuffled = [line for at in order for line in [*parts[at], ""]]
    return "\n".join(lines[:first] + shuffled + lines[last:])


def _siblings(sections: Sequence[Section]) -> list[Section]:
    return [one for one in sections if one.level == 2]


def reword(chance: Random, text: str) -> str | None:
    """Say it in other words of the same meaning, at one to three places."""
    return _in_prose(chance, text, SYNONYMS, whole=True, most=3)


def fix_spelling(chance: Random, text: str) -> str | None:
    """Spell words otherwise, at one to three places."""
    return _in_prose(chance, text, SPELLINGS, whole=False, most=3)


def _in_prose(
    chance: Random, text: str, pairs: Sequence[tuple[str, str]], *, whole: bool, most: int
) -> str | None:
    """Replace words that stand neither in code nor in headings, links or the head."""
    kept = [match.span() for pattern in (_CODE, _HEADING) for match in pattern.finditer(text)]
    body = _body(text)
    edge = r"\b" if whole else ""
    found = [
        (match.start(), match.end(), new)
        for old, new in pairs
        for match in re.finditer(rf"\b{re.escape(old)}{edge}", text)
        if match.start() >= body
        and not any(start < match.end() and match.start() < end for start, end in kept)
    ]
    if not found:
        return None
    chosen = chance.sample(sorted(found), min(len(found), chance.randint(1, most)))
    last = len(text)
    for start, end, new in sorted(chosen, reverse=True):
        if end <= last:
            text, last = text[:start] + new + text[end:], start
    return text


def restyle(chance: Random, text: str) -> str | None:
    """Other bullets in a section, a word in bold, or a long line broken."""
    lines = text.split("\n")
    first = text[: _body(text)].count("\n")
    fenced = _fenced(lines)
    bullets = [
        at
        for at, line in enumerate(lines)
        if at >= first and at not in fenced and _BULLET.match(line)
    ]
    if not bullets:
        return None
    at, way = chance.choice(bullets), chance.randrange(3)
    if way == 0:
        run = [at]
        while run[-1] + 1 in bullets:
            run.append(run[-1] + 1)
        while run[0] - 1 in bullets:
            run.insert(0, run[0] - 1)
        for one in run:
            lines[one] = "*" + lines[one][1:]
    elif way == 1:
        words = re.sub(r"^- ([A-Z][a-z]+) ", r"- **\1** ", lines[at])
        if words == lines[at]:
            return None
        lines[at] = words
    else:
        spaces = [m.start() for m in re.finditer(" ", lines[at]) if 30 < m.start() < 90]
        spaces = [at_ for at_ in spaces if lines[at][:at_].count("`") % 2 == 0]
        if not spaces:
            return None
        cut = chance.choice(spaces)
        lines[at : at + 1] = [lines[at][:cut], "  " + lines[at][cut + 1 :]]
    return "\n".join(lines)


def add_white_space(chance: Random, text: str) -> str | None:
    """Blank lines before headings, or a space at the end of lines."""
    lines = text.split("\n")
    first = text[: _body(text)].count("\n")
    fenced = _fenced(lines)
    outside = [at for at, line in enumerate(lines) if at >= first and at not in fenced]
    if chance.random() < 0.5:
        headings = [at for at in outside if lines[at].startswith("#")]
        for at in sorted(chance.sample(headings, min(3, len(headings))), reverse=True):
            lines[at:at] = ["", ""]
        return "\n".join(lines)
    spoken = [at for at in outside if lines[at].strip() and not lines[at].startswith("|")]
    for at in chance.sample(spoken, min(10, len(spoken))):
        lines[at] = lines[at].rstrip() + " "
    return "\n".join(lines)


def reorder_bullets(chance: Random, text: str) -> str | None:
    """Swap two neighbouring one-line bullets."""
    lines = text.split("\n")
    fenced = _fenced(lines)
    pairs = [
        at
        for at in range(len(lines) - 2)
        if not {at, at + 1} & fenced
        and _BULLET.match(lines[at])
        and _BULLET.match(lines[at + 1])
        and not lines[at + 2].startswith("  ")
    ]
    if not pairs:
        return None
    at = chance.choice(pairs)
    lines[at], lines[at + 1] = lines[at + 1], lines[at]
    return "\n".join(lines)


def _body(text: str) -> int:
    head = _HEAD.match(text)
    return head.end() if head is not None else 0


def _fenced(lines: Sequence[str]) -> set[int]:
    inside, found = False, set()
    for at, line in enumerate(lines):
        if line.lstrip().startswith("```"):
            inside = not inside
            found.add(at)
        elif inside:
            found.add(at)
    return found


def _goes_on(text: str, end: int) -> bool:
    return end < len(text) and (text[end].isalnum() or text[end] in "_$")


MUTATIONS = (
    Mutation("delete an item", True, delete_item),
    Mutation("flip its polarity", True, flip_polarity),
    Mutation("swap an API name", True, swap_api),
    Mutation("remove a section", True, remove_section),
    Mutation("break the YAML", True, break_yaml),
    Mutation("shuffle sections", True, shuffle_sections),
    Mutation("reword", False, reword),
    Mutation("format", False, restyle),
    Mutation("white space", False, add_white_space),
    Mutation("reorder bullets", False, reorder_bullets),
    Mutation("spelling", False, fix_spelling),
)
