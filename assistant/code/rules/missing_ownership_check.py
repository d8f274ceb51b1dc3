"""A public function changes a document by an id from its arguments, whoever owns the document.

Why: ids travel in links and answers, so a signed-in user can send another user's. To know who is
calling is half of the check; the other half is whether the document is theirs.
Silent when: the document, its parent or a membership is compared with the acting user, a role is
checked, row-level security wraps the database, a secret is compared, or code that can't be read
may do so; a query that asks whether the document is public. *Info* for a query that returns it.

Bad:
    import { getAuthUserId } from "@convex-dev/auth/server";
    import { ConvexError, v } from "convex/values";
    import { mutation } from "./_generated/server";

    export const remove = mutation({
      args: { recipe: v.id("recipes") },
      handler: async (ctx, { recipe }) => {
        if ((await getAuthUserId(ctx)) === null) throw new ConvexError("sign in first");
        await ctx.db.delete(recipe);
      },
    });
Good:
    import { getAuthUserId } from "@convex-dev/auth/server";
    import { ConvexError, v } from "convex/values";
    import { mutation } from "./_generated/server";

    export const remove = mutation({
      args: { recipe: v.id("recipes") },
      handler: async (ctx, { recipe }) => {
        const user = await getAuthUserId(ctx);
        const found = await ctx.db.get(recipe);
        if (user === null || found?.author !== user) throw new ConvexError("not your recipe");
        await ctx.db.delete(recipe);
      },
    });

Intent:
    authorization | authorize | ownership | owner | =owns | =owned | row level security | rls |
        role based | rbac | belongs to & not =provider | setup | test | about test | header |
        webhook | email & not index | against argument;
    permission & document | resource | @check | validate | mutation & not file permission |
        browser | tool;
    organization | tenant | workspace | team & access | isolate | isolation | boundary | scope |
        membership & not index | import;
    user | caller & only & access | read | see | edit | change | view & =own & data | record |
        row | document | resource | item;
    resource | document & belong | =own | access & user | caller & not auth provider | sensitive;
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from agents.finding import Confidence, Severity
from assistant.code import syntax
from assistant.code.builders import Kind
from assistant.code.functions import RegisteredFunction
from assistant.code.project import Project
from assistant.code.rule import Report, Rule
from assistant.code.rules._argument_flow import ArgumentFlow, ArgumentFlows, ArgumentPath
from assistant.code.rules._caller_checks import CallerChecks, Look
from assistant.code.rules._conditions import decides
from assistant.code.rules._looked_up import documents_by_arguments, id_of, ids_from_arguments
from assistant.code.rules._ownership import Ownership
from assistant.code.rules._words import words_of
from assistant.code.schema import Schema

if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.code.contexts import ContextCall
    from assistant.code.modules import CodeFile

_PEOPLE = frozenset({"accounts", "members", "profiles", "users"})
_OWNERS = frozenset(
    {"account", "author", "by", "clerk", "creator", "customer", "email", "member", "org"}
    | {"organization", "owner", "participants", "session", "team", "tenant", "token", "user"}
    | {"users", "workspace"}
)
_OPENNESS = frozenset({"private", "public", "publish", "published", "visibility", "visible"})
_SHARED = frozenset({"public", "published", "shared"})
"""In the name of a query or a table: whoever knows the id may read."""
_CHANGES = frozenset({("db", "patch"), ("db", "replace"), ("db", "delete")})


def check(function: RegisteredFunction, project: Project) -> Iterator[Report]:
    """Report a public function that changes or returns any document it is given the id of."""
    if function.internal or function.handler is None or function.kind is Kind.HTTP_ACTION:
        return
    if not function.argument_bindings or project.component_of(function.file) is not None:
        return
    flow = project.once(ArgumentFlows).of(function)
    # A query that writes fails; that is another rule's matter.
    changed = None if function.kind is Kind.QUERY else next(_changes(flow), None)
    returned = _returned_documents(flow) if function.kind is Kind.QUERY else frozenset()
    if changed is None and not returned:
        return
    owned = _may_have_owner(flow, returned if changed is None else changed)
    if changed is None and not owned:
        return
    if changed is None and (_is_shared(flow, returned) or _asks_if_public(flow)):
        return
    look = project.once(CallerChecks).look(function)
    if look is Look.OUT_OF_SIGHT or Ownership(flow).is_compared():
        return
    what = "changes" if changed is not None else "returns"
    confidence = Confidence.HIGH if changed is not None and look is Look.YES else Confidence.MEDIUM
    yield RULE.at(
        function.file,
        function.name_node,
        f"the public {function.kind} `{function.name}` {what} the document of whatever id it is "
        "given, without comparing its owner with who is calling",
        hint="load the document and compare its owner (or its parent's) with the acting user",
        severity=Severity.WARNING if changed is not None else Severity.INFO,
        confidence=confidence if owned else Confidence.LOW,
        anchor=function.call,
    )


def _changes(flow: ArgumentFlow) -> Iterator[frozenset[ArgumentPath]]:
    """For each change of a document whose id is an argument: those arguments."""
    project = flow.project
    for unit in flow.units:
        for call in project.reach.context_calls_of(unit):
            if call.path not in _CHANGES:
                continue
            ids = ids_from_arguments(flow, unit.file, id_of(call))
            counts = _PEOPLE.isdisjoint(_tables_of(flow, ids)) and _only_counts(unit.file, call)
            if ids and not counts:
                yield ids


def _only_counts(file: CodeFile, call: ContextCall) -> bool:
    """Whether a patch says no more than that there is one more (or less) of something, and when.

    `db.patch(post, { comments: found.comments + 1 })` is anybody's to bring about.
    """
    if call.path != ("db", "patch") or not call.arguments:
        return False
    given = syntax.unwrap(call.arguments[-1])
    if given is None or given.type != "object" or syntax.object_spreads(given):
        return False
    members = list(syntax.object_members(given))
    counted = [name for name, value in members if _is_counted(file, name, value)]
    return bool(counted) and all(
        name in counted or words_of(name)[-1:] == ("at",) for name, _ in members
    )


def _is_counted(file: CodeFile, name: str, value: Node) -> bool:
    """`Math.max((found.count ?? 1) - 1, 0)`: a field's own value, a constant more or less.

    So is a `viewCount` that a call works out, other than what the caller says.
    """
    inner = syntax.unwrap_await(value)
    is_name = inner is not None and inner.type in ("identifier", "shorthand_property_identifier")
    binding = file.resolve(inner) if inner is not None and is_name else None
    given = syntax.unwrap_await(binding.value if binding is not None else inner)
    if given is None:
        return False
    for changed in (given, *syntax.descendants(given, "binary_expression")):
        step = syntax.unwrap(syntax.field(changed, "right"))
        if step is None or step.type != "number":
            continue
        if syntax.operator(changed) in ("+", "-") and any(
            syntax.member_name(member) == name
            for member in syntax.descendants(changed, "member_expression")
        ):
            return True
    return given.type == "call_expression" and words_of(name)[-1:] == ("count",)


def _returned_documents(flow: ArgumentFlow) -> frozenset[ArgumentPath]:
    handler = flow.function.handler
    assert handler is not None
    found = (
        documents_by_arguments(flow, handler.file, value)
        for value in syntax.returned_expressions(handler.node)
    )
    return frozenset[ArgumentPath]().union(*found)


def _is_shared(flow: ArgumentFlow, ids: frozenset[ArgumentPath]) -> bool:
    """Whether a query, or all tables that it returns documents of, are there for everybody."""
    if not _SHARED.isdisjoint(words_of(flow.function.name)):
        return True
    return all(not _SHARED.isdisjoint(words_of(table)) for table in _tables_of(flow, ids))


def _tables_of(flow: ArgumentFlow, ids: frozenset[ArgumentPath]) -> list[str]:
    """The tables whose ids these arguments are by their validators; empty names elsewhere."""
    found = (flow.validator_of(path) for path in ids)
    return [(one.table if one is not None else None) or "" for one in found]


def _asks_if_public(flow: ArgumentFlow) -> bool:
    """Whether code in reach decides by a field that says who may read a document."""
    return any(
        not _OPENNESS.isdisjoint(words_of(syntax.text_of(syntax.field(node, "property"))))
        and decides(node)
        for unit in flow.units
        for node in unit.file.tree.nodes_inside(unit.node, "member_expression")
    )


def _may_have_owner(flow: ArgumentFlow, ids: frozenset[ArgumentPath]) -> bool:
    """Whether one of the documents can have an owner or a parent; so where the schema is silent."""
    schema = flow.project.schema_for(flow.function.file)
    for path in ids:
        validator = flow.validator_of(path)
        named = validator.table if validator is not None else None
        if schema is None or named is None or _leads_to_owner(schema, named, set()):
            return True
    return False


def _leads_to_owner(schema: Schema, name: str, seen: set[str]) -> bool:
    """Whether a table's documents, or those that they refer to, can be somebody's."""
    if name in seen:
        return False
    seen.add(name)
    table = schema.tables.get(name)
    if table is None:
        return not name.startswith("_")
    if not table.fields_complete or name in _PEOPLE:
        return True
    for field_name, field in table.fields.items():
        if not _OWNERS.isdisjoint(words_of(field_name)):
            return True
        parents = (inner.table for inner in field.walk() if inner.kind == "id")
        if any(parent is None or _leads_to_owner(schema, parent, seen) for parent in parents):
            return True
    return False


RULE = Rule(
    id="missing-ownership-check",
    severity=Severity.WARNING,
    category="access",
    check_function=check,
)
