"""Workflows of `@convex-dev/workflow`: where they are defined, and the code that they replay."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.code import syntax

if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.code.modules import CodeFile
    from assistant.code.project import Project
    from assistant.code.reach import Unit

_PACKAGE = "@convex-dev/workflow"
_MANAGER_NAME = re.compile(r"workflow", re.IGNORECASE)
_MAX_UNITS = 200


@dataclass(frozen=True, slots=True)
class Workflow:
    """One workflow."""

    name: str
    file: CodeFile
    handler: Node
    """The function that is replayed."""
    certain: bool
    """False where only a name says that it is a workflow."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """A stretch of code that a workflow runs by itself, outside its steps."""

    workflow: Workflow
    file: CodeFile
    node: Node
    """The handler, or a helper that it reaches."""
    helper: str | None
    """The helper's name; None in the handler."""


def workflows(project: Project) -> Iterator[Workflow]:
    """All workflows of a project's deployed files, in document order."""
    for file in project.server_files:
        if b"define" not in file.raw or b"orkflow" not in file.raw:
            continue
        for call in file.calls_named({"define", "defineWorkflow"}):
            config, certain = _definition(project, file, call)
            found = _handler(project, file, call, config) if config is not None else None
            if found is not None:
                yield Workflow(_name_around(call), *found, certain)


def _definition(project: Project, file: CodeFile, call: Node) -> tuple[Node | None, bool]:
    """The configuration that a call defines a workflow with, and whether it surely does."""
    name = syntax.callee_name(call)
    if name == "defineWorkflow":
        target = project.follow(file, syntax.callee(call))
        return (syntax.argument(call, 1) if target.module == _PACKAGE else None), True
    owner = syntax.receiver(call)
    if name != "define" or owner is None:
        return None, False
    target = project.follow(file, owner)
    config = syntax.argument(call, 0)
    if target.file is not None and target.node is not None and target.node.type == "new_expression":
        made = project.follow(target.file, syntax.callee(target.node))
        is_manager = made.module == _PACKAGE and made.name == "WorkflowManager"
        return (config if is_manager else None), True
    unresolved = target.is_missing or (target.binding is None and target.node == owner)
    if unresolved and _MANAGER_NAME.search(target.name):
        return config, False
    return None, False


def _handler(
    project: Project, file: CodeFile, call: Node, config: Node
) -> tuple[CodeFile, Node] | None:
    value: Node | None = None
    if config.type == "object":
        value = syntax.object_member(config, "handler")
    if value is None:
        member = syntax.wrapped(call).parent
        outer = member.parent if member is not None else None
        if member is None or outer is None or outer.type != "call_expression":
            return None
        if syntax.member_name(member) != "handler" or syntax.field(outer, "function") != member:
            return None
        value = syntax.argument(outer, 0)
    target = project.follow(file, value)
    if target.file is None or target.node is None or target.node.type not in syntax.FUNCTION_KINDS:
        return None
    return target.file, target.node


def _name_around(call: Node) -> str:
    for outer in syntax.ancestors(call):
        if outer.type == "variable_declarator":
            return syntax.text_of(syntax.field(outer, "name"))
        if outer.type == "statement_block":
            break
    return "workflow"


def replayed_by(project: Project, workflow: Workflow) -> Iterator[Replayed]:
    """The handler of a workflow and the helpers that it reaches, nearest first."""
    yield Replayed(workflow, workflow.file, workflow.handler, None)
    first = project.reach.unit_of(workflow.file, workflow.handler)
    seen: set[Unit] = {first}
    waiting = deque([first])
    while waiting and len(seen) < _MAX_UNITS:
        unit = waiting.popleft()
        for site in project.reach.calls_of(unit):
            if unit is first and not syntax.is_inside(site.node, workflow.handler):
                continue
            if site.target in seen or site.target.function is not None:
                continue
            seen.add(site.target)
            waiting.append(site.target)
            yield Replayed(workflow, site.target.file, site.target.node, site.target.name)


def is_inside_step(replayed: Replayed, node: Node) -> bool:
    """Whether a node stands in a function that is handed to a step: `step.run(async () => …)`."""
    given = syntax.parameters(replayed.workflow.handler)
    step = syntax.text_of(syntax.parameter_pattern(given[0])) if given else ""
    inner = node
    for outer in syntax.ancestors(node):
        if outer == replayed.node:
            return False
        if outer.type == "call_expression" and inner != syntax.field(outer, "function"):
            owner = syntax.receiver(outer)
            if step and owner is not None and syntax.text_of(owner) == step:
                return True
        inner = outer
    return False
