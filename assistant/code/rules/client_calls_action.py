"""A client calls an action directly, which does something that it should only have asked for.

Why: an action that a client waits for runs at least once, at most once or half, and nothing
remembers that it was wanted. A mutation that writes down the wish and schedules the action is
atomic, can be shown at once, and can be tried again.
Silent when: the action only reads (through a cache as well), runs `ctx.vectorSearch`, which
nothing else can, or answers with the address at another service where the client goes on.

Bad:
    // src/Summary.tsx
    import { useAction } from "convex/react";
    import { api } from "../convex/_generated/api";

    export function Summary() {
      const summarise = useAction(api.texts.summarise);
      return <button onClick={() => void summarise({})}>summarise</button>;
    }
    // convex/texts.ts
    import { internal } from "./_generated/api";
    import { action } from "./_generated/server";

    export const summarise = action({
      args: {},
      handler: async (ctx) => {
        const response = await fetch("https://llm.example", { method: "POST" });
        await ctx.runMutation(internal.texts.store, { text: await response.text() });
      },
    });
Good:
    // src/Summary.tsx
    import { useMutation } from "convex/react";
    import { api } from "../convex/_generated/api";

    export function Summary() {
      const request = useMutation(api.texts.request);
      return <button onClick={() => void request({})}>summarise</button>;
    }
    // convex/texts.ts
    import { internal } from "./_generated/api";
    import { mutation } from "./_generated/server";

    export const request = mutation({
      args: {},
      handler: async (ctx) => {
        const id = await ctx.db.insert("texts", { state: "waiting" });
        await ctx.scheduler.runAfter(0, internal.texts.summarise, { id });
      },
    });

Intent:
    action & @client & call | invoke | trigger | run & directly | straight | against action |
        against call | mutation & not side effect | test | install | http action | external;
    useAction & against useAction | mutation | schedule | instead;
    mutation & @schedule | schedules & action & client | intent | instead | trigger;
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from agents.finding import Confidence, Severity
from assistant.code import syntax
from assistant.code.functions import RegisteredFunction
from assistant.code.modules import Category, CodeFile
from assistant.code.project import Project
from assistant.code.reach import RunCall, Unit
from assistant.code.rule import Report, Rule
from assistant.code.rules._clients import ClientCalls, Verb
from assistant.code.rules._services import outside_call
from assistant.code.rules._words import words_of

if TYPE_CHECKING:
    from tree_sitter import Node

_CHANGES = frozenset(
    {"cancel", "charge", "confirm", "create", "delete", "pay", "publish", "refund"}
    | {"remove", "send", "update", "upload"}
)
_KEPT = frozenset({"cache", "cached"})
_ELSEWHERE = frozenset(
    {"auth", "authorization", "authorize", "billing", "checkout", "connect", "connection"}
    | {"login", "oauth", "onboarding", "pay", "payment", "portal", "redirect", "session"}
    | {"signed", "subscribe", "subscription", "upgrade"}
)
"""In the name of an action or of its answer: what another service does with the client."""
_COMPUTES = frozenset({"completions", "embeddings", "images", "messages", "models", "responses"})
"""Parts of a language model's client, whose `create` makes an answer and nothing else."""


def check_file(file: CodeFile, project: Project) -> Iterator[Report]:
    """Report each call of an action that changes something."""
    for call in project.once(ClientCalls).in_file(file):
        if call.verb is not Verb.ACTION or call.reference is None:
            continue
        if call.target is None and not project.is_snippet:
            continue
        if call.target is not None and not _changes_something(project, call.target):
            continue
        yield RULE.at(
            file,
            call.name_node,
            f"the client calls the action `{call.reference.text}` directly",
            hint="call a mutation that writes down what is wanted and schedules an internal action",
            confidence=Confidence.LOW if call.target is None else Confidence.HIGH,
        )


def _changes_something(project: Project, action: RegisteredFunction) -> bool:
    """Whether an action writes, in Convex or outside, and searches no vectors."""
    units = project.reach.reached_by(action, runs=True)
    paths = {path for unit in units for path in _paths(project, unit)}
    if ("vectorSearch",) in paths or _sends_elsewhere(action, paths):
        return False
    return any(_is_write(path) for path in paths) or any(
        _sends_change(project, unit, call, action.name)
        for unit in units
        for call in project.reach.call_nodes_of(unit)
    )


def _paths(project: Project, unit: Unit) -> Iterator[tuple[str, ...]]:
    kept = {run.call.node for run in project.reach.runs_of(unit) if _keeps_what_was_read(run)}
    for call in project.reach.context_calls_of(unit):
        if call.node not in kept:
            yield call.path


def _keeps_what_was_read(run: RunCall) -> bool:
    """`ctx.runMutation(internal.rates.updateCache, …)`: who calls it again may get less done."""
    if run.scheduled or run.reference is None:
        return False
    return any(not _KEPT.isdisjoint(words_of(name)) for name in run.reference.path)


def _sends_elsewhere(action: RegisteredFunction, paths: set[tuple[str, ...]]) -> bool:
    """Whether the answer says where to go on: `return { url: session.url }` of a checkout.

    The client can't but wait for it. Addresses of files that were stored here are none.
    """
    if action.handler is None or any(path[0] == "storage" for path in paths):
        return False
    return any(
        words_of(name)[-1:] == ("url",)
        and not _ELSEWHERE.isdisjoint((*words_of(name), *words_of(action.name)))
        for answer in syntax.returned_expressions(action.handler.node)
        for name in _names_in(answer)
    )


def _names_in(answer: Node) -> Iterator[str]:
    """The names of an answer's members; of a bare one: its own."""
    if answer.type == "object":
        yield from (name for name, _ in syntax.object_members(answer))
    elif answer.type in ("identifier", "member_expression"):
        yield syntax.member_name(answer) or syntax.text_of(answer)


def _is_write(path: tuple[str, ...]) -> bool:
    if path[0] == "storage":
        return path[-1] in ("store", "delete")
    return path[0] in ("runMutation", "scheduler")


def _sends_change(project: Project, unit: Unit, call: Node, action: str) -> bool:
    """Whether a request to the outside asks for a change there.

    Many a POST only asks a question, so the action's name has to speak for it.
    """
    outside = outside_call(project, unit.file, call)
    if outside is None:
        return False
    options = syntax.argument(call, 1)
    method = syntax.string_value(syntax.object_member(options, "method"))
    if outside[1] == "fetch":
        may_post = method.upper() == "POST" if method is not None else _is_open(options)
        wanted = words_of(action) if may_post else ()
        return method in ("PUT", "PATCH", "DELETE") or not _CHANGES.isdisjoint(wanted)
    names = syntax.name_chain(syntax.callee(call))
    if not _COMPUTES.isdisjoint(names):
        return False
    return bool(names) and not _CHANGES.isdisjoint(words_of(names[-1]))


def _is_open(options: Node | None) -> bool:
    """Whether a method may be among options that come from elsewhere: `{ ...options, headers }`."""
    options = syntax.unwrap(options)
    if options is None:
        return False
    return options.type != "object" or bool(syntax.object_spreads(options))


RULE = Rule(
    id="client-calls-action",
    severity=Severity.INFO,
    category="writing",
    files=frozenset({Category.CLIENT}),
    check_file=check_file,
)
