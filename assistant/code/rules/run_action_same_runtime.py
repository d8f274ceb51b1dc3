"""An action calls another action that runs in the same runtime, by `ctx.runAction`.

Why: `ctx.runAction` starts a function of its own while the caller waits and is paid for. It is for
getting from one runtime into the other; within one a plain function call does the same.
Silent when: one of the two files begins with `"use node"` and the other doesn't; a component's
action is called; the action is scheduled.

Bad:
    // convex/texts.ts
    import { internal } from "./_generated/api";
    import { internalAction } from "./_generated/server";
    import { v } from "convex/values";

    export const translate = internalAction({
      args: { text: v.string() },
      handler: async (_ctx, { text }) => await fetch(`https://mt.example/?q=${text}`),
    });

    export const publish = internalAction({
      args: { text: v.string() },
      handler: async (ctx, { text }) => {
        await ctx.runAction(internal.texts.translate, { text });
      },
    });
Good:
    // convex/texts.ts
    import { internalAction } from "./_generated/server";
    import { v } from "convex/values";

    async function translate(text: string) {
      return await fetch(`https://mt.example/?q=${text}`);
    }

    export const publish = internalAction({
      args: { text: v.string() },
      handler: async (_ctx, { text }) => {
        await translate(text);
      },
    });

Intent:
    runAction & runtime | helper | plain function | same | use node | against runAction &
        not scheduler;
    another action & call & runtime | only | against call;
"""

from __future__ import annotations

from collections.abc import Iterator

from agents.finding import Severity
from assistant.code.builders import Kind
from assistant.code.modules import CodeFile
from assistant.code.project import Project
from assistant.code.rule import Report, Rule

_ACTIONS = (Kind.ACTION, Kind.HTTP_ACTION)


def check_file(file: CodeFile, project: Project) -> Iterator[Report]:
    """Report each `ctx.runAction` into the caller's own runtime."""
    for run in project.reach.runs_in(file):
        target = run.target
        if run.call.path != ("runAction",) or target is None:
            continue
        unit = project.reach.unit_of(file, run.call.node)
        callers = [
            reached
            for reached in project.reach.reached_from(unit)
            if reached.function.kind in _ACTIONS
        ]
        # A helper may be bundled into both runtimes; each caller has to share the target's one.
        if not callers or any(
            reached.function.file.uses_node != target.file.uses_node for reached in callers
        ):
            continue
        runtime = "Node.js" if target.file.uses_node else "Convex's default runtime"
        yield RULE.at(
            file,
            run.call.name_node,
            f"`ctx.runAction` calls `{target.name}` from {callers[0].described}; "
            f"both run in {runtime}",
            hint="move what it does into a plain function, and call that",
        )


RULE = Rule(
    id="run-action-same-runtime",
    severity=Severity.INFO,
    category="layout",
    check_file=check_file,
)
