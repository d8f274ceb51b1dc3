"""Whether a text still says what a statement said: other words are fine, another meaning is not.

Two statements mean the same where they name the same code in the same order, the same numbers and
the same opposites (before, after; client, server), deny as often, and are alike in their words.
White space, Markdown's marks and letter case never count. Word work only, without a model: the same
texts always compare the same, and where a rewording goes further the case asks to be looked at.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from agents.document import Document
from agents.likeness import Words, likeness_of, words_of
from agents.location import LineIndex, Lines

ALIKE = 0.6
"""How alike a reworded statement's words must be to those it had, 0 to 1."""
HELD = 0.75
"""Which share of a quote's words a reworded passage must hold."""
EXACT = 1.0
_MAX_BLOCKS = 20_000

_SPAN = re.compile(r"`([^`\n]{1,300})`")
_IDENTIFIER = re.compile(r"[A-Za-z_$][\w$]*")
_CODE_LIKE = re.compile(
    r"(?<![\w$])(?:[a-z_$][\w$]*[A-Z_][\w$]*|[A-Z][a-z0-9]+[A-Z][\w$]*|[A-Za-z_$][\w$]*(?=\())"
)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_WORD = re.compile(r"[\w$]+(?:['’][a-z]+)?")
_MARKS = str.maketrans("", "", "`*_")
_DENIES = frozenset(
    {
        *("not", "never", "no", "none", "nor", "neither", "nothing", "nobody", "without", "cannot"),
        *("avoid", "avoids", "avoiding", "forbid", "forbidden", "refuse", "reject", "stop"),
    }
)
_OPPOSITES = frozenset(
    {
        *("before", "after", "first", "last", "more", "less", "fewer", "most", "least", "min"),
        *("max", "always", "sometimes", "client", "server", "public", "internal", "private"),
        *("query", "queries", "mutation", "mutations", "action", "actions", "read", "write"),
        *("reads", "writes", "above", "below", "inside", "outside", "optional", "required"),
        *("allow", "deny", "enable", "disable", "all", "some", "any", "only", "both", "either"),
    }
)
_LEAD = re.compile(r"[ \t]{0,200}(?:[-*+]|\d{1,9}[.)])[ \t]|[ \t]{0,200}(?:\||#{1,6}[ \t])")
_ENTRY = re.compile(
    r"^[ \t]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?(?:\[[ xX]\][ \t]+)?(?:[✅❌☐☑✓✗][ \t]*)?"
)


@dataclass(frozen=True, slots=True)
class Statement:
    """What of a statement must stay for it to mean the same."""

    plain: str
    """Without marks, letter case and the amount of white space."""
    code: tuple[str, ...]
    """The names in its code, in order."""
    tokens: tuple[str, ...]
    """All its words and names as written, in order."""
    numbers: tuple[str, ...]
    opposites: Counter[str]
    denials: int
    words: Words


@lru_cache(maxsize=20_000)
def read_statement(text: str) -> Statement:
    """A statement's parts; its bullet, number or tick mark is no part of it."""
    bare = _ENTRY.sub("", text)
    unmarked = bare.translate(_MARKS)
    tokens = tuple(_WORD.findall(bare.replace("`", " ").replace("*", " ")))
    lower = [token.casefold().replace("’", "'") for token in tokens]
    return Statement(
        plain=" ".join(unmarked.casefold().split()).rstrip(".;:,"),
        code=_code_in(bare),
        tokens=tuple(_IDENTIFIER.findall(bare)),
        numbers=tuple(_NUMBER.findall(unmarked)),
        opposites=Counter(word for word in lower if word in _OPPOSITES),
        denials=sum(word in _DENIES or word.endswith("n't") for word in lower),
        words=words_of(unmarked),
    )


