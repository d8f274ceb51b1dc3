"""Documents cut into chunks along their own structure."""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Literal

from agents.document import Document
from agents.location import Lines
from kb.blocks import Block, TextLines, read_blocks
from kb.page import PageText
from kb.source import Source

CHUNKER = "1"
"""Part of every chunk's id; to be raised whenever the same document is cut otherwise."""

LIMIT = 1200
"""Characters to which neighbouring paragraphs or list items are packed together."""

_LONGEST_HEADING = 500
_CLOSING_MARKS = re.compile(r"[ \t]+#+\Z")

ChunkKind = Literal["prose", "list", "table", "code"]


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage of a version of a document: what is searched, ranked and cited."""

    id: str
    """Digest of origin, version, lines and chunker: equal input, equal id."""
    source: str
    """The agent's handle, or the name given to added documentation."""
    origin: str
    path: str
    version: int
    digest: str
    """SHA-256 of the version's exact bytes."""
    lines: Lines
    heading: tuple[str, ...]
    """Heading texts from the outermost to the one that the passage stands under."""
    kind: ChunkKind
    text: str
    """The exact text of `lines`, without the last line's break."""
    reading: str | None = None
    """What the lines say, as many lines, where the page is written with components; else None."""

    @property
    def says(self) -> str:
        """The text without components: what is embedded, looked up and answered from."""
        return self.text if self.reading is None else self.reading


def chunk_document(document: Document, source: Source) -> list[Chunk]:
    """The chunks of a document in the order of its lines.

    Every line of the body that carries text is in exactly one chunk; a heading belongs to the
    first chunk below it, or is one by itself where nothing stands below it. A list is cut only
    between its items, a table and a code block never. The paragraph that introduces a list, a
    table or a code block is in its chunk. The frontmatter's description is a chunk too.
    """
    text = TextLines(document.text)
    head = document.frontmatter.lines
    runs = list(_cut(text, read_blocks(text, after=head.end if head else 0)))
    described = document.frontmatter.keys.get("description")
    if described is not None and document.description.strip():
        runs.insert(0, _Run("prose", described, described.start))
    sections = sorted(document.sections, key=lambda section: section.own.start)
    headings = _Headings([(section.own.start, section.heading) for section in sections])
    return [_chunk(source, run, headings, text, None) for run in runs]


def chunk_page(page: PageText, source: Source) -> list[Chunk]:
    """The chunks of a page of documentation, cut as agents are, by what the page says.

    The page's title is the outermost heading. Lines and text are those of the page as added.
    """
    text, reading = TextLines(page.text), TextLines(page.reading)
    blocks = read_blocks(reading, after=page.head)
    runs = list(_cut(reading, blocks))
    if page.described is not None:
        runs.insert(0, _Run("prose", page.described, page.described.start))
    headings = _Headings(_outline(page.title, reading, blocks))
    return [_chunk(source, run, headings, text, reading) for run in runs]


def _outline(
    title: str, reading: TextLines, blocks: Sequence[Block]
) -> list[tuple[int, tuple[str, ...]]]:
    """Where each heading path begins, the title in front of all."""
    from agents.prescriptive import plain

    path: list[tuple[int, str]] = []
    found: list[tuple[int, tuple[str, ...]]] = [(1, (title,))]
    for block in blocks:
        if block.kind != "heading":
            continue
        line = reading.line(block.lines.start).strip()
        text = plain(_CLOSING_MARKS.sub("", line.lstrip("#"))).strip()[:_LONGEST_HEADING]
        while path and path[-1][0] >= block.level:
            path.pop()
        if text and not (block.level == 1 and text == title):
            path.append((block.level, text))
        found.append((block.lines.start, (title, *(heading for _, heading in path))))
    return found


def _chunk(
    source: Source, run: _Run, headings: _Headings, text: TextLines, reading: TextLines | None
) -> Chunk:
    exact = text.cut(run.lines)
    says = exact if reading is None else reading.cut(run.lines)
    return Chunk(
        id=_chunk_id(source, run.lines),
        source=source.name,
        origin=source.origin,
        path=source.path,
        version=source.version,
        digest=source.digest,
        lines=run.lines,
        heading=headings.at(run.body),
        kind=run.kind,
        text=exact,
        reading=None if says == exact else says,
    )


def _chunk_id(source: Source, lines: Lines) -> str:
    named = (source.origin, source.digest, str(lines.start), str(lines.end), CHUNKER)
    return hashlib.sha256("\0".join(named).encode("utf-8", "surrogatepass")).hexdigest()[:32]


class _Headings:
    """The heading path that each line stands under."""

    def __init__(self, outline: Sequence[tuple[int, tuple[str, ...]]]) -> None:
        """`outline`: lines in their order, each with the path that begins there."""
        self._starts = [start for start, _ in outline]
        self._paths = [path for _, path in outline]

    def at(self, line: int) -> tuple[str, ...]:
        found = bisect_right(self._starts, line)
        return self._paths[found - 1] if found else ()


@dataclass(frozen=True, slots=True)
class _Run:
    kind: ChunkKind
    lines: Lines
    body: int
    """The line that decides the heading path: the first below the headings in front."""


