"""`components.X` is used, and no `app.use` in `convex.config.ts` gives that name.

Why: only installed components have functions behind them; `components.X` of any other fails when
it is called, and the code generation doesn't know it.
Silent when: the code is pasted without its `convex.config.ts`, or something is installed there
under a name that can't be read.

Bad:
    // convex/convex.config.ts
    import { defineApp } from "convex/server";

    export default defineApp();

    // convex/limits.ts
    import { RateLimiter } from "@convex-dev/rate-limiter";
    import { components } from "./_generated/api";

    export const limiter = new RateLimiter(components.rateLimiter, {});
Good:
    // convex/convex.config.ts
    import { defineApp } from "convex/server";
    import rateLimiter from "@convex-dev/rate-limiter/convex.config";

    const app = defineApp();
    app.use(rateLimiter);
    export default app;

    // convex/limits.ts
    import { RateLimiter } from "@convex-dev/rate-limiter";
    import { components } from "./_generated/api";

    export const limiter = new RateLimiter(components.rateLimiter, {});

Intent:
    convex.config.ts | convex.config | app.use;
    component & install | installed | register | registered | mount | set up | before using &
      not react | client component | ui;
"""

from __future__ import annotations

from collections.abc import Iterator

from agents.finding import Confidence, Severity
from assistant.code.modules import CodeFile
from assistant.code.project import Project
from assistant.code.rule import Report, Rule
from assistant.code.rules._components import (
    PACKAGES_OF_NAMES,
    Installed,
    installed_for,
    names_used,
)
from assistant.code.rules._module_imports import is_in_type


def check_file(file: CodeFile, project: Project) -> Iterator[Report]:
    """Report names of components that aren't installed."""
    for node, name, said in names_used(project, file):
        installed = installed_for(project, file, said)
        if name in installed.names or _is_open(name, installed, file, project) or is_in_type(node):
            continue
        package = PACKAGES_OF_NAMES.get(name)
        where = "no `convex.config.ts`" if installed.config is None else "no `use`"
        at = "" if installed.config is None else f" in `{installed.config.path}`"
        yield RULE.at(
            file,
            node,
            f"{where}{at} installs a component named `{name}`",
            hint="install it: `app.use(…)`"
            + (f" with the default export of `{package}/convex.config`" if package else ""),
            confidence=Confidence.MEDIUM if installed.nameless else Confidence.HIGH,
        )


def _is_open(name: str, installed: Installed, file: CodeFile, project: Project) -> bool:
    """Whether the name may be installed all the same."""
    if project.is_snippet and (
        installed.config is None or installed.config.snippet != file.snippet
    ):
        return True
    # What isn't known by name hardly has the name of another component that is.
    return installed.dynamic or (installed.nameless and name not in PACKAGES_OF_NAMES)


RULE = Rule(
    id="component-not-installed",
    severity=Severity.ERROR,
    category="layout",
    check_file=check_file,
)
