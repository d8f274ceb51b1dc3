"""Code blocks tell what their commands do and what their comments say."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.location import Lines
from assistant.answer.in_code import statements_in
from assistant.answer.statement import Statement, split_chunk
from kb.chunk import Chunk

Make = Callable[..., Chunk]


def told(chunk: Chunk) -> list[Statement]:
    return [each for code in split_chunk(chunk) for each in statements_in(code)]


def test_a_command_is_told_with_the_comment_above_or_behind_it(chunk: Make) -> None:
    text = "```bash\n# Show the logs\nnpx convex logs\n\n$ npx convex dev  # push on save\nls\n```"
    found = told(chunk(text, first=10))
    assert [(s.kind, s.text, s.lines) for s in found] == [
        ("command", "Show the logs: `npx convex logs`", Lines(11, 12)),
        ("command", "push on save: `npx convex dev`", Lines(14, 14)),
        ("command", "`ls`", Lines(15, 15)),
    ]
    assert found[0].quote == "# Show the logs\nnpx convex logs"


@pytest.mark.parametrize(
    "comment",
    [
        "// Delete the project's tasks",
        "/** Delete the project's tasks. */",
        "/**\n * Delete the\n * project's tasks\n */",
    ],
)
def test_a_comment_is_told_with_the_line_below_it(chunk: Make, comment: str) -> None:
    (found,) = told(chunk(f"```ts\n{comment}\nexport const remove = mutation({{\n}});\n```"))
    assert found.text == "Delete the project's tasks: `export const remove = mutation({`"
    assert found.quote == f"{comment}\nexport const remove = mutation({{"
    assert found.kind == "comment"


@pytest.mark.parametrize(
    "comment", ["// Short", "// eslint-disable-next-line no-any -- read later", "// ===== a b c"]
)
def test_comments_for_tools_and_names_tell_nothing(chunk: Make, comment: str) -> None:
    assert told(chunk(f"```ts\n{comment}\nconst a = 1;\n```")) == []


def test_a_comment_without_code_below_tells_nothing(chunk: Make) -> None:
    assert told(chunk("```ts\nconst a = 1;\n// and so on and on\n```")) == []


_LINES = st.sampled_from(
    ["// one two three", "/* a b c", "*/", "a();", "", "# one two three", "b(\u2028\f)"]
)


@given(st.lists(_LINES, max_size=10), st.sampled_from(["ts", "bash"]))
def test_every_quote_is_the_exact_text_of_its_lines(lines: list[str], language: str) -> None:
    text = "\n".join([f"```{language}", *lines, "```"])
    made = Chunk("id", "s", "c/p", "p", 1, "0" * 64, Lines(4, 5 + len(lines)), ("H",), "code", text)
    whole = text.split("\n")
    for statement in told(made):
        start, end = statement.lines.start - 4, statement.lines.end - 4
        assert statement.quote.split("\n") == whole[start : end + 1]
