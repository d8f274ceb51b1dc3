"""A function itself is given where a reference to it is meant: `save` for `internal.store.save`.

Why: `ctx.run…`, the scheduler, crons and the client's hooks find a function by its path. What
`mutation({ … })` returns carries none, so the call fails, and a client that imports the module
would bundle server code.
Silent when: a reference is given, also through a variable, or a function handle.

Bad:
    // convex/orders.ts
    import { internalMutation, mutation } from "./_generated/server";
    import { v } from "convex/values";

    export const close = internalMutation({
      args: { id: v.id("orders") },
      handler: async (ctx, { id }) => await ctx.db.patch(id, { open: false }),
    });

    export const place = mutation({
      args: { item: v.string() },
      handler: async (ctx, { item }) => {
        const id = await ctx.db.insert("orders", { item, open: true });
        await ctx.scheduler.runAfter(60_000, close, { id });
      },
    });
Good:
    // convex/orders.ts
    import { internal } from "./_generated/api";
    import { internalMutation, mutation } from "./_generated/server";
    import { v } from "convex/values";

    export const close = internalMutation({
      args: { id: v.id("orders") },
      handler: async (ctx, { id }) => await ctx.db.patch(id, { open: false }),
    });

    export const place = mutation({
      args: { item: v.string() },
      handler: async (ctx, { item }) => {
        const id = await ctx.db.insert("orders", { item, open: true });
        await ctx.scheduler.runAfter(60_000, internal.orders.close, { id });
      },
    });

Intent:
    reference & against function | pass | scheduler | use | @run & not api. public;
    against function itself | function directly | imported function |
        registered function directly & pass | call | @schedule | @run;
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from agents.finding import Severity
from assistant.code import syntax
from assistant.code.functions import RegisteredFunction
from assistant.code.modules import Category, CodeFile
from assistant.code.project import Project
from assistant.code.rule import Report, Rule
from assistant.code.rules._clients import ClientCalls
from assistant.code.rules._handed_functions import handed_functions

if TYPE_CHECKING:
    from tree_sitter import Node


_BRANCHES = {
    "ternary_expression": ("alternative", "consequence"),
    "binary_expression": ("right", "left"),
}


def check_file(file: CodeFile, project: Project) -> Iterator[Report]:
    """Report each function that is handed over itself."""
    if file.category is Category.DEPLOYED:
        for handed in handed_functions(project, file):
            yield from _report(project, file, handed.node, handed.described)
    for call in project.once(ClientCalls).in_file(file):
        if call.given is not None:
            yield from _report(project, file, call.given, f"`{call.name}`")


def _report(project: Project, file: CodeFile, given: Node, taker: str) -> Iterator[Report]:
    for node in _choices(given):
        function = _registered(project, file, node)
        if function is not None:
            yield _finding(file, node, taker, function)
        elif _is_plain(project, file, node):
            yield RULE.at(
                file,
                node,
                f"{taker} is given a function, not a reference to a registered one",
                hint="register it, and give `internal.….NAME`",
            )


def _is_plain(project: Project, file: CodeFile, node: Node) -> bool:
    """Whether an expression is a function that nothing registers, written in place or named."""
    target = project.follow(file, node).node
    return target is not None and target.type in syntax.FUNCTION_KINDS


def _choices(given: Node) -> Iterator[Node]:
    """What an argument may be: itself, or the branches of `a ? b : c` and `a ?? b`."""
    stack = [given]
    while stack:
        node = syntax.unwrap(stack.pop())
        if node is None:
            continue
        sides = _BRANCHES.get(node.type)
        if sides is None:
            yield node
        else:
            stack += [side for name in sides if (side := syntax.field(node, name)) is not None]


def _finding(file: CodeFile, given: Node, taker: str, function: RegisteredFunction) -> Report:
    root = "internal" if function.internal else "api"
    path = ".".join((*function.file.module.split("/"), function.name))
    return RULE.at(
        file,
        given,
        f"{taker} is given the {function.kind} `{function.name}` itself, not a reference to it",
        hint=f"give `{root}.{path}`",
    )


def _registered(project: Project, file: CodeFile, node: Node) -> RegisteredFunction | None:
    """The registered function that an expression is."""
    target = project.follow(file, node)
    if target.file is None or target.node is None or target.node.type != "call_expression":
        return None
    functions = project.functions.in_file(target.file)
    return next((f for f in functions if f.call == target.node and f.exported), None)


RULE = Rule(
    id="direct-function-reference",
    severity=Severity.ERROR,
    category="writing",
    files=frozenset({Category.DEPLOYED, Category.CLIENT}),
    check_file=check_file,
)
