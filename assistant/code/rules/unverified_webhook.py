"""An HTTP action writes what a request brings without verifying who sent it.

Why: anybody can send a POST to the endpoint. Without a check of the provider's signature or of a
shared secret, what the body says (a paid order, a new account) may be made up.
Silent when: the handler or what it runs verifies a signature, compares a secret or a header, asks
`ctx.auth`, or hands the request to a component or library that does; the route isn't a POST;
nothing is written.

Bad:
    import { httpAction } from "./_generated/server";
    import { internal } from "./_generated/api";

    export const orderWebhook = httpAction(async (ctx, request) => {
      const event = await request.json();
      await ctx.runMutation(internal.orders.markPaid, { order: event.order });
      return new Response(null, { status: 200 });
    });
Good:
    import { Webhook } from "svix";
    import { httpAction } from "./_generated/server";
    import { internal } from "./_generated/api";

    export const orderWebhook = httpAction(async (ctx, request) => {
      const webhook = new Webhook(process.env.ORDERS_SECRET!);
      const event = webhook.verify(await request.text(), Object.fromEntries(request.headers));
      await ctx.runMutation(internal.orders.record, { event });
      return new Response(null, { status: 200 });
    });

Intent:
    webhook & verify | signature | secure | securely | validate | authentic | secret | signed |
        check | trust | hmac | svix | user data;
    signature & verify | check | validate | request | header | payload & not function signature |
        type | commit;
    request validation | validate request & cors | http | endpoint | webhook;
    http action | http endpoint & verify | authorization header | secret | signature;
"""

from __future__ import annotations

from collections.abc import Iterator

from agents.finding import Confidence, Severity
from assistant.code.builders import Kind
from assistant.code.functions import RegisteredFunction
from assistant.code.project import Project
from assistant.code.reach import RunCall
from assistant.code.rule import Report, Rule
from assistant.code.rules._caller_checks import CallerChecks, Look
from assistant.code.rules._http_requests import Routes, methods_of, reads_body
from assistant.code.rules._words import words_of

_STORAGE_WRITES = frozenset({("storage", "store"), ("storage", "delete")})
_HOOKS = frozenset({"hook", "hooks", "webhook", "webhooks"})


def check(function: RegisteredFunction, project: Project) -> Iterator[Report]:
    """Report an HTTP action on POST that writes unverified input."""
    if function.kind is not Kind.HTTP_ACTION or project.component_of(function.file) is not None:
        return
    methods = methods_of(project, function)
    if methods and "POST" not in methods:
        return
    if not reads_body(project, function) or not _writes(project, function):
        return
    if project.once(CallerChecks).look(function) is not Look.NO:
        return
    is_webhook = _says_webhook(project, function)
    what = "webhook" if is_webhook else "HTTP action"
    yield RULE.at(
        function.file,
        function.name_node,
        f"the {what} `{function.name}` writes what a request says without verifying its sender",
        hint="verify the provider's signature over the raw body, or compare a shared secret, "
        "before anything else",
        severity=Severity.ERROR if is_webhook else Severity.WARNING,
        confidence=Confidence.HIGH if methods else Confidence.MEDIUM,
        anchor=function.call,
    )


def _says_webhook(project: Project, function: RegisteredFunction) -> bool:
    routes = project.once(Routes).leading_to(function)
    names = [function.name, *(route.path or "" for route in routes)]
    return any(not _HOOKS.isdisjoint(words_of(name)) for name in names)


def _writes(project: Project, function: RegisteredFunction) -> bool:
    """Whether an HTTP action, or what it runs, changes anything."""
    of = project.reach.unit_of
    for unit in project.reach.reached_by(function):
        for call in project.contexts.calls(unit.file):
            if call.path in _STORAGE_WRITES and of(unit.file, call.node) is unit:
                return True
        for run in project.reach.runs_in(unit.file):
            if of(unit.file, run.call.node) is unit and _run_writes(project, run):
                return True
    return False


def _run_writes(project: Project, run: RunCall) -> bool:
    method = run.call.path[-1]
    if method != "runAction" or run.target is None:
        return method != "runQuery"
    return any(
        call.path[0] == "scheduler" or call.path[-1] in ("runMutation", "store")
        for unit in project.reach.reached_by(run.target, runs=True)
        for call in project.contexts.calls(unit.file)
        if project.reach.unit_of(unit.file, call.node) is unit
    )


RULE = Rule(
    id="unverified-webhook",
    severity=Severity.ERROR,
    category="access",
    check_function=check,
)
