"""Code blocks are cut into pieces that say what they are and quote their exact lines."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from agents.location import Lines
from assistant.answer.code_piece import MOST_LINES, pieces_in
from assistant.answer.statement import Statement, split_chunk
from kb.chunk import Chunk

Make = Callable[..., Chunk]


def pieces(chunk: Chunk) -> list[Statement]:
    return [each for code in split_chunk(chunk) for each in pieces_in(code)]


def block(*lines: str, language: str = "ts") -> str:
    return "\n".join([f"```{language}", *lines, "```"])


def test_a_short_block_is_one_piece_that_begins_with_its_first_declaration(chunk: Make) -> None:
    text = block('import { v } from "convex/values";', "", "export const list = query({", "});")
    (found,) = pieces(chunk(text, first=10))
    assert (found.kind, found.text) == ("piece", "`export const list = query`")
    assert found.lines == Lines(11, 14)
    assert "list query" in found.inside


def test_a_long_block_that_declares_nothing_has_no_pieces(chunk: Make) -> None:
    rows = [f'  "{n}": {n},' for n in range(MOST_LINES)]
    assert pieces(chunk(block("{", *rows, "}", language="json"))) == []


def test_the_margin_of_an_indented_block_is_its_own(chunk: Make) -> None:
    filler = [f"    step{n}();" for n in range(MOST_LINES)]
    text = block("  first();", "  function later() {", *filler, "  }")
    found = pieces(chunk(f"- Steps\n{text}".replace("```", "  ```")))
    assert found[0].quote == "  first();"
    assert "function later()" in found[1].quote


def test_declarations_of_a_long_block_are_pieces_with_their_comments(chunk: Make) -> None:
    filler = [f"  step{n}();" for n in range(MOST_LINES - 2)]
    text = block(
        "/**",
        " * Verify ownership",
        " */",
        "export async function requireAccess(ctx) {",
        "  check();",
        "}",
        "",
        "// ====== convex/tasks.ts ======",
        "",
        "export function long() {",
        *filler,
        "}",
    )
    first, *_ = pieces(chunk(text))
    assert first.text == "Verify ownership: `export async function requireAccess(ctx)`"
    assert first.lines == Lines(2, 7)


def test_a_long_declaration_is_cut_at_its_blank_lines(chunk: Make) -> None:
    filler = [f"    step{n}();" for n in range(MOST_LINES)]
    text = block(
        "http.route({",
        "  method: 'POST',",
        "  handler() {",
        "",
        "    if (!signature) {",
        "      return new Response('Missing signature', { status: 400 });",
        "    }",
        "",
        *filler,
        "});",
    )
    found = pieces(chunk(text))
    assert [piece.text for piece in found] == [
        "`http.route`",
        "`if (!signature)`",
        "`step0();`",
    ]
    assert found[1].context == "`http.route`"
    assert "400" in found[1].inside


def test_shells_plain_text_and_imports_have_no_pieces(chunk: Make) -> None:
    assert pieces(chunk(block("npx convex dev", language="bash"))) == []
    assert pieces(chunk(block("THINK: what is needed?", language=""))) == []
    assert pieces(chunk(block('import { v } from "convex/values";'))) == []


_LINES = st.sampled_from(["a({", "  b();", "", "// one two", "/* x", "*/", "});", "import y", "`"])


@given(st.lists(_LINES, max_size=60))
def test_every_quote_is_the_exact_text_of_its_lines(lines: list[str]) -> None:
    text = block(*lines)
    made = Chunk("id", "s", "c/p", "p", 1, "0" * 64, Lines(4, 5 + len(lines)), ("H",), "code", text)
    whole = text.split("\n")
    ends = 0
    for piece in pieces(made):
        start, end = piece.lines.start - 4, piece.lines.end - 4
        assert piece.quote.split("\n") == whole[start : end + 1]
        assert piece.lines.start > ends
        ends = piece.lines.end
