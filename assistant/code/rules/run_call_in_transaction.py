"""A query or a mutation calls another function of the app by `ctx.runQuery` or `ctx.runMutation`.

Why: the call is a transaction inside the transaction, with its own arguments to validate and its
own context to set up. A plain TypeScript function that takes `ctx` does the same for nothing.
Silent when: a component's function is called, or a function handle; a `try` around it rolls back a
part; `transactionLimits` or a stale snapshot is asked for. What a query writes by it is
`write-in-query`'s matter.

Bad:
    import { internal } from "./_generated/api";
    import { mutation } from "./_generated/server";
    import { v } from "convex/values";

    export const close = mutation({
      args: { id: v.id("cases") },
      handler: async (ctx, { id }) => {
        const open = await ctx.runQuery(internal.cases.openTasks, { id });
        if (open.length === 0) await ctx.db.patch(id, { closed: true });
      },
    });
Good:
    import { mutation } from "./_generated/server";
    import type { MutationCtx } from "./_generated/server";
    import type { Id } from "./_generated/dataModel";
    import { v } from "convex/values";

    async function openTasks(ctx: MutationCtx, id: Id<"cases">) {
      return await ctx.db
        .query("tasks")
        .withIndex("by_case", (q) => q.eq("case", id))
        .take(1);
    }

    export const close = mutation({
      args: { id: v.id("cases") },
      handler: async (ctx, { id }) => {
        const open = await openTasks(ctx, id);
        if (open.length === 0) await ctx.db.patch(id, { closed: true });
      },
    });

Intent:
    helper function | helper | plain function | typescript function & shared | reuse | logic |
        runQuery | runMutation & not test | another action | env | process.env;
    @run & inside mutation | inside query | within mutation | from mutation | within query |
        from query & not action | sequential;
    against @run & @transaction & helper | inside | within | from & not action | sequential;
    convex/model;
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from agents.finding import Confidence, Severity
from assistant.code import syntax
from assistant.code.builders import Kind
from assistant.code.modules import CodeFile
from assistant.code.project import Project
from assistant.code.reach import RunCall
from assistant.code.rule import Report, Rule
from assistant.code.rules._narrowing import Unasked

if TYPE_CHECKING:
    from tree_sitter import Node

_OPTIONS = re.compile(r"\b(transactionLimits|useStaleSnapshot)\b")
_KINDS = {"runQuery": (Kind.QUERY, Kind.MUTATION), "runMutation": (Kind.MUTATION,)}


def check_file(file: CodeFile, project: Project) -> Iterator[Report]:
    """Report each run call that a transaction makes."""
    for run in project.reach.runs_in(file):
        kinds = _KINDS.get(run.call.path[-1])
        if kinds is None or not _is_replaceable(run):
            continue
        reached = project.once(Unasked).runs_at(file, run.call.node, *kinds)
        if reached is None:
            continue
        name = run.call.path[-1]
        yield RULE.at(
            file,
            run.call.name_node,
            f"`ctx.{name}` is called in {reached.described}, within one transaction anyway",
            hint="put what both do into a plain function that takes `ctx`, and call that",
            confidence=Confidence.MEDIUM if reached.via else Confidence.HIGH,
        )


def _is_replaceable(run: RunCall) -> bool:
    """Whether a plain function would do."""
    if run.reference is None or run.reference.root == "components":
        return False
    given = run.call.arguments
    if any(_OPTIONS.search(syntax.text_of(one)) for one in given[2:]):
        return False
    return not _is_tried(run.call.node)


def _is_tried(call: Node) -> bool:
    """Whether a `try` around it makes it a part that may be rolled back by itself."""
    child = call
    for outer in syntax.ancestors(call):
        if outer.type in syntax.FUNCTION_KINDS:
            return False
        if outer.type == "try_statement" and syntax.field(outer, "body") == child:
            return True
        child = outer
    return False


RULE = Rule(
    id="run-call-in-transaction",
    severity=Severity.INFO,
    category="writing",
    check_file=check_file,
)
