"""A public function throws a plain `Error`, which clients get to see as “Server Error” only.

Why: in production Convex hides what a plain error says. The `data` of a `ConvexError` arrives at
the client, which can show it or act on its code.
Silent when: a `ConvexError` or a class of the project's own is thrown; only internal functions
reach the code; a `catch` around it takes the error in.

Bad:
    import { mutation } from "./_generated/server";
    import { v } from "convex/values";

    export const join = mutation({
      args: { code: v.string() },
      handler: async (ctx, { code }) => {
        const team = await ctx.db
          .query("teams")
          .withIndex("by_code", (q) => q.eq("code", code))
          .unique();
        if (team === null) throw new Error("No team has this code");
        return team._id;
      },
    });
Good:
    import { mutation } from "./_generated/server";
    import { ConvexError, v } from "convex/values";

    export const join = mutation({
      args: { code: v.string() },
      handler: async (ctx, { code }) => {
        const team = await ctx.db
          .query("teams")
          .withIndex("by_code", (q) => q.eq("code", code))
          .unique();
        if (team === null) throw new ConvexError({ code: "unknown_code" });
        return team._id;
      },
    });

Intent:
    ConvexError;
    error & custom | =typed | structured | meaningful | user facing | =actionable | descriptive |
        application & not test | boundary | against custom;
    error handling | handle error & not atomic | validation | test | boundary | recovery | retry |
        type safety;
    error handling & type safety & not development;
    throw & error & not test | against throw;
    against generic error | plain error | raw error | new Error | bare error;
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from agents.finding import Confidence, Edit, Severity
from assistant.code import syntax
from assistant.code.modules import CodeFile
from assistant.code.project import Project
from assistant.code.reach import ReachedFrom
from assistant.code.rule import Report, Rule
from assistant.code.rules._imports import need

if TYPE_CHECKING:
    from tree_sitter import Node

_PLAIN = frozenset(
    {
        "AggregateError",
        "Error",
        "EvalError",
        "RangeError",
        "ReferenceError",
        "SyntaxError",
        "TypeError",
        "URIError",
    }
)
_MAX_DEPTH = 4


def check(throw: Node, file: CodeFile, project: Project) -> Iterator[Report]:
    """Report a `throw` of a plain error that a client's call can end in."""
    thrown = syntax.unwrap(next((c for c in throw.named_children if c.type != "comment"), None))
    name = _plain_error(project, file, thrown, 0)
    if name is None or _is_taken_in(throw):
        return
    reached = _public_one(project, file, throw)
    if reached is None:
        return
    yield RULE.at(
        file,
        throw.children[0],
        f"a plain `{name}` is thrown in {reached.described}; clients learn nothing of it",
        hint="throw a `ConvexError` of `convex/values`, whose `data` reaches the client",
        confidence=Confidence.MEDIUM if reached.via else Confidence.HIGH,
        edits=_to_convex_error(file, thrown),
    )


def _plain_error(project: Project, file: CodeFile, node: Node | None, depth: int) -> str | None:
    """The name of the built-in error that an expression makes."""
    if node is None or depth > _MAX_DEPTH:
        return None
    if node.type == "identifier":
        binding = file.resolve(node)
        if binding is None or binding.kind != "variable" or binding.assignments or binding.path:
            return None
        return _plain_error(project, file, syntax.unwrap(binding.value), depth + 1)
    if node.type == "ternary_expression":
        sides = [syntax.unwrap(syntax.field(node, n)) for n in ("consequence", "alternative")]
        each = [_plain_error(project, file, side, depth + 1) for side in sides]
        return each[0] if all(each) else None
    if node.type not in ("new_expression", "call_expression"):
        return None
    callee = syntax.callee(node)
    chain = syntax.name_chain(callee)
    if chain and chain[0] == "globalThis":
        return chain[1] if len(chain) == 2 and chain[1] in _PLAIN else None
    if callee is not None and callee.type == "identifier" and file.resolve(callee) is None:
        name = syntax.text_of(callee)
        return name if name in _PLAIN else None
    if node.type == "new_expression":
        return None
    target = project.follow(file, callee)
    if target.file is None or target.node is None or target.node.type not in syntax.FUNCTION_KINDS:
        return None
    made = [
        _plain_error(project, target.file, returned, depth + 1)
        for returned in syntax.returned_expressions(target.node)
    ]
    return made[0] if made and all(made) else None


def _is_taken_in(throw: Node) -> bool:
    """Whether a `catch` around it ends the error, as far as can be seen."""
    child = throw
    for outer in syntax.ancestors(throw):
        if outer.type in syntax.FUNCTION_KINDS:
            return False
        if outer.type == "try_statement" and syntax.field(outer, "body") == child:
            handler = syntax.field(outer, "handler")
            if handler is not None and not any(syntax.descendants(handler, "throw_statement")):
                return True
        child = outer
    return False


def _public_one(project: Project, file: CodeFile, node: Node) -> ReachedFrom | None:
    """The public function nearest to some code that runs it."""
    reached = project.reach.reached_at(file, node)
    public = [one for one in reached if one.function.public]
    return min(public, key=lambda one: len(one.via)) if public else None


def _to_convex_error(file: CodeFile, thrown: Node | None) -> tuple[Edit, ...]:
    """Only an `Error` made in place of one text: its `data` is the same text then."""
    callee = syntax.callee(thrown) if thrown is not None else None
    if thrown is None or syntax.text_of(callee) != "Error" or callee is None:
        return ()
    given = syntax.arguments(thrown)
    if len(given) != 1 or not _is_text(given[0]):
        return ()
    needed = need(file, thrown, "ConvexError", "convex/values")
    if needed is None:
        return ()
    new = "" if thrown.type == "new_expression" else "new "
    return (*needed.edits, Edit(callee.start_byte, callee.end_byte, new + needed.local))


def _is_text(node: Node) -> bool:
    inner = syntax.unwrap(node)
    if inner is not None and inner.type == "binary_expression":
        sides = (syntax.field(inner, "left"), syntax.field(inner, "right"))
        is_sum = syntax.operator(inner) == "+"
        return is_sum and any(side is not None and _is_text(side) for side in sides)
    return inner is not None and inner.type in ("string", "template_string")


RULE = Rule(
    id="plain-error",
    severity=Severity.INFO,
    category="writing",
    kinds=frozenset({"throw_statement"}),
    check=check,
)
