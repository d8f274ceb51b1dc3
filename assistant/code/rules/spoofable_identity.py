"""A public function learns from its arguments who is acting.

Why: whoever calls a public function chooses its arguments, so an e-mail address, a role or a user
id in them proves nothing: anybody can act as anybody else. Only `ctx.auth` says who is calling.
Silent when: the acting user comes from `ctx.auth`, a session or a secret, and the argument names a
target; the argument is only read by. *Warning* for the id of a user's document or a bare name.

Bad:
    import { v } from "convex/values";
    import { mutation } from "./_generated/server";

    export const post = mutation({
      args: { email: v.string(), text: v.string() },
      handler: async (ctx, { email, text }) => {
        await ctx.db.insert("posts", { author: email, text });
      },
    });
Good:
    import { ConvexError, v } from "convex/values";
    import { mutation } from "./_generated/server";

    export const post = mutation({
      args: { text: v.string() },
      handler: async (ctx, { text }) => {
        const identity = await ctx.auth.getUserIdentity();
        if (identity === null) throw new ConvexError("sign in first");
        await ctx.db.insert("posts", { author: identity.tokenIdentifier, text });
      },
    });

Intent:
    against trust & client | frontend | browser | argument | user id | caller | input & not
        webhook | http;
    user id | userId | identity | role | email | acting user | isAdmin & argument | arg | args |
        client | parameter | payload & against accept | take | trust | pass | read | argument |
        derive | from ctx.auth | from getUserIdentity | from session | server side | derived |
        never;
    derive & identity | user | caller & ctx.auth | session | token | server;
    ownership & validate & how;
    row level security & ctx.auth & permission;
    unguessable & id | identifier;
    impersonate | impersonation | spoof;
"""

from __future__ import annotations

from collections.abc import Iterator

from agents.finding import Confidence, Severity
from assistant.code.builders import Kind
from assistant.code.functions import RegisteredFunction
from assistant.code.project import Project
from assistant.code.rule import Report, Rule
from assistant.code.rules._argument_flow import ArgumentFlows
from assistant.code.rules._bare_looks import asks_only_whether
from assistant.code.rules._caller_checks import CallerChecks, Look
from assistant.code.rules._claims import Claim, Claims


def check(function: RegisteredFunction, project: Project) -> Iterator[Report]:
    """Report a public function that believes a claim in its arguments."""
    if function.internal or function.handler is None or function.kind is Kind.HTTP_ACTION:
        return
    if project.component_of(function.file) is not None:
        return
    flow = project.once(ArgumentFlows).of(function)
    claims = Claims(flow)
    if not claims.claims:
        return
    checks = project.once(CallerChecks)
    looks = checks.look(function) is not Look.NO
    looks = looks and not asks_only_whether(project, function)
    believed = [one for one in claims.beliefs() if not looks or claims.is_flag(one.argument)]
    if not believed or checks.trusts_server(function):
        return
    belief = max(believed, key=lambda one: one.claim)
    yield RULE.at(
        function.file,
        function.name_node,
        f"the public {function.kind} `{function.name}` believes its caller who is acting: the "
        f"argument `{belief.argument}` {belief.how}",
        hint="take the acting user from `ctx.auth.getUserIdentity()`, and drop the argument",
        severity=Severity.ERROR if belief.claim is Claim.IDENTITY else Severity.WARNING,
        confidence=Confidence.MEDIUM if belief.claim is Claim.NAME else Confidence.HIGH,
        anchor=function.call,
    )


RULE = Rule(
    id="spoofable-identity",
    severity=Severity.ERROR,
    category="access",
    check_function=check,
)
