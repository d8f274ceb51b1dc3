"""Server code reads `process.env`, which knows no names and no types.

Why: a misspelt or missing variable is `undefined` at run time; Convex can generate a typed `env`
for the variables that an app declares.
Silent when: `process` is something else, or the code isn't in a Convex folder of an app.

Bad:
    // package.json stands beside convex/
    import { internalAction } from "./_generated/server";

    export const ping = internalAction({
      args: {},
      handler: async () => {
        await fetch(process.env.PING_URL!);
      },
    });
Good:
    import { env, internalAction } from "./_generated/server";

    export const ping = internalAction({
      args: {},
      handler: async () => {
        await fetch(env.PING_URL);
      },
    });

Intent:
    process.env & not secret;
"""

from __future__ import annotations

from collections.abc import Iterator

from agents.finding import Severity
from assistant.code.modules import Category, CodeFile
from assistant.code.project import Project
from assistant.code.rule import Report, Rule
from assistant.code.rules._environment import environment_uses


def check_file(file: CodeFile, project: Project) -> Iterator[Report]:
    """Report each `process.env` in the functions folder of an app."""
    folder = project.functions_folder
    in_app = project.has_package and folder.rsplit("/", 1)[-1] == "convex"
    pasted = project.is_snippet and file.snippet is None
    if not (in_app or pasted) or not file.path.startswith(f"{folder}/"):
        return
    for use in environment_uses(file):
        named = "is read by its bare name" if use.name is not None else "is handed on as a whole"
        variable = f"process.env.{use.name}" if use.name is not None else "process.env"
        yield RULE.at(
            file,
            use.node,
            f"`{variable}` {named}: nothing checks that it exists",
            hint="declare the app's variables in `convex.config.ts`, and import `env` from "
            "`_generated/server`",
        )


RULE = Rule(
    id="no-process-env",
    severity=Severity.INFO,
    category="access",
    peer=True,
    files=frozenset({Category.DEPLOYED, Category.CONFIG, Category.TEST}),
    check_file=check_file,
)
