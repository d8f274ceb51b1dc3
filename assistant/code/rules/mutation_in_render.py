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

from collections.abc import Iterator
from typing import TYPE_CHECKING

from agents.finding import Severity
from assistant.code import syntax
from assistant.code.modules import CodeFile
from assistant.code.names import Binding
from assistant.code.project import Project
from assistant.code.rule import Report, Rule
from assistant.code.rules._clients import CLIENT_FILES, ClientCall, ClientCalls, Verb, own_hooks
from assistant.code.rules._rendering import renders_with

if TYPE_CHECKING:
    from tree_sitter import Node


def check_file(file: CodeFile, project: Project) -> Iterator[Report]:
    """Report each call that rendering makes."""
    for node, hook, binding in _hooks(project, file):
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


def _hooks(project: Project, file: CodeFile) -> Iterator[tuple[Node, ClientCall, Binding | None]]:
    """The calls of `useMutation` and `useAction`, and of hooks that return what these give.

    With each the variable that holds the function.
    """
    calls = project.once(ClientCalls)
    for hook in calls.in_file(file):
        if hook.verb is not Verb.QUERY and hook.is_hook:
            yield hook.node, hook, _kept_in(file, hook.node)
    for call, home, given in own_hooks(project, file):
        for hook in calls.in_file(home):
            if hook.verb is Verb.QUERY or not hook.is_hook:
                continue
            if hook.node == given:
                yield call, hook, _kept_in(file, call)
            elif given.type == "object":
                yield call, hook, _picked(file, call, _key_of(home, given, hook.node))


def _key_of(file: CodeFile, given: Node, hook: Node) -> str | None:
    """Under which name a hook of the project returns what `useMutation` gave it."""
    kept = _kept_in(file, hook)
    for key, value in syntax.object_members(given):
        inner = syntax.unwrap(value)
        if inner == hook or (kept is not None and inner is not None and _names(file, inner, kept)):
            return key
    return None


def _names(file: CodeFile, node: Node, binding: Binding) -> bool:
    kinds = ("identifier", "shorthand_property_identifier")
    return node.type in kinds and file.names.resolve(node) is binding


def _picked(file: CodeFile, call: Node, key: str | None) -> Binding | None:
    """`send` of `const { post: send } = usePosts();` for the key `post`."""
    declarator = syntax.wrapped(call).parent
    pattern = syntax.field(declarator, "name") if declarator is not None else None
    if key is None or pattern is None or pattern.type != "object_pattern":
        return None
    for part in pattern.named_children:
        named = syntax.field(part, "key") if part.type == "pair_pattern" else part
        local = syntax.field(part, "value") if part.type == "pair_pattern" else part
        if local is not None and syntax.key_name(named) == key:
            return file.names.resolve(local)
    return None


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
