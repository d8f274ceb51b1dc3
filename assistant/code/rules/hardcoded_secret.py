r"""A live credential stands in the source.

Why: whoever can read the repository, a build or its history can use it, and changing it needs a
deploy. `npx convex env set` keeps it out of the code, per deployment.
Silent when: it is a placeholder, a test value, a documented example, a name or a prefix of a key,
a public identifier, or the header of a key without its body. Comments count.

Bad:
    import { internalAction } from "./_generated/server";

    export const sync = internalAction({
      args: {},
      handler: async () => {
        const token = "glpat-Zu7k2QxW9mBv4RtYc1Lp";
        await fetch("https://git.example/projects", { headers: { "PRIVATE-TOKEN": token } });
      },
    });
Good:
    import { internalAction } from "./_generated/server";

    export const sync = internalAction({
      args: {},
      handler: async () => {
        const token = process.env.GITLAB_TOKEN;
        if (token === undefined) throw new Error("GITLAB_TOKEN is not set");
        await fetch("https://git.example/projects", { headers: { "PRIVATE-TOKEN": token } });
      },
    });

Intent:
    hardcode | hard code | inline | embed | commit | committed & @secret | secret | key |
        credential;
    @secret & environment | env | environment variable | npx convex env | source code | repository
        | git | in code | source control | dashboard;
    convex env set;
    environment variable | env var | env variable & not component | against environment | feature
        | step | handler | action;
"""

from __future__ import annotations

from collections.abc import Iterator

from agents.finding import Severity
from assistant.code.modules import Category, CodeFile
from assistant.code.project import Project
from assistant.code.rule import Report, Rule
from assistant.code.rules._credentials import credentials_in


def check_file(file: CodeFile, project: Project) -> Iterator[Report]:
    """Report each credential in the text of a file."""
    if file.problem is not None or project.component_of(file) is not None:
        return
    for found in credentials_in(file.raw):
        node = file.tree.root.descendant_for_byte_range(found.start, found.end)
        if node is None or node.type.startswith("regex"):
            continue
        yield RULE.at(
            file,
            node,
            f"{found.form.name} stands in the source",
            hint="revoke it, set a new one by `npx convex env set`, and read `process.env`",
            within=(found.start, found.end),
        )


RULE = Rule(
    id="hardcoded-secret",
    severity=Severity.ERROR,
    category="access",
    files=frozenset({Category.DEPLOYED, Category.CONFIG}),
    check_file=check_file,
)
