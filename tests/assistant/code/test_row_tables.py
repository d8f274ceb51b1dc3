"""The table of a document or an id is told from types, validators, reads and the schema."""

from __future__ import annotations

import pytest

from assistant.code import syntax
from assistant.code.row_tables import RowTables
from assistant.code.snippets import project_of_sources

SCHEMA = b"""
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";
export default defineSchema({
  tasks: defineTable({ owner: v.id("users"), tags: v.array(v.id("tags")), text: v.string() }),
  users: defineTable({ name: v.string() }),
  tags: defineTable({ name: v.string() }),
});
"""
TEMPLATE = """
import {{ mutation }} from "./_generated/server";
import {{ v }} from "convex/values";
import type {{ Doc, Id }} from "./_generated/dataModel";

const load = async (ctx: any, id: Id<"tasks">) => await ctx.db.get(id);
const both = (task: Doc<"tasks">, user: Doc<"users">) => (task ? task : user);

export const f = mutation({{
  args: {{ task: v.id("tasks"), user: v.optional(v.id("users")), text: v.string() }},
  handler: async (ctx, args) => {{
    {code}
  }},
}});
"""


def table_of(code: str) -> str | None:
    """The table of what `probe(…)` is given in the handler."""
    source = TEMPLATE.format(code=code).encode()
    project = project_of_sources([("convex/schema.ts", SCHEMA), ("convex/f.ts", source)])
    file = project.file_at("convex/f.ts")
    assert file is not None
    calls = [c for c in file.nodes("call_expression") if syntax.callee_name(c) == "probe"]
    return project.once(RowTables).of(file, syntax.arguments(calls[0])[0])


@pytest.mark.parametrize(
    ("code", "table"),
    [
        ("probe(args.task);", "tasks"),
        ("probe(args.user);", "users"),
        ("const { task } = args; probe(task);", "tasks"),
        ("const doc = await ctx.db.get(args.task); probe(doc!._id);", "tasks"),
        ("const doc = await ctx.db.get(args.task); probe(doc!.owner);", "users"),
        ("const doc = await load(ctx, args.task); probe(doc);", "tasks"),
        ('const id = await ctx.db.insert("tags", { name: "" }); probe(id);', "tags"),
        ('const rows = await ctx.db.query("tasks").take(3); probe(rows[0]._id);', "tasks"),
        ('for (const row of await ctx.db.query("tags").collect()) probe(row._id);', "tags"),
        ('(await ctx.db.query("tags").take(3)).map((row) => probe(row._id));', "tags"),
        ('const { page } = await ctx.db.query("tags").paginate(o); probe(page[0]);', "tags"),
        ('probe(args.text as Id<"users">);', "users"),
        ('const id = ctx.db.normalizeId("users", args.text); probe(id);', "users"),
        ('const g = (user: Doc<"users">) => probe(user._id);', "users"),
        ('const g = ({ user }: { user: Id<"users">; task: Id<"tasks"> }) => probe(user);', "users"),
    ],
)
def test_an_expression_that_says_its_table_is_understood(code: str, table: str) -> None:
    assert table_of(code) == table


@pytest.mark.parametrize(
    "code",
    [
        "probe(args.text);",
        "probe(args);",
        "probe(unknown.id);",
        "let id = args.task; id = args.user; probe(id);",
        "const doc = await ctx.db.get(args.task); probe(doc!.text);",
        "probe(both(a, b));",
        "const [first] = await other(); probe(first);",
        "const a = b; const b = a; probe(a);",
    ],
)
def test_anything_else_gives_no_table(code: str) -> None:
    assert table_of(code) is None
