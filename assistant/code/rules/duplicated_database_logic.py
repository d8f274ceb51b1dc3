"""The same block of database code stands in several registered functions.

Why: when the rule changes that the block stands for, one of the copies is forgotten; a plain helper
that takes `ctx` is shared for nothing, in the same transaction. A block is three or more statements
in a row with a database call among them; names of variables, comments, log lines and what a `throw`
says may differ. Each place but the first is reported, at its first database call.
Silent when: the copies stand in one function or in helpers, are very short, or differ in a table,
an index or a field.

Bad:
    import { v } from "convex/values";
    import { mutation } from "./_generated/server";

    export const rename = mutation({
      args: { id: v.id("boards"), name: v.string() },
      handler: async (ctx, { id, name }) => {
        const board = await ctx.db.get(id);
        if (board === null) throw new Error("no such board");
        if (board.archived) throw new Error("archived");
        await ctx.db.patch(id, { name });
      },
    });

    export const recolor = mutation({
      args: { id: v.id("boards"), color: v.string() },
      handler: async (ctx, { id, color }) => {
        const found = await ctx.db.get(id);
        if (found === null) throw new Error("board not found");
        if (found.archived) throw new Error("this board is archived");
        await ctx.db.patch(id, { color });
      },
    });
Good:
    import { v } from "convex/values";
    import type { Id } from "./_generated/dataModel";
    import { mutation, type MutationCtx } from "./_generated/server";

    async function activeBoard(ctx: MutationCtx, id: Id<"boards">) {
      const board = await ctx.db.get(id);
      if (board === null) throw new Error("no such board");
      if (board.archived) throw new Error("archived");
      return board;
    }

    export const rename = mutation({
      args: { id: v.id("boards"), name: v.string() },
      handler: async (ctx, { id, name }) => {
        await activeBoard(ctx, id);
        await ctx.db.patch(id, { name });
      },
    });

    export const recolor = mutation({
      args: { id: v.id("boards"), color: v.string() },
      handler: async (ctx, { id, color }) => {
        await activeBoard(ctx, id);
        await ctx.db.patch(id, { color });
      },
    });

Intent:
    helper function | helper | shared | reusable | common & logic | reuse | code reuse |
      duplicate | repeat | database code | across function & not component | react | table |
      test | agent | typed;
    duplicate | duplicated | dry | copy paste | repeat | copying & logic | query code | database
      code | code | yourself & not index | event;
    convex/model;
"""

from __future__ import annotations

from collections.abc import Iterator

from agents.finding import Confidence, Severity
from assistant.code.functions import RegisteredFunction
from assistant.code.modules import Category
from assistant.code.project import Project
from assistant.code.rule import Report, Rule
from assistant.code.rules._statement_runs import Shape, shapes_of_likely_copies

LEAST_STATEMENTS = 3
LEAST_TOKENS = 18
"""Shorter blocks are idioms, such as `get`, a null check and a `return`."""


def check_project(project: Project) -> Iterator[Report]:
    """Report each further place of a block."""
    first: dict[str, RegisteredFunction] = {}
    functions = [
        function
        for function in project.functions
        if function.registered and function.file.category is Category.DEPLOYED
    ]
    for function, blocks in shapes_of_likely_copies(project, functions, LEAST_STATEMENTS):
        own: dict[str, RegisteredFunction] = {}
        for shapes in blocks:
            yield from _copies(shapes, function, first)
            for shape in shapes:
                if shape is not None:
                    own.setdefault(shape.key, function)
        for key, holder in own.items():
            first.setdefault(key, holder)


def _copies(
    shapes: list[Shape | None],
    function: RegisteredFunction,
    first: dict[str, RegisteredFunction],
) -> Iterator[Report]:
    """Report where a block begins that stands in an earlier function; once for a longer one."""
    is_reported = False
    for shape in shapes:
        original = None if shape is None else first.get(shape.key)
        if shape is None or original is None:
            is_reported = False
            continue
        if shape.call is None or shape.tokens < LEAST_TOKENS:
            continue
        if not is_reported:
            is_reported = True
            yield RULE.at(
                shape.call.file,
                shape.call.name_node,
                f"the {function.kind} `{function.name}` repeats database code of "
                f"`{original.name}` in `{original.file.path}`",
                hint="move it to a helper that takes `ctx`, and call that from both",
                confidence=Confidence.MEDIUM,
            )


RULE = Rule(
    id="duplicated-database-logic",
    severity=Severity.OFF,
    when_enabled=Severity.INFO,
    category="layout",
    check_project=check_project,
)
