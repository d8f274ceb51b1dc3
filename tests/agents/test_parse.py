"""Documents read as a whole: what is refused, where things stand, and what never happens."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.document import Document
from agents.errors import DocumentError
from agents.location import LineIndex, Lines
from agents.parse import MAX_BYTES, MAX_LINES, parse_document

SEEDS = Path(__file__).parents[3] / "shared" / "seeds"
needs_seeds = pytest.mark.skipif(
    not SEEDS.is_dir(), reason="the seed documents are not beside the repository"
)

PIECES = st.sampled_from(
    [
        *("---", "name: a", "description: b: c", "tools: [a", "key: &x *x", "globs: **/*", "\t- x"),
        *("# One", "## Never", "Title", "=====", "**Bold:**", "- item", "  - nested", "1. step"),
        *(
            "- [ ] task",
            "> quote",
            "> ```ts",
            "```",
            "```ts",
            "~~~",
            "    code",
            "✅ do",
            "❌ don't",
        ),
        *(
            "| a | b |",
            "| - | - |",
            "| c | d |",
            "",
            "",
            "Always do. Never don't!",
            "<b>",
            "…é😀",
            "\x0b\u2028",
        ),
    ]
)
DOCUMENTS = st.builds(
    lambda lines, ending, last: ending.join(lines) + last * ending,
    st.lists(PIECES, max_size=30),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.integers(0, 2),
)


def assert_plain(value: object) -> None:
    if isinstance(value, list):
        for part in value:
            assert_plain(part)
    elif isinstance(value, dict):
        for key, part in value.items():
            assert type(key) is str
            assert_plain(part)
    else:
        assert value is None or type(value) in (bool, int, float, str)


def assert_sound(raw: bytes, document: Document) -> None:
    """What holds for every document that is read at all."""
    assert document.raw == raw
    assert document.text.encode() == raw.removeprefix(b"\xef\xbb\xbf")
    index = LineIndex(raw)
    spans: list[Lines] = [section.lines for section in document.sections]
    spans += [section.own for section in document.sections]
    spans += [item.lines for item in document.checklist]
    spans += [block.lines for block in document.code]
    spans += document.frontmatter.keys.values()
    assert all(span.end <= index.line_count for span in spans)
    for diagnostic in document.diagnostics:
        assert 1 <= diagnostic.line <= max(1, index.line_count)
    for item in document.checklist:
        assert item.text and item.text == " ".join(item.text.split())
    assert_plain(dict(document.frontmatter.values))
    json.dumps(dict(document.frontmatter.values), allow_nan=False).encode()
    for block in document.code:
        assert_cut_equals_code(index, document, block.lines, block.first_code_line, block.code)
    covered = {
        n for section in document.sections for n in range(section.own.start, section.own.end + 1)
    }
    if document.frontmatter.lines:
        covered |= set(range(1, document.frontmatter.lines.end + 1))
    for number in range(1, index.line_count + 1):
        if index.cut(Lines(number, number)).decode().lstrip("\ufeff").strip():
            assert number in covered


def assert_cut_equals_code(
    index: LineIndex, document: Document, lines: Lines, first: int, code: str
) -> None:
    """The code is the raw lines from its first one on, but for what stands left of it."""
    cut = index.cut(lines).decode()
    rows = cut.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for offset, row in enumerate(code.split("\n")[:-1]):
        written = rows[first - lines.start + offset]
        assert written.expandtabs(4).endswith(row.strip()) or row.strip() in written


@needs_seeds
@pytest.mark.parametrize(
    ("prefix", "name", "sections", "blocks"),
    [
        ("000", "convex-expert", 7, 3),
        ("001", "convex-expert", 15, 7),
        ("002", "convex-expert", 12, 1),
        ("003", "db-convex-specialist", 21, 0),
        ("004", "convex-backend-engineer", 1, 0),
    ],
)
def test_the_seeds_are_read_whole(prefix: str, name: str, sections: int, blocks: int) -> None:
    path = next(SEEDS.glob(f"{prefix}_*.md"))
    document = parse_document(path.read_bytes(), filename=path.name)
    assert_sound(path.read_bytes(), document)
    assert document.name == name
    assert (len(document.sections), len(document.code)) == (sections, blocks)
    assert document.frontmatter.strict is (prefix != "004")


@needs_seeds
def test_the_seed_with_a_broken_head_keeps_its_examples_and_model() -> None:
    document = parse_document(next(SEEDS.glob("004_*.md")).read_bytes())
    assert document.description.startswith("Use this agent when you need to work with Convex")
    assert document.description.endswith("</example>")
    assert document.description.count("\n- <example>\n") == 3
    assert document.frontmatter.values["model"] == "opus"
    assert {d.line for d in document.diagnostics} == {3}


@pytest.mark.parametrize(
    ("raw", "message", "line"),
    [
        (b"# A\n\nb\0c\n", "binary", 3),
        (b"# A\n\xff\xfe\n", "not UTF-8: byte 0xff", 2),
        ("# A\n".encode("utf-16"), "UTF-16", 1),
        (b"\xef\xbb\xbfab\n\xe9\n", "byte 0xe9", 2),
        (b"a" * (MAX_BYTES + 1), "larger than 2048 KiB", None),
        (b"-\n" * (MAX_LINES + 1), "more than 50000 lines", None),
    ],
    ids=["nul", "latin-1", "utf-16", "after a mark", "too large", "too many lines"],
)
def test_what_is_no_text_is_refused_with_its_line(
    raw: bytes, message: str, line: int | None
) -> None:
    with pytest.raises(DocumentError, match=message) as caught:
        parse_document(raw, filename="agents/x.md")
    assert (caught.value.path, caught.value.line) == ("agents/x.md", line)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("filename", "name"),
    [
        ("a/b/schema-helper.md", "schema-helper"),
        ("x.y.mdc", "x.y"),
        ("c\\d.md", "d"),
        ("", "document"),
    ],
)
def test_without_a_name_the_file_gives_it(filename: str, name: str) -> None:
    assert parse_document(b"Text.\n", filename=filename).name == name


def test_sections_nest_and_a_higher_heading_ends_them() -> None:
    document = parse_document(
        b"intro\n\n# A\n### B\nx\n## C\n# D *d* `e`\n```\n# no\n```\n> # nor\n"
    )
    assert [(s.heading, s.lines.as_list(), s.own.as_list()) for s in document.sections] == [
        ((), [1, 2], [1, 2]),
        (("A",), [3, 6], [3, 3]),
        (("A", "B"), [4, 5], [4, 5]),
        (("A", "C"), [6, 6], [6, 6]),
        (("D d e",), [7, 11], [7, 11]),
    ]


def test_code_knows_the_heading_that_it_stands_under() -> None:
    document = parse_document(b"# A\n## B\n```TSX title=x\n1\n```\n## C\n~~~\n2\n~~~\n")
    assert [(c.language, c.info, c.heading) for c in document.code] == [
        ("tsx", "TSX title=x", ("A", "B")),
        ("", "", ("A", "C")),
    ]


def test_no_more_diagnostics_than_anybody_would_read() -> None:
    head = "".join(f"k{n}: a: b\n" for n in range(300))
    document = parse_document(f"---\nname: n\ndescription: d\n{head}---\nText\n".encode())
    assert len(document.diagnostics) == 101
    assert document.diagnostics[-1].message == "201 more like these are not listed"
    assert document.frontmatter.values["k299"] == "a: b"


@given(DOCUMENTS)
@settings(deadline=None, max_examples=150)
def test_any_arrangement_of_odd_lines_is_read_soundly(text: str) -> None:
    raw = text.encode()
    assert_sound(raw, parse_document(raw))


@given(st.text(max_size=200).filter(lambda text: "\0" not in text))
@settings(deadline=None, max_examples=100)
def test_any_text_is_read_soundly(text: str) -> None:
    raw = text.encode()
    assert_sound(raw, parse_document(raw))


@given(st.binary(max_size=100))
@settings(deadline=None, max_examples=100)
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    try:
        document = parse_document(raw)
    except DocumentError as error:
        assert error.path == "document.md"
    else:
        assert_sound(raw, document)
