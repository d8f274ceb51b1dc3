"""Pages of documentation: titles, descriptions, and chunks that quote the page as it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.errors import DocumentError
from agents.location import Lines
from kb.chunk import Chunk, chunk_page
from kb.page import MAX_BYTES, read_page, title_of_path
from kb.source import Source

PAGE = """---
title: "Uploading Files"
description: "Upload files to storage"
---

import X from "x";

Intro <b>text</b>.

## By URL {/* #by-url */}

<Step title="First">
    Call `generateUploadUrl`.

    ```ts
    f();
    ```
</Step>
"""


def chunks_of(text: str, path: str = "a/page.mdx") -> list[Chunk]:
    source = Source("docs", f"docs/{path}", path, 1, "0" * 64, "document")
    return chunk_page(read_page(text.encode(), path), source)


def test_a_page_is_named_and_described_by_its_head() -> None:
    page = read_page(PAGE.encode(), "a/page.mdx")
    assert (page.title, page.description) == ("Uploading Files", "Upload files to storage")
    assert (page.head, page.described) == (4, Lines(3, 3))


def test_chunks_quote_the_page_and_are_read_without_components() -> None:
    described, intro, url = chunks_of(PAGE)
    assert described.says == "Upload files to storage"
    assert described.text == 'description: "Upload files to storage"'
    assert (intro.says, intro.text) == ("Intro text.", "Intro <b>text</b>.")
    assert intro.lines == Lines(8, 8)
    assert url.heading == ("Uploading Files", "By URL")
    assert url.lines == Lines(10, 17)
    assert url.text == "\n".join(PAGE.split("\n")[9:17])
    assert "**First**" in url.says
    assert "<Step" not in url.says


@pytest.mark.parametrize(
    ("text", "path", "title"),
    [
        ("# The `title`\n\nText", "a.md", "The title"),
        ("Title\n=====\n\nText", "a.md", "Title"),
        ("Text", "file-storage/upload_files.mdx", "Upload files"),
        ("Text", "auth/index.mdx", "Auth"),
        ("---\ntitle: T\n---\n# Other\n", "a.md", "T"),
    ],
)
def test_a_title_is_found_where_a_page_has_one(text: str, path: str, title: str) -> None:
    assert read_page(text.encode(), path).title == title


def test_a_heading_that_repeats_the_title_stands_in_the_path_once() -> None:
    [chunk] = chunks_of("# One\n\n## Two\n\nText\n", "a.md")
    assert chunk.heading == ("One", "Two")


@pytest.mark.parametrize("raw", [b"a\0b", b"\xff", b"x" * (MAX_BYTES + 1), b"\n" * 60_000])
def test_what_is_no_page_is_refused(raw: bytes) -> None:
    with pytest.raises(DocumentError):
        read_page(raw, "a.md")


def test_a_path_always_gives_a_title() -> None:
    assert title_of_path("") == "Page"
    assert title_of_path("index.md") == "Index"


@given(st.text(alphabet="ab#-`<>{}/\n\r =\"'T", max_size=300))
def test_chunks_hold_the_exact_lines_of_any_page(text: str) -> None:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for chunk in chunks_of(text):
        exact = chunk.text.replace("\r\n", "\n").replace("\r", "\n")
        assert exact == "\n".join(lines[chunk.lines.start - 1 : chunk.lines.end])
        assert chunk.says.count("\n") == exact.count("\n")
