"""An HTTP action without a route, `http.ts` without a router, or `ctx.auth` with no providers.

Why: Convex serves only what the router of `http.ts` lists, and `ctx.auth.getUserIdentity()` gives
null for everybody until `auth.config.ts` says who issues identities.
Silent when: the code is pasted without its router, the HTTP action is handed to other code, or it
belongs to a component, whose app does the wiring.

Bad:
    // convex/hooks.ts
    import { httpAction } from "./_generated/server";

    export const paid = httpAction(async () => new Response("ok"));

    // convex/http.ts
    import { httpRouter } from "convex/server";

    const http = httpRouter();
    export default http;
Good:
    // convex/hooks.ts
    import { httpAction } from "./_generated/server";

    export const paid = httpAction(async () => new Response("ok"));

    // convex/http.ts
    import { httpRouter } from "convex/server";
    import { paid } from "./hooks";

    const http = httpRouter();
    http.route({ path: "/paid", method: "POST", handler: paid });
    export default http;

Intent:
    httpRouter | http.ts | http.route | http router;
    http action | httpAction | http endpoint | route & register | registered | mount | wire |
      wired | router | default export | export default & not component;
    auth & configured | auth.config | auth config | configuration & not component | test;
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from agents.finding import Confidence, Severity
from assistant.code import syntax
from assistant.code.builders import Kind
from assistant.code.functions import RegisteredFunction
from assistant.code.modules import CODE_SUFFIXES, Category, CodeFile
from assistant.code.names import Binding
from assistant.code.project import Project
from assistant.code.rule import Report, Rule

if TYPE_CHECKING:
    from tree_sitter import Node


def check_project(project: Project) -> Iterator[Report]:
    """Report HTTP actions, a router and an authentication that lead nowhere."""
    yield from _actions(project)
    if not project.is_snippet:
        yield from _router(project)
        yield from _authentication(project)


# --- HTTP actions ------------------------------------------------------------------------------


def _actions(project: Project) -> Iterator[Report]:
    for function in project.functions:
        if function.kind is not Kind.HTTP_ACTION or function.file.category is Category.TEST:
            continue
        if function.route is not None or project.component_of(function.file) is not None:
            continue
        binding = function.file.names.in_module(syntax.text_of(function.name_node))
        if binding is None or not _is_declared_by(function, binding):
            if "default" not in function.exports:
                continue
            binding = None
        if project.is_snippet and not _has_router(project, function.file):
            continue
        if not _is_mentioned(function, binding, project):
            yield RULE.at(
                function.file,
                function.name_node,
                f"no route of the HTTP router uses the HTTP action `{function.name}`",
                hint="give it to `http.route({ path, method, handler })` in `convex/http.ts`, or "
                "remove it",
            )


def _is_declared_by(function: RegisteredFunction, binding: Binding) -> bool:
    value = binding.value
    return value is not None and syntax.is_inside(function.call, value) and not binding.path


def _has_router(project: Project, near: CodeFile) -> bool:
    """Whether the piece of text that holds a file shows routes as well."""
    return any(
        file.snippet == near.snippet and (b".route(" in file.raw or b"httpRouter" in file.raw)
        for file in project.files
    )


def _is_mentioned(function: RegisteredFunction, binding: Binding | None, project: Project) -> bool:
    """Whether any code mentions the function besides exporting it; a default may have no name."""
    file = function.file
    if binding is not None and any(not _only_exports(use) for use in file.names.uses(binding)):
        return True
    if not function.exported:
        return False
    return any(
        _mentions(project, other, function)
        for other in project.files
        if other is not file and other.category not in (Category.GENERATED, Category.TEST)
    )


def _only_exports(use: Node) -> bool:
    parent = use.parent
    return parent is not None and parent.type in ("export_specifier", "export_statement")


def _mentions(project: Project, other: CodeFile, function: RegisteredFunction) -> bool:
    if not _may_import(other, function):
        return False
    for binding in other.names.module.bindings.values():
        if binding.imported is None:
            continue
        target = project.follow_binding(other, binding)
        is_module = target.name == "*" and target.node is None and target.file is not None
        if target.node != function.call and not is_module:
            continue
        for use in other.names.uses(binding):
            if not _only_exports(use) and (not is_module or _takes(project, other, use, function)):
                return True
    return False


def _may_import(other: CodeFile, function: RegisteredFunction) -> bool:
    """Whether a file says the function's name, or that of its module; without a parse."""
    module = function.file.path.rsplit("/", 1)[-1].split(".")[0]
    names = (*function.exports, module if module != "index" else "/")
    return any(name.encode() in other.raw for name in names)


def _takes(project: Project, file: CodeFile, use: Node, function: RegisteredFunction) -> bool:
    """Whether `use` of a whole module takes the function out of it, or all there is."""
    member = syntax.wrapped(use).parent
    if member is None or member.type not in ("member_expression", "subscript_expression"):
        return True
    name = syntax.member_name(member)
    return name is None or project.follow(file, member).node == function.call


# --- the router --------------------------------------------------------------------------------


def _router(project: Project) -> Iterator[Report]:
    for file in project.server_files:
        if file.module != "http" or file.problem is not None or file.tree.root.has_error:
            continue
        if "default" in file.exports.named or not file.tree.root.named_children:
            continue
        yield RULE.at(
            file,
            _router_name(file) or file.tree.root.named_children[0],
            f"`{file.path}` has no default export, so Convex finds no router in it",
            hint="end it with `export default http;`",
        )


def _router_name(file: CodeFile) -> Node | None:
    made = next(iter(file.calls_named({"httpRouter"})), None)
    parent = syntax.wrapped(made).parent if made is not None else None
    return syntax.field(parent, "name") if parent is not None else None


# --- authentication ----------------------------------------------------------------------------


def _authentication(project: Project) -> Iterator[Report]:
    folder = project.functions_folder
    if any(project.file_at(f"{folder}/auth.config{suffix}") for suffix in CODE_SUFFIXES):
        return
    for file in project.server_files:
        if project.component_of(file) is not None:
            continue
        for call in project.contexts.calls(file):
            if call.path[0] != "auth" or call.context.confidence is Confidence.LOW:
                continue
            if not project.reach.reached_from(project.reach.unit_of(file, call.node)):
                continue
            yield RULE.at(
                file,
                file.tree.root.named_children[0],
                f"`ctx.auth` is asked who is calling, but there is no `{folder}/auth.config.ts`, "
                "so it knows nobody",
                hint="name the providers of identities in `auth.config.ts`",
            )
            return


RULE = Rule(
    id="unwired-entry",
    severity=Severity.WARNING,
    category="layout",
    check_project=check_project,
)
