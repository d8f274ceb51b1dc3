"""Code of a component reaches for what only the app has.

Why: a component is a backend of its own, with its own tables and no users: `ctx.auth`, the app's
table ids and the app's environment aren't there, and `.paginate()` doesn't work across components.
Silent when: the code runs in the app (no function of the component reaches it), the variable is
declared in `defineComponent(…, { env })`, or convex-helpers' `paginator` pages.

Bad:
    // convex/audit/convex.config.ts
    import { defineComponent } from "convex/server";

    export default defineComponent("audit");

    // convex/audit/schema.ts
    import { defineSchema, defineTable } from "convex/server";
    import { v } from "convex/values";

    export default defineSchema({ entries: defineTable({ text: v.string(), actor: v.string() }) });

    // convex/audit/public.ts
    import { v } from "convex/values";
    import { mutation } from "./_generated/server";

    export const add = mutation({
      args: { text: v.string() },
      handler: async (ctx, { text }) => {
        const identity = await ctx.auth.getUserIdentity();
        await ctx.db.insert("entries", { text, actor: identity?.subject ?? "nobody" });
      },
    });
Good:
    // convex/audit/convex.config.ts
    import { defineComponent } from "convex/server";

    export default defineComponent("audit");

    // convex/audit/schema.ts
    import { defineSchema, defineTable } from "convex/server";
    import { v } from "convex/values";

    export default defineSchema({ entries: defineTable({ text: v.string(), actor: v.string() }) });

    // convex/audit/public.ts
    import { v } from "convex/values";
    import { mutation } from "./_generated/server";

    export const add = mutation({
      args: { text: v.string(), actor: v.string() },
      handler: async (ctx, { text, actor }) => {
        await ctx.db.insert("entries", { text, actor });
      },
    });

Intent:
    component & ctx.auth | boundary | isolate | isolation | sandbox | app table | own table |
      own schema | process.env & not react | install | ui;
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from agents.finding import Confidence, Severity
from assistant.code import syntax
from assistant.code.modules import CodeFile
from assistant.code.project import Project
from assistant.code.rule import Report, Rule
from assistant.code.rules._components import installed_for
from assistant.code.rules._environment import environment_uses
from assistant.code.validators import read_validator

if TYPE_CHECKING:
    from tree_sitter import Node

_LEFT_ALONE = frozenset({"CONVEX_CLOUD_URL", "CONVEX_SITE_URL", "NODE_ENV", "VITEST"})
"""Given to components as well, put in when bundling, or set by test runners alone."""


def check_file(file: CodeFile, project: Project) -> Iterator[Report]:
    """Report uses of the app's things in a component's file."""
    if project.component_of(file) is None:
        return
    yield from _auth(file, project)
    yield from _pages(file, project)
    yield from _ids(file, project)
    yield from _environment(file, project)


def _auth(file: CodeFile, project: Project) -> Iterator[Report]:
    for call in project.contexts.calls(file):
        sure = call.context.confidence is not Confidence.LOW
        if sure and call.path[0] == "auth" and _runs_inside(file, call.node, project):
            yield RULE.at(
                file,
                _named("auth", call.node) or call.name_node,
                "a component has no `ctx.auth`: only the app knows who is calling",
                hint="have the app look up the user and pass an id as an argument",
                confidence=call.context.confidence,
            )


def _pages(file: CodeFile, project: Project) -> Iterator[Report]:
    for query in project.queries.in_file(file):
        last = query.terminal
        if last is None or last.name != "paginate" or last.file is not file:
            continue
        if query.context.confidence is Confidence.LOW or _is_wrapped(file, query.root):
            continue
        if not _runs_inside(file, query.root, project):
            continue
        yield RULE.at(
            file,
            last.name_node,
            "`.paginate()` doesn't work inside a component",
            hint="page with `paginator` of convex-helpers, or `.take(n)` behind an index range",
            confidence=query.context.confidence,
        )


def _ids(file: CodeFile, project: Project) -> Iterator[Report]:
    schema = project.schema_for(file)
    app = project.schemas.app
    for call in file.calls_named({"id"}):
        if syntax.receiver(call) is None:
            continue
        read = read_validator(project, file, call)
        table = read.table if read.kind == "id" else None
        if table is None or table.startswith("_"):
            continue
        of_app = app is not None and table in app.tables
        if schema is not None and (table in schema.tables or not (schema.complete or of_app)):
            continue
        if not of_app and (schema is None or (app is not None and app.complete)):
            continue
        yield RULE.at(
            file,
            syntax.argument(call, 0) or call,
            f"`{table}` is no table of this component, whose ids can't reach into the app's",
            hint="take the app's ids as `v.string()`",
        )


def _environment(file: CodeFile, project: Project) -> Iterator[Report]:
    for use in environment_uses(file):
        names = (use.name,) if use.name is not None else _picked(use.node)
        missing = [
            name
            for name in names
            if name not in _LEFT_ALONE and not _is_declared(name, file, project)
        ]
        if not missing or not _runs_inside(file, use.node, project):
            continue
        yield RULE.at(
            file,
            use.whole,
            f"a component doesn't see the app's environment, so `process.env.{missing[0]}` is "
            "undefined",
            hint="declare it in `defineComponent(…, { env })`, or take it as an argument",
        )


def _picked(environment: Node) -> tuple[str, ...]:
    """The variables of `const { A, B } = process.env`."""
    declarator = syntax.wrapped(environment).parent
    if declarator is None or declarator.type != "variable_declarator":
        return ()
    pattern = syntax.field(declarator, "name")
    members = pattern.named_children if pattern is not None else []
    names = (
        syntax.key_name(syntax.field(one, "key") or syntax.field(one, "left") or one)
        for one in members
        if one.type not in ("comment", "rest_pattern")
    )
    return tuple(name for name in names if name is not None)


def _is_declared(name: str, file: CodeFile, project: Project) -> bool:
    config = installed_for(project, file).config
    for call in config.nodes("call_expression") if config is not None else ():
        if config is None or syntax.callee_name(call) != "defineComponent":
            continue
        options = syntax.argument(call, 1)
        if options is None:
            continue
        env = project.member(project.follow(config, options), "env")
        if env is None or env.node is None or env.node.type != "object":
            # Given by name, or not at all: only an object in sight says that there is none.
            return options.type != "object" or "env" in dict(syntax.object_members(options))
        declared = syntax.object_member(env.node, name) is not None
        return declared or bool(syntax.object_spreads(env.node))
    return False


def _runs_inside(file: CodeFile, node: Node, project: Project) -> bool:
    """Whether the component's own functions run a node; its client's code runs in the app."""
    component = project.component_of(file)
    unit = project.reach.unit_of(file, node)
    if unit.is_module:
        return bool(project.functions.in_file(file))
    found = project.reach.reached_from(unit)
    return any(project.component_of(reached.function.file) == component for reached in found)


def _is_wrapped(file: CodeFile, root: Node) -> bool:
    """Whether `db.query` is called on what some function made out of the database."""
    owner = syntax.chain_root(syntax.receiver(root))
    if owner is None or owner.type != "identifier":
        return True
    binding = file.resolve(owner)
    value = None if binding is None else syntax.unwrap_await(binding.value)
    return value is not None and value.type == "call_expression"


def _named(name: str, call: Node) -> Node | None:
    node = syntax.unwrap(syntax.field(call, "function"))
    while node is not None and node.type in ("member_expression", "subscript_expression"):
        if syntax.member_name(node) == name:
            return syntax.field(node, "property")
        node = syntax.unwrap(syntax.field(node, "object"))
    return node if node is not None and syntax.text_of(node) == name else None


RULE = Rule(
    id="component-boundary",
    severity=Severity.ERROR,
    category="layout",
    check_file=check_file,
)
