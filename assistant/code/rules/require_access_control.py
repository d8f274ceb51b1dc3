"""A public function never looks at who is calling it.

Why: every public function and every HTTP endpoint can be called by anybody on the internet who
knows the deployment's address, signed in or not; what the client shows or hides is no protection.
Silent when: the handler, a helper, a wrapper, a custom builder or a function that it runs looks at
`ctx.auth`, a session, an auth library or component, a signature, an authorization header or a
secret; in components; for HTTP actions that answer OPTIONS or use neither context nor body, and
functions that use neither their context nor an outside service; where code around the handler
can't be read.

Bad:
    import { mutation } from "./_generated/server";
    import { v } from "convex/values";

    export const close = mutation({
      args: { ticket: v.id("tickets") },
      handler: async (ctx, { ticket }) => {
        await ctx.db.patch(ticket, { open: false });
      },
    });
Good:
    import { mutation } from "./_generated/server";
    import { ConvexError, v } from "convex/values";

    export const close = mutation({
      args: { ticket: v.id("tickets") },
      handler: async (ctx, { ticket }) => {
        const identity = await ctx.auth.getUserIdentity();
        if (identity === null) throw new ConvexError("sign in first");
        await ctx.db.patch(ticket, { open: false, closedBy: identity.subject });
      },
    });

Intent:
    @auth | ctx.auth | access control | permission & @check | check | before | coverage | every |
        all | best practice | validate & not provider | set up | setup | integrate | integration |
        configure | configured | about test | test | role based | sensitive | webhook | jwt |
        signature | file | upload | storage | component;
    @check & user identity | caller identity | identity of caller & not webhook;
    requireAuth | requireUser | requireAdmin | getAuthUserId | getAuthUser & not provider | setup;
    getUserIdentity | ctx.auth & not component | client argument;
    auth coverage | auth check | authentication check | access check;
    access & check | verify | guard & before | every | each | first | data & not sensitive |
        upload | file | network | url;
    public function | public mutation | public query & authenticate | authorize | permission |
        identity | auth;
    about auth | security & access & first line | require | check | authenticated & not test |
        provider | file;
    against unauthenticated | anonymous & mutation | query | function | caller | access | write;
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from agents.finding import Confidence, Severity
from assistant.code import syntax
from assistant.code.builders import Kind, Provenance
from assistant.code.functions import RegisteredFunction
from assistant.code.modules import CodeFile
from assistant.code.project import Project
from assistant.code.rule import Report, Rule
from assistant.code.rules._caller_checks import CallerChecks, Look
from assistant.code.rules._http_requests import methods_of, reads_body, uses_context
from assistant.code.rules._out_of_sight import outside_of
from assistant.code.rules._services import outside_call

if TYPE_CHECKING:
    from tree_sitter import Node


def check(function: RegisteredFunction, project: Project) -> Iterator[Report]:
    """Report a public function that nothing in reach protects."""
    if function.internal or project.component_of(function.file) is not None:
        return
    if not _needs_protection(function, project):
        return
    checks = project.once(CallerChecks)
    if checks.look(function) is not Look.NO:
        return
    promised = checks.promised(function)
    but = f"; `{promised}` doesn't either" if promised is not None else ""
    what = "HTTP action" if function.kind is Kind.HTTP_ACTION else f"public {function.kind}"
    yield RULE.at(
        function.file,
        function.name_node,
        f"the {what} `{function.name}` never looks at who is calling it{but}",
        hint="check `ctx.auth.getUserIdentity()` first, make it internal, or say with "
        "`// convexpert-ignore require-access-control -- reason` that anybody may call it",
        confidence=_confidence(function, promised),
        anchor=function.call,
    )


def _needs_protection(function: RegisteredFunction, project: Project) -> bool:
    if function.kind is Kind.HTTP_ACTION:
        if methods_of(project, function) == {"OPTIONS"}:
            return False
        return uses_context(function) or reads_body(project, function)
    return uses_context(function) or (
        function.kind is Kind.ACTION and _reaches_outside(function, project)
    )


def _reaches_outside(function: RegisteredFunction, project: Project) -> bool:
    """Whether an action costs something even without its context: `fetch`, a service's client."""
    return any(
        outside_call(project, unit.file, call) is not None
        or _waits_for_package(project, unit.file, call)
        for unit in project.reach.reached_by(function)
        for call in project.reach.call_nodes_of(unit)
    )


def _waits_for_package(project: Project, file: CodeFile, call: Node) -> bool:
    """`await client.scroll(…)` of a client that a package makes."""
    outside = outside_of(project, file, call) if syntax.is_awaited(call) else None
    module = (outside.module if outside is not None else None) or "."
    return not module.startswith((".", "/", "@/", "~/", "convex"))


def _confidence(function: RegisteredFunction, promised: str | None) -> Confidence:
    if promised is not None or function.builder.base is Provenance.BY_NAME:
        return Confidence.MEDIUM
    return Confidence.HIGH


RULE = Rule(
    id="require-access-control",
    severity=Severity.WARNING,
    category="access",
    peer=True,
    check_function=check,
)
