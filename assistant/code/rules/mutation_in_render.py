"""A component calls a mutation or an action while it renders.

Why: React renders when it likes, twice in strict mode and again after each change. Every rendering
then writes, and a write that changes a subscribed query makes the component render again.
Silent when: the call stands in an event handler, an effect or another callback that runs later.

Bad:
    // src/Visit.tsx
    import { useMutation } from "convex/react";
    import { api } from "../convex/_generated/api";

    export function Visit() {
      const count = useMutation(api.visits.count);
      void count({});
      return <p>Welcome</p>;
    }
Good:
    // src/Visit.tsx
    import { useEffect } from "react";
    import { useMutation } from "convex/react";
    import { api } from "../convex/_generated/api";

    export function Visit() {
      const count = useMutation(api.visits.count);
      useEffect(() => {
        void count({});
      }, [count]);
      return <p>Welcome</p>;
    }

Intent:
    mutation | useMutation | action & render | rendering | event handler | useEffect |
        effect hook & not rendering performance | server render | optimistic;
    useMutation & hook;
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from agents.finding import Severity
from assistant.code import syntax
from assistant.code.modules import CodeFile
from assistant.code.names import Binding
from assistant.code.project import Project
from assistant.code.rule import Report, Rule
from assistant.code.rules._clients import CLIENT_FILES, ClientCall, ClientCalls, Verb
from assistant.code.rules._rendering import renders_with

if TYPE_CHECKING:
    from tree_sitter import Node

_CUSTOM_HOOK = re.compile(r"use[A-Z]")


def check_file(file: CodeFile, project: Project) -> Iterator[Report]:
    """Report each call that rendering makes."""
    for node, hook in _hooks(project, file):
        binding = _kept_in(file, node)
        for use in file.names.uses(binding) if binding is not None else ():
            call = _call_of(use)
            if call is not None and renders_with(file, call, node, effects=False):
                what = f"`{hook.reference.text}`" if hook.reference is not None else "it"
                yield RULE.at(
                    file,
                    use,
                    f"the {hook.verb} {what} is called each time the component renders",
                    hint="call it in an event handler or in `useEffect`",
                )
    for made, client in _client_calls(project, file):
        if renders_with(file, made.node, client, effects=False):
            what = f"`{made.reference.text}`" if made.reference is not None else "it"
            yield RULE.at(
                file,
                made.name_node,
                f"the {made.verb} {what} is called each time the component renders",
                hint="call it in an event handler or in `useEffect`",
            )


def _client_calls(project: Project, file: CodeFile) -> Iterator[tuple[ClientCall, Node]]:
    """`client.mutation(…)` on what `useConvex()` gives, with that call of the hook."""
    for call in project.once(ClientCalls).in_file(file):
        if call.is_hook or not call.certain or call.verb is Verb.QUERY:
            continue
        client = project.follow(file, syntax.receiver(call.node))
        hook = client.node if client.file is file else None
        if hook is not None and syntax.callee_name(hook) == "useConvex":
            yield call, hook


def _hooks(project: Project, file: CodeFile) -> Iterator[tuple[Node, ClientCall]]:
    """The calls of `useMutation` and `useAction`, and of hooks that only return what these give."""
    calls = project.once(ClientCalls)
    for hook in calls.in_file(file):
        if hook.verb is not Verb.QUERY and hook.is_hook:
            yield hook.node, hook
    for call in file.calls_named(filter(_CUSTOM_HOOK.match, file.calls_by_name)):
        callee = syntax.callee(call)
        if callee is None or callee.type != "identifier" or call.type != "call_expression":
            continue
        made = project.follow(file, callee)
        if made.file is None or made.node is None or made.node.type not in syntax.FUNCTION_KINDS:
            continue
        returned = syntax.returned_expressions(made.node)
        given = syntax.unwrap(returned[0]) if len(returned) == 1 else None
        for hook in calls.in_file(made.file) if given is not None else ():
            if hook.verb is not Verb.QUERY and hook.is_hook and hook.node == given:
                yield call, hook


def _kept_in(file: CodeFile, hook: Node) -> Binding | None:
    """The variable that holds what the hook gives, also with an optimistic update."""
    node = syntax.wrapped(hook)
    member = node.parent
    if member is not None and syntax.member_name(member) == "withOptimisticUpdate":
        outer = member.parent
        if outer is not None and outer.type == "call_expression":
            node = syntax.wrapped(outer)
    declarator = node.parent
    if declarator is None or declarator.type != "variable_declarator":
        return None
    name = syntax.field(declarator, "name")
    if name is None or name.type != "identifier":
        return None
    return file.names.resolve(name)


def _call_of(use: Node) -> Node | None:
    """The call whose callee a name is."""
    outer = syntax.wrapped(use)
    parent = outer.parent
    if parent is None or parent.type != "call_expression":
        return None
    return parent if syntax.field(parent, "function") == outer else None


RULE = Rule(
    id="mutation-in-render",
    severity=Severity.ERROR,
    category="writing",
    files=CLIENT_FILES,
    check_file=check_file,
)
