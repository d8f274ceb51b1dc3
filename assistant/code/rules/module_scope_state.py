"""A clock or chance at module level, or a registered function that is exported on a condition.

Why: Convex loads modules when it analyses a deployment and again whenever it likes; a time or
number taken then is neither the call's nor the same for two calls, and a function that a condition
leaves out isn't deployed.
Silent when: it happens in a function, a method or an instance's field.

Bad:
    import { mutation } from "./_generated/server";
    import { v } from "convex/values";

    const now = Date.now();

    export const add = mutation({
      args: { text: v.string() },
      handler: async (ctx, { text }) => {
        await ctx.db.insert("notes", { text, at: now });
      },
    });
Good:
    import { mutation } from "./_generated/server";
    import { v } from "convex/values";

    export const add = mutation({
      args: { text: v.string() },
      handler: async (ctx, { text }) => {
        await ctx.db.insert("notes", { text, at: Date.now() });
      },
    });

Intent:
    module level | module scope | global variable | top level variable | global state | in
      memory state | mutable state | global mutable & not test | client;
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from agents.finding import Confidence, Severity
from assistant.code import syntax
from assistant.code.modules import CodeFile
from assistant.code.project import Project
from assistant.code.rule import Report, Rule
from assistant.code.rules._repetition import CALLBACK_METHODS

if TYPE_CHECKING:
    from tree_sitter import Node

_CHANGING = frozenset(
    {("Date", "now"), ("Math", "random"), ("crypto", "randomUUID"), ("performance", "now")}
)


def check_file(file: CodeFile, project: Project) -> Iterator[Report]:
    """Report what changes from load to load."""
    yield from _changing_values(file)
    yield from _conditional_exports(file, project)


def _changing_values(file: CodeFile) -> Iterator[Report]:
    for call in file.calls_named({chain[-1] for chain in (*_CHANGING, ("Date",))}):
        found = _changing(file, call)
        if found is not None and _runs_at_load(file, call):
            node, text = found
            yield RULE.at(
                file,
                node,
                f"`{text}` runs when the module is loaded, not when a function is called",
                hint="move it into the function that needs it",
                confidence=Confidence.MEDIUM if file.uses_node else Confidence.HIGH,
            )


def _changing(file: CodeFile, call: Node) -> tuple[Node, str] | None:
    callee = syntax.callee(call)
    root = syntax.chain_root(callee)
    if callee is None or root is None or root.type != "identifier" or file.resolve(root):
        return None
    chain = syntax.name_chain(callee)
    if call.type == "call_expression" and chain in _CHANGING:
        return syntax.callee_name_node(call) or callee, f"{'.'.join(chain)}()"
    if call.type == "new_expression" and chain == ("Date",) and not syntax.arguments(call):
        return callee, "new Date()"
    return None


def _runs_at_load(file: CodeFile, node: Node) -> bool:
    """Whether a node is evaluated with its module: outside functions, or in one called in place."""
    function = file.tree.function_around(node)
    if function is not None and not _is_called_in_place(function):
        return False
    inner = node
    for outer in syntax.ancestors(node):
        if outer.type in syntax.FUNCTION_KINDS and not _is_called_in_place(outer):
            return False
        is_field = outer.type == "public_field_definition" and inner == syntax.field(outer, "value")
        if is_field and not any(child.type == "static" for child in outer.children):
            return False
        inner = outer
    return True


def _is_called_in_place(function: Node) -> bool:
    """Whether it is `(() => …)()`, or what `list.map(…)` calls for each item."""
    outer = syntax.wrapped(function)
    call = outer.parent
    if call is not None and call.type == "arguments" and call.parent is not None:
        return syntax.callee_name(call.parent) in CALLBACK_METHODS
    if call is None or call.type != "call_expression" or function.type == "method_definition":
        return False
    return syntax.field(call, "function") == outer


def _conditional_exports(file: CodeFile, project: Project) -> Iterator[Report]:
    for export in file.exports.named.values():
        if export.specifier is not None:
            continue
        binding = export.binding
        if binding is None and export.node.type == "identifier":
            binding = file.resolve(export.node)
        value = export.node if binding is None else binding.value
        if binding is not None and (binding.kind != "variable" or binding.path):
            continue
        builder = _conditional_builder(syntax.unwrap(value), file, project)
        if builder is not None:
            yield RULE.at(
                file,
                export.node if binding is None else binding.node,
                f"a condition decides at load whether `{export.name}` is this {builder}",
                hint="export it always, and check the condition in the handler",
            )


def _conditional_builder(value: Node | None, file: CodeFile, project: Project) -> str | None:
    """The kind of the registered function that a ternary, `&&`, `||` or `??` may give."""
    if value is None:
        return None
    branches: list[Node | None] = []
    if value.type == "ternary_expression":
        branches = [syntax.field(value, "consequence"), syntax.field(value, "alternative")]
    elif value.type == "binary_expression":
        branches = [syntax.field(value, "left"), syntax.field(value, "right")]
    for branch in map(syntax.unwrap, branches):
        if branch is None:
            continue
        if branch.type == "call_expression":
            builder = project.builders.of(file, syntax.callee(branch))
            if builder is not None and syntax.arguments(branch):
                return str(builder.kind)
        nested = _conditional_builder(branch, file, project)
        if nested is not None:
            return nested
    return None


RULE = Rule(
    id="module-scope-state",
    severity=Severity.WARNING,
    category="layout",
    check_file=check_file,
)