def _code_in(text: str) -> tuple[str, ...]:
    """The names between backticks, and others that are written like code, in their order."""
    found: list[tuple[int, str]] = []
    for span in _SPAN.finditer(text):
        inner = _IDENTIFIER.finditer(text, span.start() + 1, span.end() - 1)
        found += ((name.start(), name[0]) for name in inner)
    loose = _SPAN.sub(lambda span: " " * len(span[0]), text).replace("*", " ")
    found += ((name.start(), name[0]) for name in _CODE_LIKE.finditer(loose))
    return tuple(name for _, name in sorted(found))


def sameness(wanted: Statement, found: Statement) -> float:
    """1 for the same words, their likeness for a rewording, 0 where the meaning may be another."""
    if wanted.plain == found.plain:
        return EXACT
    same = (
        wanted.denials == found.denials
        and _stands_in(wanted.code, found.tokens)
        and _stands_in(found.code, wanted.tokens)
        and Counter(wanted.numbers) == Counter(found.numbers)
        and wanted.opposites == found.opposites
    )
    if not same:
        return 0.0
    likeness = likeness_of(wanted.words, found.words)
    # Below 1, since only the same words are the same statement.
    return min(likeness, 0.999) if likeness >= ALIKE else 0.0


def match_statements(wanted: Sequence[str], found: Sequence[str]) -> list[int | None]:
    """For each wanted statement the place of the one that still says it, each at most once."""
    old, new = [read_statement(text) for text in wanted], [read_statement(text) for text in found]
    exact: dict[str, list[int]] = {}
    for place, statement in enumerate(new):
        exact.setdefault(statement.plain, []).append(place)
    result: list[int | None] = [None] * len(old)
    for at, statement in enumerate(old):
        if places := exact.get(statement.plain):
            result[at] = places.pop(0)
    used = {place for place in result if place is not None}
    pairs = [
        (-alike, abs(at - place), at, place)
        for at, statement in enumerate(old)
        if result[at] is None
        for place, other in enumerate(new)
        if place not in used and (alike := sameness(statement, other))
    ]
    for _, _, at, place in sorted(pairs):
        if result[at] is None and place not in used:
            result[at] = place
            used.add(place)
    return result


def find_reworded(quote: str, document: Document) -> tuple[Lines, ...]:
    """Where a document says a quote in other words: the entry or paragraph that holds most of it.

    Empty where none does. The quote may be a part of what stands there.
    """
    wanted = read_statement(quote)
    best: tuple[float, Lines] | None = None
    for lines, text in _blocks(document):
        held = _held(wanted, read_statement(text))
        if held >= HELD and (best is None or held > best[0]):
            best = (held, lines)
    return (best[1],) if best is not None else ()


def _held(wanted: Statement, found: Statement) -> float:
    """Which share of the words stands there, 0 where the meaning may be another."""
    missing = wanted.opposites - found.opposites
    if (
        missing
        or found.denials < wanted.denials
        or not _stands_in(wanted.code, found.tokens)
        or Counter(wanted.numbers) - Counter(found.numbers)
    ):
        return 0.0
    words = Counter(wanted.words)
    return sum((words & Counter(found.words)).values()) / max(1, words.total())


def _blocks(document: Document) -> list[tuple[Lines, str]]:
    """The entries and paragraphs of a document, with the lines that they stand on."""
    index = LineIndex(document.raw)
    blocks: list[tuple[Lines, str]] = []
    start, held = 0, list[str]()

    def close(last: int) -> None:
        if held:
            blocks.append((Lines(start, last), " ".join(held)))
            held.clear()

    for number in range(1, index.line_count + 1):
        line = index.cut(Lines(number, number)).decode("utf-8", "replace").rstrip("\r\n")
        if not line.strip() or _LEAD.match(line):
            close(number - 1)
        if line.strip():
            if not held:
                start = number
            held.append(line.strip())
        if len(blocks) >= _MAX_BLOCKS:
            break
    close(index.line_count)
    return blocks


def _stands_in(names: Sequence[str], tokens: Sequence[str]) -> bool:
    """Whether the names stand there in this order, whatever stands between."""
    rest = iter(tokens)
    return all(name in rest for name in names)
