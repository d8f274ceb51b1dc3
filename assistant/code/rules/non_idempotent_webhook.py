"""What a webhook calls inserts a document without looking first whether it is there already.

Why: services deliver a webhook again when the answer was slow or got lost. Without a look-up by
their id the same event is stored, paid or mailed twice.
Silent when: the mutation, or the handler before it, looks something up by an outside id; only
patches are made, which give the same twice; the table is a log; no webhook leads there.

Bad:
    // convex/http.ts
    import { httpRouter } from "convex/server";
    import { internal } from "./_generated/api";
    import { httpAction } from "./_generated/server";

    const http = httpRouter();
    http.route({
      path: "/webhooks/shop",
      method: "POST",
      handler: httpAction(async (ctx, request) => {
        const { id } = await request.json();
        await ctx.runMutation(internal.sales.store, { id });
        return new Response(null);
      }),
    });
    export default http;
    // convex/sales.ts
    import { internalMutation } from "./_generated/server";
    import { v } from "convex/values";

    export const store = internalMutation({
      args: { id: v.string() },
      handler: async (ctx, { id }) => {
        await ctx.db.insert("sales", { eventId: id });
      },
    });
Good:
    // convex/http.ts
    import { httpRouter } from "convex/server";
    import { internal } from "./_generated/api";
    import { httpAction } from "./_generated/server";

    const http = httpRouter();
    http.route({
      path: "/webhooks/shop",
      method: "POST",
      handler: httpAction(async (ctx, request) => {
        const { id } = await request.json();
        await ctx.runMutation(internal.sales.store, { id });
        return new Response(null);
      }),
    });
    export default http;
    // convex/sales.ts
    import { internalMutation } from "./_generated/server";
    import { v } from "convex/values";

    export const store = internalMutation({
      args: { id: v.string() },
      handler: async (ctx, { id }) => {
        const known = await ctx.db
          .query("sales")
          .withIndex("by_event", (q) => q.eq("eventId", id))
          .unique();
        if (known === null) await ctx.db.insert("sales", { eventId: id });
      },
    });

Intent:
    idempotent | idempotency & not workflow;
    webhook | event & duplicate | dedupe | deduplicate | twice | replay | redeliver | redelivery |
        exactly once | event id;
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from agents.finding import Confidence, Severity
from assistant.code import syntax
from assistant.code.builders import Kind
from assistant.code.contexts import ContextCall
from assistant.code.functions import RegisteredFunction
from assistant.code.project import Project
from assistant.code.queries import DbQuery
from assistant.code.reach import RunCall, Unit
from assistant.code.rule import Report, Rule
from assistant.code.rules._http_requests import Routes
from assistant.code.rules._words import words_of

_WEBHOOK = re.compile(r"web[-_]?hook|(?:^|/)hooks?(?:/|$)", re.IGNORECASE)
_SIGNED = re.compile(
    r"svix|stripe-signature|constructEvent|x-hub-signature|new\s+Webhook\b"
    r"|(?:handle|incoming|parse|process|receive|unwrap|validate|verify)[_a-z]{0,40}webhook"
    r"|webhook[_-]?(?:event|payload|secret|signature)",
    re.IGNORECASE,
)
""" "Webhook" alone isn't enough: an app's own interface has `webhookUrl` and the like."""
_OF_AN_EVENT = frozenset(
    {"delivery", "event", "external", "idempotency", "message", "payment", "session", "transaction"}
)
_LOOK_UPS = frozenset({"getManyFrom", "getOneFrom", "getOneFromOrThrow"})
_LOGS = frozenset({"activity", "attempt", "attempts", "audit", "audits", "log", "logs"})


def check(function: RegisteredFunction, project: Project) -> Iterator[Report]:
    """Report the inserts that a webhook's mutations make unseen."""
    if function.kind is not Kind.HTTP_ACTION or not _is_webhook(project, function):
        return
    for run in _mutations_of(project, function):
        assert run.target is not None
        units = project.reach.reached_by(run.target)
        inserts = [call for unit in units for call in _inserts(project, unit)]
        tables = {_table(call) for call in inserts}
        if any(_looks_up(query, tables) for query in _queries(project, units)):
            continue
        if any(_looks_up_by_helper(project, unit, tables) for unit in units):
            continue
        for call in inserts:
            table = _table(call)
            if not _LOGS.isdisjoint(words_of(table or "")):
                continue
            yield RULE.at(
                call.file,
                call.name_node,
                f"the webhook `{function.name}` inserts into {f'`{table}`' if table else 'a table'}"
                " with no look whether this event was here before",
                hint="look the event up by the sender's id first, and insert only what is new",
                confidence=Confidence.MEDIUM,
            )


def _is_webhook(project: Project, function: RegisteredFunction) -> bool:
    """By its route, its name, or what it reads of the request's signature."""
    paths = [route.path or "" for route in project.once(Routes).leading_to(function)]
    if any(_WEBHOOK.search(name) for name in (*paths, function.name)):
        return True
    handler = function.handler
    return handler is not None and _SIGNED.search(syntax.text_of(handler.node)) is not None


def _mutations_of(project: Project, function: RegisteredFunction) -> Iterator[RunCall]:
    """The calls (and schedules) of mutations that nothing was looked up before."""
    waiting, seen = [function], {function}
    while waiting:
        for unit in project.reach.reached_by(waiting.pop()):
            for run in _runs_of(project, unit):
                if run.call.path[-1] == "runQuery":
                    break  # what follows may depend on what was found
                if run.target is None:
                    continue
                if run.target.kind is Kind.MUTATION:
                    yield run
                elif run.target.kind is Kind.ACTION and run.target not in seen:
                    seen.add(run.target)
                    waiting.append(run.target)


def _runs_of(project: Project, unit: Unit) -> Iterator[RunCall]:
    yield from project.reach.runs_of(unit)


def _inserts(project: Project, unit: Unit) -> Iterator[ContextCall]:
    for call in project.reach.context_calls_of(unit):
        if call.path == ("db", "insert"):
            yield call


def _queries(project: Project, units: tuple[Unit, ...]) -> Iterator[DbQuery]:
    for file in dict.fromkeys(unit.file for unit in units):
        for query in project.queries.in_file(file):
            if query.unit in units:
                yield query


def _table(insert: ContextCall) -> str | None:
    return syntax.string_value(syntax.argument(insert.node, 0))


def _looks_up(query: DbQuery, inserted: set[str | None]) -> bool:
    """Whether a query may find what an earlier delivery stored."""
    if not query.bounded_by_equality and not query.filters:
        return False
    if query.table is None or query.table in inserted or None in inserted:
        return True
    fields = query.index.range.equalities if query.index is not None else ()
    return any(not _OF_AN_EVENT.isdisjoint(words_of(field)) for field in fields)


def _looks_up_by_helper(project: Project, unit: Unit, inserted: set[str | None]) -> bool:
    """Whether convex-helpers look one of the tables up: `getOneFrom(db, "orders", …)`."""
    return any(
        syntax.callee_name(call) in _LOOK_UPS
        and syntax.string_value(syntax.argument(call, 1)) in (inserted - {None})
        for call in project.reach.call_nodes_of(unit)
    )


RULE = Rule(
    id="non-idempotent-webhook",
    severity=Severity.INFO,
    category="writing",
    check_function=check,
)
