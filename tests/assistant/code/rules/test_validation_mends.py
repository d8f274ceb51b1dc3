"""The mends of the validation rules, made on disk: small, parsing, and done after one time."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.code.check import CheckOptions, check_paths
from assistant.code.fix import fix_paths
from assistant.code.syntax import Tree

PACKAGE = '{ "name": "shop", "dependencies": { "convex": "^1.31.0" } }'
SCHEMA = """import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  carts: defineTable({ owner: v.id("users") }).index("by_owner", ["owner"]),
  users: defineTable({ name: v.string() }),
});
"""


def _project(folder: Path, code: str) -> Path:
    (folder / "convex").mkdir()
    (folder / "package.json").write_text(PACKAGE, encoding="utf-8")
    (folder / "convex" / "schema.ts").write_text(SCHEMA, encoding="utf-8")
    main = folder / "convex" / "main.ts"
    main.write_text(code, encoding="utf-8")
    return main


def _handler(line: str) -> str:
    return (
        'import { v } from "convex/values";\n'
        'import { mutation, type Doc, type Id } from "./_generated/server";\n\n'
        "export const f = mutation({\n"
        '  args: { cart: v.id("carts"), text: v.string() },\n'
        f"  handler: async (ctx, {{ cart, text }}) => {{\n    {line}\n  }},\n}});\n"
    )


@pytest.mark.parametrize(
    ("rule", "before", "after"),
    [
        (
            "no-old-registered-function-syntax",
            'import { query } from "./_generated/server";\n'
            "export const list = query(async (ctx) => [] /* none */);\n",
            'import { query } from "./_generated/server";\n'
            "export const list = query({ args: {}, handler: async (ctx) => [] } /* none */);\n",
        ),
        (
            "no-old-registered-function-syntax",
            'import { query } from "./_generated/server";\n'
            "export default query(function load(ctx, { id }: { id: string }) {\n"
            "  return id;\n});\n",
            'import { query } from "./_generated/server";\n'
            "export default query({ handler: function load(ctx, { id }: { id: string }) {\n"
            "  return id;\n} });\n",
        ),
        (
            "explicit-table-ids",
            _handler("await ctx.db.delete(cart);"),
            _handler('await ctx.db.delete("carts", cart);'),
        ),
        (
            "explicit-table-ids",
            _handler("const one = await ctx.db.get(cart); await ctx.db.get(one!.owner);"),
            _handler(
                'const one = await ctx.db.get("carts", cart); '
                'await ctx.db.get("users", one!.owner);'
            ),
        ),
        (
            "explicit-table-ids",
            _handler('for (const u of await ctx.db.query("users").take(9)) ctx.db.delete(u._id);'),
            _handler(
                'for (const u of await ctx.db.query("users").take(9)) '
                'ctx.db.delete("users", u._id);'
            ),
        ),
        (
            "untyped-builder",
            'import { queryGeneric } from "convex/server";\n'
            'import { mutation } from "./_generated/server";\n'
            "export const f = queryGeneric({ handler: async () => 1 });\n",
            'import { query as queryGeneric } from "./_generated/server";\n'
            'import { mutation } from "./_generated/server";\n'
            "export const f = queryGeneric({ handler: async () => 1 });\n",
        ),
    ],
)
def test_a_mend_changes_what_it_must_and_nothing_the_second_time(
    rule: str, before: str, after: str, tmp_path: Path
) -> None:
    main = _project(tmp_path, before)
    options = CheckOptions(select=(rule,))

    fix_paths([tmp_path], options)

    assert main.read_text(encoding="utf-8") == after
    assert not Tree(main.read_bytes(), tsx=False).root.has_error
    assert not [f for f in check_paths([tmp_path], options).findings if f.fixable]


@pytest.mark.parametrize(
    "line",
    [
        "await ctx.db.delete(text as Id<any>);",
        "const other = text as unknown as Id<'users'>; await ctx.db.delete(other);",
    ],
)
def test_a_table_that_is_not_certain_is_left_to_a_person(line: str, tmp_path: Path) -> None:
    _project(tmp_path, _handler(line))

    findings = check_paths([tmp_path], CheckOptions(select=("explicit-table-ids",))).findings

    assert [f.edits for f in findings] == [()]
