"""A workflow's handler reaches outside, or for what changes between runs, instead of in a step.

Why: the handler is run again from the beginning after every step and has to take the same way each
time; only what steps return is recorded. `fetch`, timers and `ctx.db` don't work there at all.
Silent when: it happens in a step's function. `Date.now` and `Math.random` may be used: workflows
replace them by repeatable ones.

Bad:
    import { WorkflowManager } from "@convex-dev/workflow";
    import { v } from "convex/values";
    import { components } from "./_generated/api";

    const workflow = new WorkflowManager(components.workflow);

    export const publish = workflow.define({
      args: { article: v.id("articles") },
      handler: async (step, { article }): Promise<void> => {
        await fetch("https://search.example/index", { method: "POST", body: article });
      },
    });
Good:
    import { WorkflowManager } from "@convex-dev/workflow";
    import { v } from "convex/values";
    import { components, internal } from "./_generated/api";

    const workflow = new WorkflowManager(components.workflow);

    export const publish = workflow.define({
      args: { article: v.id("articles") },
      handler: async (step, { article }): Promise<void> => {
        await step.runAction(internal.search.index, { article }, { retry: true });
      },
    });

Intent:
    workflow & determinism | deterministic | nondeterministic | side effect | replay | pure |
      i/o & not durable process | instead | client;
    workflow & inside step | in step | into step | to step & not durable;
    workflow & against fetch | Date.now | random | process.env | ctx.db;
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from agents.finding import Confidence, Severity
from assistant.code import syntax
from assistant.code.modules import CodeFile
from assistant.code.names import Binding
from assistant.code.project import Project
from assistant.code.rule import Report, Rule
from assistant.code.rules._environment import environment_uses
from assistant.code.rules._services import outside_call
from assistant.code.rules._workflows import Replayed, is_inside_step, replayed_by, workflows

if TYPE_CHECKING:
    from tree_sitter import Node

_TIMERS = frozenset({"setImmediate", "setInterval", "setTimeout"})
_CRYPTO_MODULES = frozenset({"crypto", "node:crypto"})


def check_project(project: Project) -> Iterator[Report]:
    """Report what workflows may only do in steps."""
    for workflow in workflows(project):
        for replayed in replayed_by(project, workflow):
            via = "" if replayed.helper is None else f" through `{replayed.helper}`"
            for node, what in _offences(project, replayed):
                if is_inside_step(replayed, node):
                    continue
                sure = workflow.certain and replayed.helper is None
                yield RULE.at(
                    replayed.file,
                    node,
                    f"the workflow `{workflow.name}` uses `{what}`{via} outside a step",
                    hint="do it in an action, mutation or query that the workflow runs as a step",
                    confidence=Confidence.HIGH if sure else Confidence.MEDIUM,
                )


def _offences(project: Project, replayed: Replayed) -> Iterator[tuple[Node, str]]:
    file, whole = replayed.file, replayed.node
    for call in _inside(whole, file.nodes("call_expression")):
        outside = outside_call(project, file, call)
        if outside is not None:
            yield outside
        callee = syntax.callee(call)
        if callee is not None and callee.type == "identifier":
            name = syntax.text_of(callee)
            if name in _TIMERS and file.resolve(callee) is None:
                yield callee, name
    for node in _inside(whole, file.nodes("identifier")):
        if syntax.text_of(node) == "crypto" and _is_crypto(replayed, node, project):
            yield node, "crypto"
    for node in _inside(whole, file.nodes("property_identifier")):
        if syntax.text_of(node) == "crypto" and _is_global(file, node):
            yield node, "crypto"
    for use in environment_uses(file):
        if syntax.is_inside(use.node, whole):
            yield use.node, "process.env"
    yield from _databases(project, replayed)


def _inside(whole: Node, nodes: list[Node]) -> Iterator[Node]:
    return (node for node in nodes if syntax.is_inside(node, whole))


def _is_crypto(replayed: Replayed, node: Node, project: Project) -> bool:
    parent = node.parent
    if parent is None or parent.type != "member_expression":
        return False
    if replayed.file.resolve(node) is None:
        return True
    return project.follow(replayed.file, node).module in _CRYPTO_MODULES


def _is_global(file: CodeFile, name: Node) -> bool:
    """Whether it is the member of `globalThis`."""
    member = name.parent
    owner = syntax.unwrap(syntax.field(member, "object")) if member is not None else None
    return (
        owner is not None and syntax.text_of(owner) == "globalThis" and file.resolve(owner) is None
    )


def _databases(project: Project, replayed: Replayed) -> Iterator[tuple[Node, str]]:
    file = replayed.file
    for member in _inside(replayed.node, file.nodes("member_expression")):
        name = syntax.field(member, "property")
        if name is None or syntax.text_of(name) != "db":
            continue
        owner = syntax.unwrap(syntax.field(member, "object"))
        binding = file.resolve(owner) if owner is not None and owner.type == "identifier" else None
        context = project.contexts.path_of(file, member)
        by_context = context is not None and context.path == ("db",)
        sure = by_context and context is not None and context.confidence is not Confidence.LOW
        if sure or _is_step(replayed, binding, ()):
            yield name, f"{syntax.text_of(owner)}.db"
    for binding in file.names.all_bindings():
        if _is_step(replayed, binding, ("db",)):
            for use in file.names.uses(binding):
                yield use, binding.name


def _is_step(replayed: Replayed, binding: Binding | None, path: tuple[str, ...]) -> bool:
    """Whether a name is (a part of) what the workflow's handler is given first."""
    return (
        binding is not None
        and binding.kind == "parameter"
        and binding.position == 0
        and binding.path == path
        and binding.function == replayed.workflow.handler
    )


RULE = Rule(
    id="nondeterministic-workflow",
    severity=Severity.ERROR,
    category="layout",
    check_project=check_project,
)
