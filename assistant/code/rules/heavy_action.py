"""An action with more branches and data shaping than calls to the outside.

Why: actions are for what queries and mutations can't do; logic that only works on data is cheaper,
transactional and easier to test in a mutation, a query or a plain helper.
Silent when: the branches come with about as many external calls (`fetch`, clients of services,
`ctx.run…`, storage, vector search), or are guards that throw or return at the top.

Bad:
    import { v } from "convex/values";
    import { internal } from "./_generated/api";
    import { action } from "./_generated/server";

    export const summary = action({
      args: { team: v.id("teams") },
      handler: async (ctx, { team }) => {
        const rows: any[] = await ctx.runQuery(internal.teams.rows, { team });
        const open = rows.filter((row) => row.open);
        const names = open.map((row) => row.name).sort((a, b) => a.localeCompare(b));
        let points = 0;
        for (const row of open) {
          if (row.large) points += 3;
          else if (row.medium) points += 2;
        }
        return { names, points };
      },
    });
Good:
    import { v } from "convex/values";
    import { internal } from "./_generated/api";
    import { action } from "./_generated/server";

    export const summary = action({
      args: { team: v.id("teams") },
      handler: async (ctx, { team }) => {
        const summary: string = await ctx.runQuery(internal.teams.summary, { team });
        await fetch("https://chat.example/post", { method: "POST", body: summary });
      },
    });

Intent:
    action & minimal | thin | small | light | lightweight | lean | slim | short | focused |
      business logic | little logic | orchestrate & not api call | transaction time |
      minimize call | few call | fewer call;
    against business logic & action;
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from agents.finding import Confidence, Severity
from assistant.code import syntax
from assistant.code.builders import Kind
from assistant.code.functions import Place, RegisteredFunction
from assistant.code.project import Project
from assistant.code.rule import Report, Rule
from assistant.code.rules._services import outside_call

if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.code.project import Target

_MOST = 5
"""How many branches and the like any action may have."""
_PER_CALL = 2
"""How many it may have for each external call."""
_BRANCHES = ("if_statement", "switch_case", "ternary_expression", *sorted(syntax.LOOP_KINDS))
_SHAPING = frozenset(
    {"every", "filter", "find", "findIndex", "findLast", "flatMap", "forEach", "map", "reduce"}
    | {"reduceRight", "some", "sort", "toSorted"}
)
_CALLBACKS = syntax.FUNCTION_KINDS | {"identifier", "member_expression"}
_EXTERNAL_PARTS = frozenset(
    {"runAction", "runMutation", "runQuery", "scheduler", "storage", "vectorSearch"}
)
_NOTHING = frozenset({"false", "null", "undefined", "0", "''", '""', "[]", "{}"})
_OWN_PACKAGES = ("convex", "convex-helpers", "zod")
_MAX_DEPTH = 4


def check(function: RegisteredFunction, project: Project) -> Iterator[Report]:
    """Report an action that mostly computes."""
    if function.kind is not Kind.ACTION or function.handler is None:
        return
    handler = function.handler
    work = sum(1 for _ in _branches(handler)) + sum(1 for _ in _shapings(handler))
    if work <= _MOST:
        return
    calls = _external_calls(handler, project)
    if work > _PER_CALL * calls:
        yield RULE.at(
            function.file,
            function.name_node,
            f"the action `{function.name}` has {work} branches and data shapings for {calls} "
            f"external call{'' if calls == 1 else 's'}",
            hint="move what only works on data to a mutation, a query or a plain helper",
            confidence=Confidence.MEDIUM,
        )


def _branches(handler: Place) -> Iterator[Node]:
    for kind in _BRANCHES:
        for node in handler.file.tree.nodes_inside(handler.node, kind):
            is_guard = kind == "if_statement" and _is_guard(node, handler.node)
            if is_guard or (kind == "switch_case" and not _does_anything(node)):
                continue
            if kind == "if_statement" or not _is_default(node):
                yield node


def _does_anything(case: Node) -> bool:
    """Whether a case has statements of its own, and isn't one of several labels of the next."""
    return syntax.field(case, "body") is not None


