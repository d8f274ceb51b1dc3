"""A public function patches a document with whatever fields its caller sends.

Why: `v.any()` or an open record lets a caller set every field of the document, also those that the
form doesn't show: a role, an owner, a balance.
Silent when: fields are picked, or the validator is a closed object without such fields; a role is
checked and the fields are closed.

Bad:
    import { v } from "convex/values";
    import { mutation } from "./_generated/server";

    export const update = mutation({
      args: { id: v.id("profiles"), changes: v.any() },
      handler: async (ctx, { id, changes }) => {
        await ctx.db.patch(id, changes);
      },
    });
Good:
    import { v } from "convex/values";
    import { mutation } from "./_generated/server";

    export const update = mutation({
      args: { id: v.id("profiles"), name: v.string(), bio: v.string() },
      handler: async (ctx, { id, name, bio }) => {
        await ctx.db.patch(id, { name, bio });
      },
    });

Intent:
    patch | update | ctx.db.patch & whole | arbitrary | spread | args | raw | allowlist |
        whitelist | only allowed | pick | specific field | arbitrary field | unchecked & not index
        | optimistic | schema | real time | documentation;
    mass assignment;
    against trust & client & data | input;
    sanitize & input;
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from agents.finding import Severity
from assistant.code import syntax
from assistant.code.builders import Kind
from assistant.code.contexts import ContextCall
from assistant.code.functions import RegisteredFunction
from assistant.code.names import REST
from assistant.code.project import Project
from assistant.code.rule import Report, Rule
from assistant.code.rules._argument_flow import ArgumentFlow, ArgumentFlows
from assistant.code.rules._ownership import Ownership
from assistant.code.rules._rest_patterns import source_of_fields, taken_beside
from assistant.code.rules._sensitive_fields import grants_rights
from assistant.code.validators import Validator

if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.code.modules import CodeFile

_OPEN = frozenset({"any", "record"})


def check(function: RegisteredFunction, project: Project) -> Iterator[Report]:
    """Report each patch whose fields a caller chooses."""
    if function.internal or function.handler is None or function.kind is Kind.HTTP_ACTION:
        return
    if not function.argument_bindings or project.component_of(function.file) is not None:
        return
    flow = project.once(ArgumentFlows).of(function)
    for call in _patches(flow):
        for file, node in _sources(flow, call):
            why = _too_broad(flow, file, node)
            if why is not None:
                yield RULE.at(
                    call.file,
                    call.name_node,
                    f"the public {function.kind} `{function.name}` patches with `"
                    f"{_excerpt(node)}`, {why}",
                    hint="pick the fields that may change: `{ name: args.name }`",
                )


def _patches(flow: ArgumentFlow) -> Iterator[ContextCall]:
    for unit in flow.units:
        for call in flow.project.reach.context_calls_of(unit):
            if call.path == ("db", "patch") and len(call.arguments) > 1:
                yield call


def _sources(flow: ArgumentFlow, call: ContextCall) -> Iterator[tuple[CodeFile, Node]]:
    """The expressions out of which the patch takes its fields as they come."""
    document = syntax.unwrap(call.arguments[-1])
    if document is None:
        return
    target = flow.project.follow(call.file, document)
    file = call.file
    if target.file is not None and target.node is not None and target.node.type == "object":
        file, document = target.file, target.node
    if document.type == "call_expression" and syntax.text_of(syntax.callee(document)) == (
        "Object.assign"
    ):
        yield from ((file, given) for given in syntax.arguments(document))
    elif document.type != "object":
        yield file, document
    for spread in syntax.object_spreads(document):
        yield file, spread


def _too_broad(flow: ArgumentFlow, file: CodeFile, node: Node) -> str | None:
    """Why what is patched is too broad; None where it isn't, or can't be told."""
    node = source_of_fields(file, node)
    binding = file.resolve(node) if node.type == "identifier" else None
    is_rest = binding is not None and binding.path[-1:] == (REST,)
    taken = taken_beside(binding) if binding is not None and is_rest else frozenset()
    for path in sorted(flow.paths(file, node)):
        rest = bool(path) and path[-1] == REST
        owner = path[:-1] if rest else path
        if flow.function.args is None:
            if flow.function.config_is_complete and not flow.function.builder.layers:
                return "which nothing validates"
            continue
        validator = flow.validator_of(owner)
        if validator is None:
            continue
        if _is_open(validator):
            return "whose fields its validator leaves open"
        granted = [n for n in _fields(validator) if grants_rights(n) and n not in taken]
        if granted and not Ownership(flow).checks_role():
            return f"which reaches `{granted[0]}`"
    return None


def _is_open(validator: Validator) -> bool:
    if validator.kind in ("union", "nullable"):
        return any(_is_open(member.inner) for member in validator.members)
    return validator.kind in _OPEN


def _fields(validator: Validator) -> Iterator[str]:
    for variant in validator.object_variants():
        yield from variant.fields


def _excerpt(node: Node) -> str:
    text = " ".join(syntax.text_of(node).split())
    return text if len(text) <= 30 else f"{text[:30]}…"


RULE = Rule(
    id="overly-broad-patch",
    severity=Severity.WARNING,
    category="access",
    check_function=check,
)
