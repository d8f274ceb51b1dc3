"""Where documents are cut, and the laws that every cut keeps."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.document import Document
from agents.location import LineIndex, Lines
from agents.parse import parse_document
from kb.chunk import LIMIT, MOST_PARTS, PART, Chunk, chunk_document, embedded_texts
from kb.source import Source

SEEDS = Path(__file__).parents[3] / "shared" / "seeds"
BUILTIN = Path(__file__).parents[2] / "agents" / "definitions"


RULE = set("-*_ \t")
"""Of these a thematic break is made, which carries no text."""


def chunks_of(text: str) -> list[Chunk]:
    document = parse_document(text.encode(), filename="d.md")
    return cut(document)


def cut(document: Document) -> list[Chunk]:
    return chunk_document(document, Source("d", "c/d.md", "d.md", 1, document.digest))


def outline(text: str) -> list[tuple[str, int, int]]:
    return [(chunk.kind, chunk.lines.start, chunk.lines.end) for chunk in chunks_of(text)]


def assert_lawful(document: Document) -> None:
    chunks = cut(document)
    index = LineIndex(document.text.encode())
    lines = [index.cut(Lines(n, n)).decode() for n in range(1, index.line_count + 1)]
    covered: dict[int, int] = {}
    for chunk in chunks:
        assert chunk.lines.end <= index.line_count
        assert chunk.text.encode() == index.cut(chunk.lines)
        for number in range(chunk.lines.start, chunk.lines.end + 1):
            covered[number] = covered.get(number, 0) + 1
    assert set(covered.values()) <= {1}
    head = document.frontmatter.lines
    after = head.end if head else 0
    left_out = [
        number
        for number, line in enumerate(lines, start=1)
        if number > after and number not in covered and line.strip() and not set(line) <= RULE
    ]
    assert left_out == []
    for block in document.code:
        holding = [c for c in chunks if c.lines.overlaps(block.lines)]
        assert len(holding) == 1, f"the code block at {block.lines} is in {len(holding)} chunks"
    assert [c.id for c in cut(document)] == [c.id for c in chunks]
    assert len({c.id for c in chunks}) == len(chunks)


WORDS = st.lists(
    st.sampled_from(
        ["index", "query", "`ctx.db`", "**Why**:", "naïve", "反応", "a\u00a0b", "\u2028"]
    ),
    min_size=1,
    max_size=12,
).map(" ".join)
PARAGRAPH = st.lists(WORDS, min_size=1, max_size=30).map("\n".join)
HEADING = st.builds(lambda level, text: "#" * level + " " + text, st.integers(1, 6), WORDS)
LIST = st.lists(st.builds("- {}\n  - {}".format, WORDS, WORDS), min_size=1, max_size=40).map(
    "\n".join
)
STEPS = st.lists(WORDS, min_size=1, max_size=5).map(
    lambda items: "\n".join(
        f"{n}. {text}\n\n   ```ts\n   f()\n   ```" for n, text in enumerate(items, 1)
    )
)
CODE = st.builds("```{}\n{}\n```".format, st.sampled_from(["ts", "", "bash"]), PARAGRAPH)
TABLE = st.lists(WORDS, min_size=1, max_size=60).map(
    lambda rows: "| a | b |\n| - | - |\n" + "\n".join(f"| {row} | x |" for row in rows)
)
ODD = st.sampled_from(
    [
        "---",
        "***",
        "[a]: http://a.example",
        "<div>\n\n</div>",
        "> quoted\n> ```\n> code\n> ```",
        "    indented",
        "```\nunclosed",
        "Title\n=====",
        "1) x",
        "- \n-\n- x",
        "# ",
    ]
)
BODY = st.lists(st.one_of(PARAGRAPH, HEADING, LIST, STEPS, CODE, TABLE, ODD), max_size=12).flatmap(
    lambda blocks: st.lists(
        st.sampled_from(["\n", "\n\n", "\n\n\n"]), min_size=len(blocks), max_size=len(blocks)
    ).map(lambda gaps: "".join(b + g for b, g in zip(blocks, gaps, strict=True)))
)
HEAD = st.sampled_from(
    ["", "---\nname: x\ndescription: y\n---\n", "---\ndescription: |\n  a\n  b\n---\n"]
)


@given(HEAD, BODY, st.sampled_from(["\n", "\r\n", "\r"]), st.booleans())
def test_every_line_that_carries_text_is_in_exactly_one_chunk(
    head: str, body: str, line_break: str, with_mark: bool
) -> None:
    raw = (head + body).replace("\n", line_break).encode()
    assert_lawful(parse_document(b"\xef\xbb\xbf" * with_mark + raw, filename="d.md"))


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=300))
def test_any_text_can_be_cut(text: str) -> None:
    assert_lawful(parse_document(text.encode(), filename="d.md"))


@pytest.mark.parametrize(
    "path",
    [*sorted(SEEDS.glob("*.md")), *sorted(BUILTIN.glob("*.md"))],
    ids=lambda p: p.stem,
)
def test_real_documents_are_cut_lawfully(path: Path) -> None:
    assert_lawful(parse_document(path.read_bytes(), filename=path.name))


def test_a_heading_belongs_to_the_chunk_below_it_with_its_path() -> None:
    first, second = chunks_of("# One\n\n## Two\n\ntext\n\n## Three\n- item\n")
    assert (first.lines.as_list(), first.heading) == ([1, 5], ("One", "Two"))
    assert (second.lines.as_list(), second.heading) == ([7, 8], ("One", "Three"))


def test_a_heading_with_nothing_below_is_a_chunk_and_not_part_of_the_next_section() -> None:
    assert outline("## Deprecated\n\n## Usage\ntext\n\n## End\n") == [
        ("prose", 1, 1),
        ("prose", 3, 4),
        ("prose", 6, 6),
    ]


def test_a_code_example_keeps_the_paragraph_that_introduces_it() -> None:
    text = "## A\nAbout it.\n\nLike so:\n\n```ts\nf();\n\ng();\n```\n\nAfterwards.\n"
    assert outline(text) == [("prose", 1, 2), ("code", 4, 10), ("prose", 12, 12)]


def test_a_code_example_keeps_the_list_item_that_introduces_it() -> None:
    text = "- one\n- two, as here:\n\n```ts\nf();\n```\n"
    assert outline(text) == [("list", 1, 1), ("code", 2, 6)]


def test_a_code_block_is_never_cut_however_long() -> None:
    text = "```ts\n" + "const value = await ctx.db.get(id);\n" * 500 + "```\n"
    assert outline(text) == [("code", 1, 502)]


def test_a_table_keeps_its_introduction_and_is_not_cut() -> None:
    rows = "".join(f"| need {n} | component number {n} |\n" for n in range(200))
    assert outline(f"Choose by:\n\n| a | b |\n|---|---|\n{rows}") == [("table", 1, 204)]


def test_a_long_list_is_cut_between_items_only() -> None:
    item = "- " + "word " * 60 + "\n  and its second line\n"
    chunks = chunks_of("Rules:\n\n" + item * 12)
    assert len(chunks) > 1
    assert {chunk.kind for chunk in chunks} == {"list"}
    assert chunks[0].text.startswith("Rules:\n\n- word")
    assert all(chunk.text.endswith("and its second line") for chunk in chunks)
    assert all(len(chunk.text) <= LIMIT for chunk in chunks)


def test_the_description_is_a_chunk_with_its_own_lines() -> None:
    first, _ = chunks_of("---\nname: a\ndescription: |\n  Use for\n  schemas.\n---\ntext\n")
    assert first.lines.as_list() == [3, 5]
    assert first.text == "description: |\n  Use for\n  schemas."


def test_ids_change_with_origin_version_and_lines() -> None:
    document = parse_document(b"text\n", filename="d.md")
    of = [
        Source("d", "c/d.md", "d.md", 1, document.digest),
        Source("other", "c/d.md", "d.md", 2, document.digest),
        Source("d", "c/e.md", "d.md", 1, document.digest),
        Source("d", "c/d.md", "d.md", 1, "0" * 64),
    ]
    same, renamed, moved, changed = (chunk_document(document, source)[0].id for source in of)
    assert same == renamed
    assert len({same, moved, changed}) == 3


def test_all_of_a_long_chunk_is_embedded_each_part_under_the_heading() -> None:
    text = "```ts\n" + "".join(f"const value{n} = {n};\n" for n in range(200)) + "```"
    parts = embedded_texts(("Guide", "Values"), text)
    assert len(parts) > 1
    assert all(part.startswith("Guide > Values\n") for part in parts)
    assert all(len(part) <= PART + 20 for part in parts)
    assert [n for n in range(200) if not any(f"value{n} = {n};" in part for part in parts)] == []


def test_the_parts_of_a_huge_chunk_are_bounded() -> None:
    assert len(embedded_texts((), "x" * (PART * MOST_PARTS * 3))) == MOST_PARTS
