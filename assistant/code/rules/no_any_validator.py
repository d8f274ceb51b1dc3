"""`v.any()` in arguments or in the schema.

Why: `v.any()` lets everything through, so the function (or the table) holds what a client chose to
send, and TypeScript's `any` spreads from there into all code that reads it.
Silent when: `v` isn't Convex's, or a directive with a reason says why nothing better is possible.

Bad:
    import { v } from "convex/values";
    import { mutation } from "./_generated/server";

    export const configure = mutation({
      args: { options: v.any() },
      handler: async (ctx, { options }) => {
        await ctx.db.insert("configurations", { options });
      },
    });
Good:
    import { v } from "convex/values";
    import { mutation } from "./_generated/server";

    export const configure = mutation({
      args: { options: v.object({ theme: v.string(), compact: v.boolean() }) },
      handler: async (ctx, { options }) => {
        await ctx.db.insert("configurations", { options });
      },
    });

Intent:
    against v.any | any();
    v.any & search | find | look for | flag | replace | audit | scan;
    validator & specific | strict | precise | exact | loose | narrow | integrity | tight |
        concrete;
    validator | validate & v.string | v.number | v.union | field validation | field & not return;
    input & sanitize & validator;
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from agents.finding import Severity
from assistant.code import syntax
from assistant.code.modules import CodeFile
from assistant.code.project import Project
from assistant.code.rule import Report, Rule

if TYPE_CHECKING:
    from tree_sitter import Node

_OUTPUT_MEMBERS = frozenset({"returns", "output"})


def check(call: Node, file: CodeFile, project: Project) -> Iterator[Report]:
    """Report a call of `v.any` outside of `returns`."""
    name_node = syntax.callee_name_node(call)
    callee = syntax.callee(call)
    if name_node is None or callee is None or callee.type != "member_expression":
        return
    if syntax.text_of(name_node) != "any" or not _is_values(project, file, callee):
        return
    if _describes_output(call):
        return
    yield RULE.at(
        file,
        name_node,
        f"`{syntax.text_of(callee)}()` lets any value through",
        hint="say what is expected: `v.object({ … })`, `v.union(…)`, `v.record(…)`",
    )


def _is_values(project: Project, file: CodeFile, callee: Node) -> bool:
    """Whether `v` of `v.any` is the one of convex/values (or undeclared, in pasted code)."""
    owner = syntax.unwrap(syntax.field(callee, "object"))
    target = project.follow(file, owner)
    if target.module is not None:
        return target.module == "convex/values" and target.name == "v"
    return target.binding is None and target.name == "v"


def _describes_output(call: Node) -> bool:
    """Whether it stands in `returns`, which takes nothing from a client."""
    return any(
        outer.type == "pair"
        and syntax.key_name(syntax.field(outer, "key")) in _OUTPUT_MEMBERS
        and _is_configuration(outer)
        for outer in syntax.ancestors(call)
    )


def _is_configuration(pair: Node) -> bool:
    return pair.parent is not None and syntax.object_member(pair.parent, "handler") is not None


RULE = Rule(
    id="no-any-validator",
    severity=Severity.WARNING,
    category="validation",
    kinds=frozenset({"call_expression"}),
    names=frozenset({"any"}),
    check=check,
)
