"""A public function sends mail, calls a paid service or schedules work as often as it is asked.

Why: anybody who may call it, or one client in a loop, can run up a bill or fill the queue of
scheduled functions; a rate limiter says no in time.
Silent when: a rate limiter is asked on the way, or only staff, or who knows a secret of the
environment, gets through. Off unless switched on.

Bad:
    import { v } from "convex/values";
    import { internal } from "./_generated/api";
    import { mutation } from "./_generated/server";

    export const summarize = mutation({
      args: { text: v.string() },
      handler: async (ctx, { text }) => {
        await ctx.scheduler.runAfter(0, internal.models.summarize, { text });
      },
    });
Good:
    import { RateLimiter } from "@convex-dev/rate-limiter";
    import { v } from "convex/values";
    import { components, internal } from "./_generated/api";
    import { mutation } from "./_generated/server";

    const limiter = new RateLimiter(components.rateLimiter, {
      summarize: { kind: "fixed window", rate: 10, period: 60_000 },
    });

    export const summarize = mutation({
      args: { text: v.string() },
      handler: async (ctx, { text }) => {
        await limiter.limit(ctx, "summarize", { throws: true });
        await ctx.scheduler.runAfter(0, internal.models.summarize, { text });
      },
    });

Intent:
    rate limit | rate limiting | rate limiter | throttle | throttling | abuse & not parallelism;
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from agents.finding import Confidence, Severity
from assistant.code import syntax
from assistant.code.builders import Kind
from assistant.code.functions import RegisteredFunction
from assistant.code.project import Project
from assistant.code.reach import Unit
from assistant.code.rule import Report, Rule
from assistant.code.rules._caller_checks import CallerChecks
from assistant.code.rules._out_of_sight import outside_of
from assistant.code.rules._services import outside_call
from assistant.code.rules._words import words_of

_SENDERS = frozenset(
    {"@convex-dev/agent", "@convex-dev/expo-push-notifications", "@convex-dev/resend"}
    | {"@convex-dev/twilio", "@convex-dev/workflow", "@convex-dev/workpool"}
)
"""Components whose clients send something or start work."""
_STAFF = frozenset({"admin", "admins", "operator", "staff", "superadmin"})
_DEMANDS = frozenset({"assert", "check", "ensure", "must", "require", "verify"})
_SENDS = frozenset({"enqueue", "generate", "send", "start", "stream"})


def check(function: RegisteredFunction, project: Project) -> Iterator[Report]:
    """Report a public mutation or action that costs something without a limit."""
    if function.internal or function.kind not in (Kind.MUTATION, Kind.ACTION):
        return
    if function.handler is None or project.component_of(function.file) is not None:
        return
    units = project.reach.reached_by(function, runs=True)
    known = project.once(_Known)
    if any(known.limits(unit) for unit in units):
        return
    costs = next((cost for unit in units if (cost := known.cost(unit)) is not None), None)
    if costs is None or _is_for_staff(function, units):
        return
    if project.once(CallerChecks).trusts_server(function):
        return
    yield RULE.at(
        function.file,
        function.name_node,
        f"the public {function.kind} `{function.name}` runs `{costs}` as often as it is called",
        hint="ask a rate limiter first (`@convex-dev/rate-limiter`)",
        confidence=Confidence.LOW if costs == "fetch" else Confidence.MEDIUM,
        anchor=function.call,
    )


def _is_for_staff(function: RegisteredFunction, units: Iterable[Unit]) -> bool:
    """`adminAction({ … })`, or a handler that gets to `requireAdmin(ctx)`."""
    if not _STAFF.isdisjoint(words_of(syntax.callee_name(function.call))):
        return True
    names = (words_of(unit.name) for unit in units if not unit.is_module)
    return any(
        words[:1] and words[0] in _DEMANDS and not _STAFF.isdisjoint(words) for words in names
    )


class _Known:
    """What is known of the units of a project: many functions run the same helpers."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._limits: dict[Unit, bool] = {}
        self._costs: dict[Unit, str | None] = {}

    def limits(self, unit: Unit) -> bool:
        """Whether its code asks a rate limiter."""
        if unit not in self._limits:
            self._limits[unit] = _limits(self._project, unit)
        return self._limits[unit]

    def cost(self, unit: Unit) -> str | None:
        """The first thing in it that costs something."""
        if unit not in self._costs:
            self._costs[unit] = next(_costs(self._project, unit), None)
        return self._costs[unit]


def _limits(project: Project, unit: Unit) -> bool:
    """Whether code asks a rate limiter: a component's, convex-helpers', or one of its own."""
    if not unit.is_module and _says_limit(unit.name):
        return True
    for call in project.reach.call_nodes_of(unit):
        outside = outside_of(project, unit.file, call)
        names = [syntax.callee_name(call)]
        if outside is not None:
            names += [outside.module or "", *outside.names]
        if any(_says_limit(name) for name in names):
            return True
    return False


@lru_cache(maxsize=4096)
def _says_limit(name: str) -> bool:
    words = frozenset(words_of(name))
    limits = not words.isdisjoint({"limit", "limiter", "limits", "limiting", "limited"})
    return "throttle" in words or ("rate" in words and limits) or "ratelimit" in words


def _costs(project: Project, unit: Unit) -> Iterator[str]:
    """What a unit does that costs something, by the names for messages."""
    for run in project.reach.runs_of(unit):
        if run.scheduled:
            yield ".".join(("ctx", *run.call.path))
    for call in project.reach.call_nodes_of(unit):
        if call.type != "call_expression":
            continue
        outside = outside_call(project, unit.file, call)
        if outside is not None:
            yield outside[1]
            continue
        package = outside_of(project, unit.file, call)
        if package is None or package.module not in _SENDERS or not package.names:
            continue
        if not _SENDS.isdisjoint(words_of(package.names[-1])):
            yield ".".join(syntax.name_chain(syntax.callee(call))) or package.names[-1]


RULE = Rule(
    id="missing-rate-limit",
    severity=Severity.OFF,
    category="access",
    when_enabled=Severity.INFO,
    check_function=check,
)
