"""A component uses the result of `useQuery` as if it were loaded.

Why: `useQuery` gives `undefined` until the first result arrives (and while it is skipped). Reading
a member of it then breaks the first rendering.
Silent when: the result is checked, read by `?.` or given a default; it is handed on as it is; only
an event handler uses it.

Bad:
    // src/Boards.tsx
    import { useQuery } from "convex/react";
    import { api } from "../convex/_generated/api";

    export function Boards() {
      const boards = useQuery(api.boards.list);
      return <p>{boards!.length}</p>;
    }
Good:
    // src/Boards.tsx
    import { useQuery } from "convex/react";
    import { api } from "../convex/_generated/api";

    export function Boards() {
      const boards = useQuery(api.boards.list);
      if (boards === undefined) return <p>Loading …</p>;
      return <p>{boards.length}</p>;
    }

Intent:
    loading | pending | skeleton & state | useQuery | undefined | client | ui | handle | spinner &
        not server load;
    undefined & useQuery | loading | client | hook;
    connection state | offline scenario | offline;
    useQuery & hook;
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from agents.finding import Severity
from assistant.code import syntax
from assistant.code.modules import CodeFile
from assistant.code.project import Project
from assistant.code.rule import Report, Rule
from assistant.code.rules._clients import CLIENT_FILES, ClientCall, ClientCalls, own_hooks
from assistant.code.rules._presence import is_use_as_present, uses_before_check
from assistant.code.rules._rendering import renders_with

if TYPE_CHECKING:
    from tree_sitter import Node

_GIVES_UNDEFINED = frozenset({"useQuery", "useConvexQuery"})


def check_file(file: CodeFile, project: Project) -> Iterator[Report]:
    """Report the first use of each result that nothing looked at."""
    for node, call in _results(project, file):
        use = next(_uses(project, file, node), None)
        if use is not None:
            what = f"`{call.reference.text}`" if call.reference is not None else "the query"
            yield RULE.at(
                file,
                use,
                f"the result of {what} is used as if loaded; it is undefined at first",
                hint="show a loading state where it is `undefined`",
            )


def _results(project: Project, file: CodeFile) -> Iterator[tuple[Node, ClientCall]]:
    """The calls of `useQuery`, and of hooks that only return what it gives."""
    calls = project.once(ClientCalls)
    for call in calls.in_file(file):
        if _may_be_undefined(call):
            yield call.node, call
    for node, home, given in own_hooks(project, file):
        for call in calls.in_file(home):
            if call.node == given and _may_be_undefined(call):
                yield node, call


def _may_be_undefined(call: ClientCall) -> bool:
    return call.name in _GIVES_UNDEFINED and call.certain


def _uses(project: Project, file: CodeFile, call: Node) -> Iterator[Node]:
    """The places where rendering takes the result apart, in document order."""
    value = syntax.wrapped(call)
    if value.parent is None:
        return
    if value.parent.type != "variable_declarator":
        if is_use_as_present(value):
            yield value
        return
    name = syntax.field(value.parent, "name")
    if name is None or name.type != "identifier":
        if name is not None:
            yield name
        return
    binding = file.names.resolve(name)
    if binding is None:
        return
    for use in uses_before_check(project, file, binding):
        if renders_with(file, use, call):
            yield use


RULE = Rule(
    id="unhandled-loading-state",
    severity=Severity.INFO,
    category="reading",
    files=CLIENT_FILES,
    check_file=check_file,
)
