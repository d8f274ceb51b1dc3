"""Server code starts a timer: `setTimeout` or `setInterval`.

Why: a timer is forgotten when the function ends, at a restart, and when the process moves; queries
and mutations have none at all. `ctx.scheduler` and crons keep what is to run in the database.
Silent when: the timer only ends a wait, by `controller.abort()`, `reject(…)` or in a
`Promise.race`; in tests; in client code. In a `"use node"` action it is a remark only, for a short
wait may be right there.

Bad:
    import { internal } from "./_generated/api";
    import { mutation } from "./_generated/server";
    import { v } from "convex/values";

    export const invite = mutation({
      args: { email: v.string() },
      handler: async (ctx, { email }) => {
        const invite = await ctx.db.insert("invites", { email });
        setTimeout(() => ctx.runMutation(internal.invites.expire, { invite }), 86_400_000);
      },
    });
Good:
    import { internal } from "./_generated/api";
    import { mutation } from "./_generated/server";
    import { v } from "convex/values";

    export const invite = mutation({
      args: { email: v.string() },
      handler: async (ctx, { email }) => {
        const invite = await ctx.db.insert("invites", { email });
        await ctx.scheduler.runAfter(86_400_000, internal.invites.expire, { invite });
      },
    });

Intent:
    setTimeout | setInterval & not client | component | react | workflow;
    @schedule | scheduled function & delay | background | recurring | defer | deferred | later |
        periodic | async work | long running | delayed &
        not api. | internal. | long running process | log;
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from agents.finding import Severity
from assistant.code import syntax
from assistant.code.modules import CodeFile
from assistant.code.project import Project
from assistant.code.rule import Report, Rule
from assistant.code.rules._workflows import replayed_by, workflows

if TYPE_CHECKING:
    from tree_sitter import Node

_TIMERS = ("setTimeout", "setInterval")
_ENDS_A_WAIT = re.compile(r"\.abort\b|\breject\b")


def check(call: Node, file: CodeFile, project: Project) -> Iterator[Report]:
    """Report the start of a timer."""
    chain = syntax.name_chain(syntax.callee(call))
    if chain[:1] == ("globalThis",):
        chain = chain[1:]
    name_node, root = syntax.callee_name_node(call), syntax.chain_root(syntax.callee(call))
    if len(chain) != 1 or chain[0] not in _TIMERS or name_node is None or root is None:
        return
    if file.resolve(root) is not None or _only_ends_a_wait(call):
        return
    if _is_in_workflow(project, file, call):
        return
    in_node = _runs_in_node(project, file, call)
    yield RULE.at(
        file,
        name_node,
        f"`{chain[0]}` is called in server code, and a timer ends with the function that set it",
        hint="use `ctx.scheduler.runAfter`, or a cron for what recurs",
        severity=Severity.INFO if in_node else None,
    )


def _only_ends_a_wait(call: Node) -> bool:
    """Whether it is a time limit: it aborts, rejects, or runs a race with something else."""
    if _ENDS_A_WAIT.search(syntax.text_of(syntax.argument(call, 0))):
        return True
    return any(
        syntax.name_chain(syntax.callee(outer)) == ("Promise", "race")
        for outer in syntax.ancestors(call)
        if outer.type == "call_expression"
    )


def _runs_in_node(project: Project, file: CodeFile, call: Node) -> bool:
    """Whether only functions of Node's runtime run it."""
    if file.uses_node:
        return True
    reached = project.reach.reached_at(file, call)
    return bool(reached) and all(one.function.file.uses_node for one in reached)


def _is_in_workflow(project: Project, file: CodeFile, call: Node) -> bool:
    """Whether a workflow replays it, which is another rule's matter."""
    return any(
        replayed.file is file and syntax.is_inside(call, replayed.node)
        for workflow in workflows(project)
        for replayed in replayed_by(project, workflow)
    )


RULE = Rule(
    id="timer-instead-of-scheduler",
    severity=Severity.ERROR,
    category="writing",
    kinds=frozenset({"call_expression"}),
    names=frozenset(_TIMERS),
    check=check,
)
