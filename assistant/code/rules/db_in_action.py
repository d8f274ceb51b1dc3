"""An action or HTTP action takes `ctx.db`, which only queries and mutations have.

Why: an action is no transaction and has no database; the access fails when it is reached.
Silent when: a custom builder puts a `db` of its own into the action's context, another library's
client is called `db`, or the code asks first what its context can do.

Bad:
    import { action } from "./_generated/server";
    import { v } from "convex/values";

    export const enrich = action({
      args: { id: v.id("leads") },
      handler: async (ctx, { id }) => {
        const lead = await ctx.db.get(id);
        return await fetch(`https://data.example/${lead.domain}`);
      },
    });
Good:
    import { internal } from "./_generated/api";
    import { action } from "./_generated/server";
    import { v } from "convex/values";

    export const enrich = action({
      args: { id: v.id("leads") },
      handler: async (ctx, { id }) => {
        const lead = await ctx.runQuery(internal.leads.get, { id });
        return await fetch(`https://data.example/${lead.domain}`);
      },
    });

Intent:
    action & ctx.db | db & access | against ctx.db | db | directly | runQuery | cannot | not;
    action & database & against database | directly | access | against directly | through query;
    keep mutations pure & action;
    action & runQuery | runMutation & database | read | data access | ctx.db &
        not sequential | batch | multiple;
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from agents.finding import Confidence, Severity
from assistant.code import syntax
from assistant.code.builders import Kind
from assistant.code.functions import RegisteredFunction
from assistant.code.modules import CodeFile
from assistant.code.project import Project
from assistant.code.rule import Report, Rule
from assistant.code.rules._narrowing import Unasked

if TYPE_CHECKING:
    from tree_sitter import Node

_GIVES_DB = re.compile(r"\bdb\s*[,:}]")
_OPEN_TYPE = re.compile(r"^:?\s*(any)?$")


def check_file(file: CodeFile, project: Project) -> Iterator[Report]:
    """Report each place at which an action takes the database."""
    if b"db" not in file.raw:
        return
    for node, confidence in _databases(file, project):
        reached = project.once(Unasked).runs_at(file, node, Kind.ACTION, Kind.HTTP_ACTION)
        if reached is None or _has_own_db(reached.function):
            continue
        yield RULE.at(
            file,
            node,
            f"`ctx.db` is taken in {reached.described}, which has no database",
            hint="read by `ctx.runQuery` and write by `ctx.runMutation` of internal functions",
            confidence=Confidence.MEDIUM
            if reached.via and confidence is Confidence.HIGH
            else confidence,
        )


def _databases(file: CodeFile, project: Project) -> Iterator[tuple[Node, Confidence]]:
    """The identifiers `db` of `ctx.db` and of `{ db }` that take it out of a context."""
    for member in file.members_by_name.get("db", ()):
        if _is_no_use(member):
            continue
        name = syntax.field(member, "property") or syntax.field(member, "index")
        if name is None:
            continue
        found = project.contexts.path_of(file, member)
        if found is None or found.path != ("db",):
            continue
        if found.confidence is not Confidence.LOW or _is_open_parameter(file, member):
            yield name, found.confidence
    for binding in file.names.all_bindings():
        if not binding.path or binding.path[0] != "db":
            continue
        found = project.contexts.path_of(file, binding.node)
        if found is not None and found.path[:1] == ("db",):
            yield binding.node, found.confidence


def _is_no_use(member: Node) -> bool:
    """Whether it only asks for the database, or is a method of another library: `mongo.db("x")`."""
    parent = syntax.wrapped(member).parent
    if parent is None or parent.type in ("if_statement", "unary_expression"):
        return True
    if parent.type == "binary_expression":
        return syntax.operator(parent) not in ("??", "||")
    if parent.type == "ternary_expression":
        return syntax.field(parent, "condition") == syntax.wrapped(member)
    return parent.type == "call_expression" and syntax.field(parent, "function") == member


def _is_open_parameter(file: CodeFile, member: Node) -> bool:
    """Whether it is a member of an untyped parameter, which may well be a context."""
    root = syntax.unwrap(syntax.field(member, "object"))
    binding = file.resolve(root) if root is not None and root.type == "identifier" else None
    return (
        binding is not None
        and binding.kind == "parameter"
        and not binding.path
        and _OPEN_TYPE.match(syntax.text_of(binding.type)) is not None
    )


def _has_own_db(function: RegisteredFunction) -> bool:
    """Whether a custom builder or a wrapper may put a `db` into the context."""
    nodes = [layer.node for layer in function.builder.layers]
    nodes += [wrapper.node for wrapper in function.wrappers]
    return any(_GIVES_DB.search(syntax.text_of(node)) for node in nodes)


RULE = Rule(
    id="db-in-action",
    severity=Severity.ERROR,
    category="writing",
    check_file=check_file,
)
