from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.reply_code import MAX_FILES, code_files

SAFE = re.compile(r"[\w@()\[\]-][\w@.()\[\]-]*(?:/[\w@()\[\]-][\w@.()\[\]-]*)*")


def fenced(info: str, text: str) -> str:
    return f"```{info}\n{text}\n```\n"


@pytest.mark.parametrize(
    "reply",
    [
        fenced("ts", "// convex/tasks.ts\nexport const a = 1;"),
        fenced("typescript", "/* convex/tasks.ts */\nexport const a = 1;"),
        fenced("ts", "\n// File: convex/tasks.ts\nexport const a = 1;"),
        fenced("ts convex/tasks.ts", "export const a = 1;"),
        fenced("typescript:convex/tasks.ts", "export const a = 1;"),
        fenced('ts title="convex/tasks.ts"', "export const a = 1;"),
        fenced("convex/tasks.ts", "export const a = 1;"),
        "### `convex/tasks.ts`\n\n" + fenced("ts", "export const a = 1;"),
        "**convex/tasks.ts**\n" + fenced("", "export const a = 1;"),
        "Put this into ./convex/tasks.ts:\n" + fenced("ts", "export const a = 1;"),
        "1. First:\n\n   ```ts\n   // /convex/tasks.ts\n   export const a = 1;\n   ```\n",
        "~~~ts\n// convex/tasks.ts\nexport const a = 1;\n~~~\n",
        "```ts\n// convex/tasks.ts\nexport const a = 1;",
    ],
)
def test_a_path_is_found_wherever_models_write_it(reply: str) -> None:
    ((path, text),) = code_files(reply).items()
    assert path == "convex/tasks.ts"
    assert "export const a = 1;" in text
    assert "\n   " not in text


def test_blocks_without_a_path_are_named_by_what_they_hold() -> None:
    reply = (
        fenced("ts", "export default defineSchema({});")
        + fenced("ts", "const http = httpRouter();")
        + fenced("", "export const one = 1;")
        + fenced("tsx", "export const App = () => null;")
    )
    assert list(code_files(reply)) == [
        "convex/schema.ts",
        "convex/http.ts",
        "convex/reply.ts",
        "convex/reply.tsx",
    ]


def test_what_is_no_code_is_left_out() -> None:
    reply = (
        "Use `ctx.db` like so:\n"
        + fenced("bash", "npx convex dev # convex/tasks.ts")
        + fenced("json", '{"a": "convex/tasks.ts"}')
        + fenced("", "a drawing of boxes")
        + fenced("ts", "   ")
        + fenced("ts", "// convex/_generated/api.ts\nexport const api = 1;")
    )
    assert code_files(reply) == {}


def test_a_file_that_comes_twice_counts_as_it_comes_last() -> None:
    reply = fenced("ts", "// convex/a.ts\nold") + fenced("ts", "// convex/a.ts\nnew")
    assert code_files(reply) == {"convex/a.ts": "// convex/a.ts\nnew\n"}


def test_a_comment_that_mentions_another_file_names_nothing() -> None:
    reply = fenced("ts", "// the same helper as in convex/users.ts does\nexport const a = 1;")
    assert list(code_files(reply)) == ["convex/reply.ts"]


@pytest.mark.parametrize("path", ["../up.ts", "/etc/../x.ts", "a/../../b.ts", "convex/./../c.ts"])
def test_no_path_leads_out(path: str) -> None:
    for reply in (fenced(f"ts {path}", "export {};"), fenced("ts", f"// {path}\nexport {{}};")):
        for found in code_files(reply):
            assert ".." not in found.split("/")
            assert not found.startswith("/")


def test_no_file_is_the_folder_of_another_and_there_are_not_too_many() -> None:
    clash = fenced("ts", "// convex/a.ts\n1") + fenced("ts", "// convex/a.ts/b.ts\n2")
    assert list(code_files(clash)) == ["convex/a.ts", "convex/reply.ts"]
    many = "".join(fenced("ts", f"// convex/f{n}.ts\n1") for n in range(100))
    assert len(code_files(many)) == MAX_FILES


@given(st.lists(st.sampled_from(["```", "~~~", "ts", " ", "\n", "// ", "convex/a.ts", "../", "x"])))
def test_whatever_a_reply_holds_its_paths_are_plain_and_relative(parts: list[str]) -> None:
    for path in code_files("".join(parts)):
        assert SAFE.fullmatch(path)
        assert not any(set(part) == {"."} for part in path.split("/"))
