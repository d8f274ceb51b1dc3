"""What a keystroke is answered with, beside the full check of the same text."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.finding import Finding
from assistant.code.engine import Engine
from assistant.code.layout import project_around
from assistant.code.modules import CodeFile
from assistant.code.options import CheckOptions, active_rules
from assistant.code.project import Project
from assistant.lsp.change import Change
from assistant.lsp.model import Models
from assistant.lsp.quick import NEEDS_PROJECT, Checked, quick_check

MODULE = """\
"use node";
import {{ v }} from "convex/values";
import {{ internalQuery, mutation }} from "./_generated/server";
import {{ newest }} from "./rows";

const LIMIT = 20;

{functions}"""
FUNCTION = """\
export const list{n} = internalQuery({{
  args: {{ owner: v.string(), id: v.id("tasks") }},
  handler: async (ctx, args) => {{
    await newest(ctx);
    return await ctx.db.query("tasks").filter((q) => q.eq(q.field("n"), {n})).take(LIMIT);
  }},
}});

"""
SILENT = "// convexpert-ignore no-filter-in-query\n"
ROWS = """\
import { QueryCtx } from "./_generated/server";

export async function newest(ctx: QueryCtx) {
  return await ctx.db.query("tasks").order("desc").take(3);
}
"""


@pytest.fixture
def large(project: Path) -> Path:
    """A file of ninety functions, each with one finding."""
    (project / "convex" / "rows.ts").write_text(ROWS, encoding="utf-8")
    path = project / "convex" / "large.ts"
    functions = "".join(FUNCTION.format(n=n) for n in range(90))
    path.write_text(MODULE.format(functions=functions), encoding="utf-8")
    return path


def loaded(path: Path, raw: bytes) -> tuple[Project, CodeFile]:
    root = project_around(path)
    assert root is not None
    project = Models().project(root, {path: raw}, [])
    (file,) = [file for file in project.files if file.checked]
    return project, file


def fully(path: Path, raw: bytes) -> tuple[Finding, ...]:
    project, file = loaded(path, raw)
    found = Engine(active_rules(CheckOptions())).run(project, only={file})
    return tuple(sorted(found, key=lambda one: one.sort_key))


def quickly(path: Path, before: bytes, after: bytes) -> tuple[Finding, ...] | None:
    project, file = loaded(path, before)
    return quick_check(Checked(before, fully(path, before)), after, file, project, CheckOptions())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("take(LIMIT)", "collect()", id="a finding more"),
        pytest.param('.filter((q) => q.eq(q.field("n"), 30))', "", id="a finding less"),
        pytest.param("await newest(ctx);", "newest(ctx);", id="one that asks another file"),
        pytest.param("const LIMIT = 20;", "// \N{ROCKET}\r\nconst LIMIT = 20;", id="lines above"),
        pytest.param("handler: async (ctx, args) => {\n", "handler: async (c", id="broken"),
        pytest.param("export const list30", f"{SILENT}export const list30", id="a comment"),
        pytest.param('query("tasks")', 'query("nothing")', id="the schema"),
    ],
)
def test_a_keystroke_finds_what_a_full_check_finds(large: Path, old: str, new: str) -> None:
    before = large.read_bytes()
    place = before.index(b"export const list30")
    head, tail = before[:place], before[place:]
    if old.encode() in tail:
        tail = tail.replace(old.encode(), new.encode(), 1)
    else:
        head = head.replace(old.encode(), new.encode(), 1)
    after = head + tail
    assert after != before
    assert quickly(large, before, after) == fully(large, after)


def test_most_of_a_new_text_is_left_to_the_full_check(large: Path) -> None:
    before = large.read_bytes()
    assert quickly(large, before, before.replace(b"tasks", b"rows")) is None


def test_a_finding_that_needs_the_project_is_carried_over(project: Path) -> None:
    """`throw` in a helper matters by who calls it, which another file says."""
    helper = project / "convex" / "helper.ts"
    helper.write_text("export function refuse() {\n  throw new Error('no');\n}\n", encoding="utf-8")
    caller = project / "convex" / "caller.ts"
    caller.write_text(
        'import { mutation } from "./_generated/server";\nimport { refuse } from "./helper";\n'
        "export const stop = mutation({ args: {}, handler: async () => refuse() });\n",
        encoding="utf-8",
    )
    before = helper.read_bytes()
    (known,) = [one for one in fully(helper, before) if one.rule in NEEDS_PROJECT]
    after = before.replace(b"refuse() {", b"refuse() {\n  // never mind")
    found = quickly(helper, before, after)
    assert found is not None
    (moved,) = [one for one in found if one.rule == known.rule]
    assert moved.span.line == known.span.line + 1
    assert found == fully(helper, after)


@given(st.binary(max_size=30), st.binary(max_size=6), st.binary(max_size=30), st.binary(max_size=6))
def test_what_lies_outside_a_change_is_the_same(
    head: bytes, old: bytes, tail: bytes, new: bytes
) -> None:
    before, after = head + old + tail, head + new + tail
    change = Change.between(before, after)
    assert before[: change.start] == after[: change.start]
    assert before[change.old_end :] == after[change.new_end :]
    assert change.start <= min(change.old_end, change.new_end)
    assert change.old_end - change.start <= len(old)
    for offset in (*range(change.start), *range(change.old_end, len(before))):
        moved = change.moved(offset)
        assert moved is not None
        assert after[moved] == before[offset]
