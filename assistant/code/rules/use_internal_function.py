"""A public function that only the server calls.

Why: anybody on the internet can call it as well, with arguments of their own, past the checks of
the functions that were meant to call it. An internal function can't be reached from outside.
Silent when: client code, a script or a server-side framework names it, no client code is at hand,
or nobody calls it at all.

Bad:
    // src/App.tsx
    import { useMutation } from "convex/react";
    import { api } from "../convex/_generated/api";
    export const useOrder = () => useMutation(api.orders.place);
    // convex/orders.ts
    import { v } from "convex/values";
    import { api } from "./_generated/api";
    import { mutation } from "./_generated/server";

    export const place = mutation({
      args: { item: v.string() },
      handler: async (ctx, { item }) => {
        await ctx.scheduler.runAfter(0, api.orders.ship, { item });
      },
    });

    export const ship = mutation({
      args: { item: v.string() },
      handler: async (ctx, { item }) => {
        await ctx.db.insert("shipments", { item });
      },
    });
Good:
    // src/App.tsx
    import { useMutation } from "convex/react";
    import { api } from "../convex/_generated/api";
    export const useOrder = () => useMutation(api.orders.place);
    // convex/orders.ts
    import { v } from "convex/values";
    import { internal } from "./_generated/api";
    import { internalMutation, mutation } from "./_generated/server";

    export const place = mutation({
      args: { item: v.string() },
      handler: async (ctx, { item }) => {
        await ctx.scheduler.runAfter(0, internal.orders.ship, { item });
      },
    });

    export const ship = internalMutation({
      args: { item: v.string() },
      handler: async (ctx, { item }) => {
        await ctx.db.insert("shipments", { item });
      },
    });

Intent:
    internal function | internalMutation | internalQuery | internalAction | internal mutation |
        internal query | internal action & not internal. | @schedule | scheduling | @run | http
        action | validator | external;
    internal & server only | sensitive | private | business logic | admin | privileged & not
        @schedule | scheduling;
    against public | expose | exposed & sensitive operation | server only | internal | admin |
        privileged | private operation & not error | stack;
    server only & function | logic | operation;
"""

from __future__ import annotations

from collections.abc import Iterator

from agents.finding import Severity
from assistant.code.builders import Kind
from assistant.code.functions import RegisteredFunction
from assistant.code.project import Project
from assistant.code.rule import Report, Rule
from assistant.code.rules._api_uses import ApiUses


def check(function: RegisteredFunction, project: Project) -> Iterator[Report]:
    """Report a public function that server code names and client code doesn't."""
    if function.internal or function.kind is Kind.HTTP_ACTION:
        return
    if project.component_of(function.file) is not None:
        return
    uses = project.once(ApiUses)
    if not uses.any_client or function not in uses.by_server or uses.client_may_use(function):
        return
    builder = f"internal{function.kind.capitalize()}"
    yield RULE.at(
        function.file,
        function.name_node,
        f"the public {function.kind} `{function.name}` is called by the server alone",
        hint=f"make it an `{builder}` and refer to it by `internal.…`",
        anchor=function.call,
    )


RULE = Rule(
    id="use-internal-function",
    severity=Severity.INFO,
    category="access",
    check_function=check,
)