def _cut(text: TextLines, blocks: Sequence[Block]) -> Iterator[_Run]:
    cutter = _Cutter(text)
    for block in _with_introducing_items(text, blocks):
        yield from cutter.take(block)
    yield from cutter.finish()


def _with_introducing_items(text: TextLines, blocks: Sequence[Block]) -> Iterator[Block]:
    """The blocks, a list's last item split off where it introduces the code block below it."""
    for block, following in zip_longest(blocks, blocks[1:]):
        introduces = (
            block.kind == "list"
            and following is not None
            and following.kind == "code"
            and (len(block.pieces) == 1 or text.cut(block.pieces[-1]).rstrip().endswith(":"))
        )
        if not introduces:
            yield block
            continue
        *others, last = block.pieces
        if others:
            yield Block("list", Lines(others[0].start, others[-1].end), tuple(others))
        yield Block("prose", last, (last,))


class _Cutter:
    """Takes blocks one by one and gives runs as soon as they are complete."""

    def __init__(self, text: TextLines) -> None:
        self._text = text
        self._headings: list[Block] = []
        self._prose: list[Block] = []

    def take(self, block: Block) -> Iterator[_Run]:
        if block.kind == "prose":
            self._prose.append(block)
        elif block.kind == "rule":
            yield from self._flush_prose()
        elif block.kind == "heading":
            yield from self._flush_prose()
            if self._headings and block.level <= self._headings[-1].level:
                yield from self._flush_headings()
            self._headings.append(block)
        else:
            introduction = self._take_introduction()
            yield from self._flush_prose()
            pieces = [*introduction, *block.pieces]
            yield from self._emit(block.kind, self._packed(pieces, 1 + len(introduction)))

    def finish(self) -> Iterator[_Run]:
        yield from self._flush_prose()
        yield from self._flush_headings()

    def _take_introduction(self) -> list[Lines]:
        """The paragraph just above, as one piece; of a very long one its last lines."""
        if not self._prose:
            return []
        paragraph = self._prose.pop()
        if self._text.size(paragraph.lines) <= LIMIT or len(paragraph.pieces) == 1:
            return [paragraph.lines]
        *earlier, last = self._packed(paragraph.pieces)
        rest = tuple(piece for run in earlier for piece in run)
        self._prose.append(Block("prose", Lines(rest[0].start, rest[-1].end), rest))
        return [Lines(last[0].start, last[-1].end)]

    def _flush_prose(self) -> Iterator[_Run]:
        pieces: list[Lines] = []
        for block in self._prose:
            whole = self._text.size(block.lines) <= LIMIT
            pieces += [block.lines] if whole else block.pieces
        self._prose.clear()
        yield from self._emit("prose", self._packed(pieces))

    def _flush_headings(self) -> Iterator[_Run]:
        if self._headings:
            first, last = self._headings[0].lines, self._headings[-1].lines
            self._headings.clear()
            yield _Run("prose", Lines(first.start, last.end), last.start)

    def _packed(self, pieces: Sequence[Lines], at_least: int = 1) -> list[list[Lines]]:
        """Neighbouring pieces together up to LIMIT; the first pack has `at_least` that many."""
        packs: list[list[Lines]] = []
        for piece in pieces:
            fits = packs and (
                self._text.size(Lines(packs[-1][0].start, piece.end)) <= LIMIT
                or (len(packs) == 1 and len(packs[0]) < at_least)
            )
            if fits:
                packs[-1].append(piece)
            else:
                packs.append([piece])
        return packs

    def _emit(self, kind: ChunkKind, packs: Sequence[Sequence[Lines]]) -> Iterator[_Run]:
        for pack in packs:
            body = pack[0].start
            start = self._headings[0].lines.start if self._headings else body
            self._headings.clear()
            yield _Run(kind, Lines(start, pack[-1].end), body)


# What a vector is made from. all-MiniLM-L6-v2 reads 256 word pieces: about 1,000 characters of
# prose or 700 of code. The rest would have no part in the vector, so a longer chunk gets several.
PART = 800
MOST_PARTS = 32
_HEADING_LINE = re.compile(r" {0,3}#{1,6}(?:[ \t]|$)")


def embedded_texts(heading: Sequence[str], text: str) -> tuple[str, ...]:
    """The texts whose vectors stand for a chunk, each led by the heading path.

    A chunk is as similar to a question as the most similar of its parts. Of a chunk with more than
    MOST_PARTS parts only the first so many are embedded; lexical search covers all of it.
    """
    lines = text.splitlines()
    while lines and (_HEADING_LINE.match(lines[0]) or not lines[0].strip()):
        del lines[0]
    context = " > ".join(heading)
    parts = _parts(lines) or [""]
    return tuple(f"{context}\n{part}".strip() for part in parts[:MOST_PARTS])


def _parts(lines: Sequence[str]) -> list[str]:
    parts: list[str] = []
    current: list[str] = []
    size = 0
    for line in lines:
        for at in range(0, max(len(line), 1), PART):
            stretch = line[at : at + PART]
            if current and size + len(stretch) > PART:
                parts.append("\n".join(current))
                current, size = [], 0
            current.append(stretch)
            size += len(stretch) + 1
    if current:
        parts.append("\n".join(current))
    return parts