def _is_default(node: Node) -> bool:
    """Whether a ternary only puts an empty value in the place of a missing one."""
    branches = (syntax.field(node, "consequence"), syntax.field(node, "alternative"))
    return node.type == "ternary_expression" and any(
        syntax.text_of(branch) in _NOTHING for branch in branches
    )


def _is_guard(statement: Node, handler: Node) -> bool:
    """Whether an `if` at the top of the handler does nothing but throw or return."""
    block = statement.parent
    if block is not None and block.parent is not None and block.parent.type == "try_statement":
        block = block.parent.parent
    if block != syntax.field(handler, "body"):
        return False
    if syntax.field(statement, "alternative") is not None:
        return False
    last = syntax.field(statement, "consequence")
    if last is not None and last.type == "statement_block":
        inner = [node for node in last.named_children if node.type != "comment"]
        last = inner[-1] if inner else None
    return last is not None and last.type in ("throw_statement", "return_statement")


def _shapings(handler: Place) -> Iterator[Node]:
    for call in handler.file.tree.nodes_inside(handler.node, "call_expression"):
        if syntax.callee_name(call) not in _SHAPING or syntax.receiver(call) is None:
            continue
        first = syntax.argument(call, 0)
        if first is not None and first.type in _CALLBACKS:
            yield call


def _external_calls(handler: Place, project: Project) -> int:
    found = project.reach.call_nodes_of(project.reach.unit_of(handler.file, handler.node))
    return sum(
        syntax.is_inside(call, handler.node) and _is_external(Place(handler.file, call), project, 0)
        for call in found
    )


def _is_external(place: Place, project: Project, depth: int) -> bool:
    """Whether a call reaches out of the action, by itself or in the helper that it runs."""
    file, call = place.file, place.node
    if outside_call(project, file, call) is not None:
        return True
    callee = syntax.callee(call)
    context = project.contexts.path_of(file, callee)
    if context is not None and context.path:
        return context.path[0] in _EXTERNAL_PARTS
    root = syntax.chain_root(callee)
    target = project.follow(file, root) if root is not None else None
    if target is not None and target.is_package and _is_waited_for(call):
        return (target.module or "").split("/")[0] not in _OWN_PACKAGES
    if target is not None and _is_waited_for(call) and _is_made_by_package(target, project):
        return True
    helper = project.follow(file, callee)
    if helper.file is None or helper.node is None or depth >= _MAX_DEPTH:
        return False
    if helper.node.type not in syntax.FUNCTION_KINDS:
        return False
    inner = helper.file.tree.nodes_inside(helper.node, "call_expression")
    return any(_is_external(Place(helper.file, node), project, depth + 1) for node in inner)


def _is_waited_for(call: Node) -> bool:
    """Whether a call is awaited, by itself or as one of those of `Promise.all([…])`."""
    if syntax.is_awaited(call):
        return True
    several = syntax.wrapped(call).parent
    given = several.parent if several is not None and several.type == "array" else None
    outer = given.parent if given is not None and given.type == "arguments" else None
    return (
        outer is not None
        and syntax.name_chain(syntax.callee(outer))[:1] == ("Promise",)
        and syntax.is_awaited(outer)
    )


def _is_made_by_package(target: Target, project: Project) -> bool:
    """Whether a name holds what a package's class or function made."""
    if target.file is None or target.node is None:
        return False
    made = syntax.unwrap_await(target.node)
    if made is None or made.type not in ("new_expression", "call_expression"):
        return False
    maker = project.follow(target.file, syntax.chain_root(syntax.callee(made)))
    return maker.is_package and (maker.module or "").split("/")[0] not in _OWN_PACKAGES


RULE = Rule(
    id="heavy-action",
    severity=Severity.INFO,
    category="layout",
    check_function=check,
)
