"""A query or a mutation reaches outside Convex: `fetch`, or a client of another service.

Why: queries and mutations are transactions that Convex runs again at a conflict and that have no
network; `fetch` fails there, and what an outside service did could not be rolled back.
Silent when: only actions and HTTP actions reach the call, or a component's client is given `ctx`.

Bad:
    import { mutation } from "./_generated/server";
    import { v } from "convex/values";

    export const order = mutation({
      args: { item: v.string() },
      handler: async (ctx, { item }) => {
        await ctx.db.insert("orders", { item });
        await fetch("https://shop.example/orders", { method: "POST", body: item });
      },
    });
Good:
    import { internal } from "./_generated/api";
    import { internalAction, mutation } from "./_generated/server";
    import { v } from "convex/values";

    export const order = mutation({
      args: { item: v.string() },
      handler: async (ctx, { item }) => {
        await ctx.db.insert("orders", { item });
        await ctx.scheduler.runAfter(0, internal.orders.announce, { item });
      },
    });

    export const announce = internalAction({
      args: { item: v.string() },
      handler: async (_ctx, { item }) => {
        await fetch("https://shop.example/orders", { method: "POST", body: item });
      },
    });

Intent:
    @external & action & use | move | keep | inside | belong | put | in action | into action |
      from action | within action | through action & not against action | client | retry |
      retried | document | webhook | integration | workflow | against directly;
    against @external | side effect & @transaction & not runAction | n+1 | document | related;
    @external & against query | mutation & not webhook | n+1 | document | related;
    side effect & action & keep | belong | only | use | pure;
    @external & mutation & schedule | scheduler | runAfter;
"""

from __future__ import annotations

from collections.abc import Iterator

from agents.finding import Confidence, Severity
from assistant.code.builders import Kind
from assistant.code.modules import CodeFile
from assistant.code.project import Project
from assistant.code.rule import Report, Rule
from assistant.code.rules._services import outside_call


def check_file(file: CodeFile, project: Project) -> Iterator[Report]:
    """Report the calls to the outside that a query or mutation runs."""
    for call in file.nodes("call_expression"):
        outside = outside_call(project, file, call)
        if outside is None:
            continue
        reached = project.reach.runs_at(file, call, Kind.QUERY, Kind.MUTATION)
        if reached is None:
            continue
        name_node, name = outside
        yield RULE.at(
            file,
            name_node,
            f"`{name}` is called in {reached.described}, which is a transaction",
            hint="move it to an action, and have a mutation schedule it with "
            "`ctx.scheduler.runAfter`",
            confidence=Confidence.MEDIUM if reached.via else Confidence.HIGH,
        )


RULE = Rule(
    id="side-effect-in-transaction",
    severity=Severity.ERROR,
    category="writing",
    check_file=check_file,
)
