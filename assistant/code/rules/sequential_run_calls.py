"""An action calls several queries or mutations one after the other with nothing in between.

Why: each `ctx.runQuery` and `ctx.runMutation` of an action is a transaction of its own. What the
first one read may have changed before the second one runs, what the first one wrote stays when the
second one fails, and every call is a round trip. One function that does all of it is atomic.
Silent when: something outside happens between the calls (a request, file storage, a vector search,
another action), only one of them can run, or a loop goes through pages or batches.

Bad:
    import { internal } from "./_generated/api";
    import { internalAction } from "./_generated/server";
    import { v } from "convex/values";

    export const close = internalAction({
      args: { poll: v.id("polls") },
      handler: async (ctx, { poll }) => {
        const votes = await ctx.runQuery(internal.polls.votes, { poll });
        await ctx.runMutation(internal.polls.finish, { poll, total: votes.length });
      },
    });
Good:
    import { internal } from "./_generated/api";
    import { internalAction } from "./_generated/server";
    import { v } from "convex/values";

    export const close = internalAction({
      args: { poll: v.id("polls") },
      handler: async (ctx, { poll }) => {
        await ctx.runMutation(internal.polls.countAndFinish, { poll });
      },
    });

Intent:
    @run & sequential | consecutive | multiple | several | chain | separate | repeated |
        back to back | in row | combine | batch | single | one transaction | loop &
        not scheduler | instead function;
    @run & against loop | one after other;
    single | one & mutation | transaction & multiple | several | related | combine | write |
        atomic & not multi tenant;
    transaction & multi step | multistep | multiple step;
    atomic & mutation | operation | transaction | consistent & not idempotent;
    minimize call | few call | fewer call & action & query | mutation;
    round trip & database | query | action;
"""

from __future__ import annotations

from collections.abc import Iterator

from agents.finding import Confidence, Severity
from assistant.code import syntax
from assistant.code.builders import Kind
from assistant.code.modules import CodeFile
from assistant.code.project import Project
from assistant.code.rule import Report, Rule
from assistant.code.rules._run_sequences import Event, events_by_function, follows


def check_file(file: CodeFile, project: Project) -> Iterator[Report]:
    """Report the second call of each row of them, and calls repeated by a loop."""
    for function, events in events_by_function(project, file):
        if not any(event.is_run for event in events):
            continue
        reached = project.reach.runs_at(file, function, Kind.ACTION, Kind.HTTP_ACTION)
        if reached is None:
            continue
        for event, why in _in_a_row(events):
            yield RULE.at(
                file,
                event.name_node,
                f"`{event.name}` {why} in {reached.described}; each call is its own transaction",
                hint="do all of it in one internal function, and call that once",
                confidence=Confidence.MEDIUM if reached.via else Confidence.HIGH,
            )


def _in_a_row(events: list[Event]) -> Iterator[tuple[Event, str]]:
    """The second call of each row; of a loop that repeats a single call that one."""
    reported: list[Event] = []
    for place, event in enumerate(events):
        if not event.is_run:
            continue
        before = _run_before(events, place)
        if any(earlier in reported for earlier in before):
            continue
        if before:
            reported.append(event)
            yield event, f"follows `{before[-1].name}` with nothing outside in between"
        elif event.repeated is not None and not _has_second(events, place):
            reported.append(event)
            yield event, "is called once for each turn of a loop"


def _run_before(events: list[Event], place: int) -> list[Event]:
    """The run calls from which the code comes straight to this one."""
    return [
        earlier
        for number, earlier in enumerate(events[:place])
        if earlier.is_run and follows(earlier, events[place], events[number + 1 : place])
    ]


def _has_second(events: list[Event], place: int) -> bool:
    """Whether another call of the same loop follows, which will be reported."""
    loop = events[place].repeated
    return any(
        events[later].is_run
        and loop is not None
        and syntax.is_inside(events[later].node, loop)
        and events[place] in _run_before(events, later)
        for later in range(place + 1, len(events))
    )


RULE = Rule(
    id="sequential-run-calls",
    severity=Severity.WARNING,
    category="writing",
    check_file=check_file,
)
