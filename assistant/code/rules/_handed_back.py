"""Helpers that return what a read gives, as it is: each call of them is a read as well."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from assistant.code import syntax

if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.code.modules import CodeFile
    from assistant.code.project import Project

_MAX_DEPTH = 3


def calls_that_give(
    project: Project, file: CodeFile, read: Node, depth: int = 0
) -> Iterator[tuple[CodeFile, Node]]:
    """The calls of helpers whose value is a read's, directly or through one another."""
    value = syntax.wrapped(read, through_await=True)
    parent = value.parent
    if parent is None or depth >= _MAX_DEPTH:
        return
    if parent.type != "return_statement" and parent.type not in syntax.FUNCTION_KINDS:
        return
    function = file.tree.function_around(value)
    unit = project.reach.unit_of(file, value)
    # A callback returns to what calls it, a handler to the client.
    if unit.function is not None or unit.is_module or unit.node != function:
        return
    for where, call in project.reach.calls_to(file, unit.node):
        yield where, call
        yield from calls_that_give(project, where, call, depth + 1)
