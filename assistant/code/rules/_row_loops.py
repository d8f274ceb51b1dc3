"""Where the rows that a query gave are gone through one by one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.code import syntax
from assistant.code.rules._handed_back import calls_that_give
from assistant.code.rules._repetition import CALLBACK_METHODS
from assistant.code.rules._rows import rows_of

if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.code.modules import CodeFile
    from assistant.code.project import Project
    from assistant.code.queries import DbQuery

_SAME_ROWS = frozenset({"concat", "filter", "reverse", "sort", "toReversed", "toSorted"})
_MAX_DEPTH = 4


@dataclass(frozen=True, slots=True)
class RowLoop:
    """A loop or a callback that runs once for each row."""

    file: CodeFile
    whole: Node
    """The loop statement, or the call that takes the callback."""
    body: Node
    cut: bool
    """Whether `.slice(…)` takes a part of the rows first."""


def row_loops(project: Project, query: DbQuery) -> Iterator[RowLoop]:
    """All loops over the rows of a query, in document order."""
    step = query.terminal
    if step is None:
        return
    if step.name == "for await":
        yield from _loop(step.file, step.node, cut=False)
        return
    reads = [(step.file, step.node), *calls_that_give(project, step.file, step.node)]
    for file, read in reads:
        for use in rows_of(file, read).uses:
            yield from _over(project, file, use, cut=False, depth=0)


def _over(
    project: Project, file: CodeFile, rows: Node, *, cut: bool, depth: int
) -> Iterator[RowLoop]:
    outer = syntax.wrapped(rows, through_await=True)
    parent = outer.parent
    if parent is None or depth > _MAX_DEPTH:
        return
    if parent.type == "for_in_statement" and syntax.field(parent, "right") == outer:
        yield from _loop(file, parent, cut=cut)
    elif parent.type == "arguments":
        call = parent.parent
        if call is not None and syntax.callee_name(call) == "asyncMap":
            yield from _callback(project, file, call, syntax.argument(call, 1), cut=cut)
    elif parent.type == "variable_declarator" and depth > 0:
        name = syntax.field(parent, "name")
        binding = file.names.resolve(name) if name is not None else None
        for use in file.names.uses(binding) if binding is not None else ():
            yield from _over(project, file, use, cut=cut, depth=depth + 1)
    elif parent.type == "member_expression" and syntax.field(parent, "object") == outer:
        method, call = syntax.member_name(parent), parent.parent
        if method == "length":
            yield from _counted(file, parent, cut=cut)
        if call is None or call.type != "call_expression":
            return
        if method in CALLBACK_METHODS:
            yield from _callback(project, file, call, syntax.argument(call, 0), cut=cut)
        if method in _SAME_ROWS or method == "slice":
            now_cut = cut or method == "slice"
            yield from _over(project, file, call, cut=now_cut, depth=depth + 1)


def _counted(file: CodeFile, length: Node, *, cut: bool) -> Iterator[RowLoop]:
    """`for (let i = 0; i < rows.length; i++)`."""
    for outer in syntax.ancestors(length):
        if outer.type == "for_statement":
            condition = syntax.field(outer, "condition")
            if condition is not None and syntax.is_inside(length, condition):
                yield from _loop(file, outer, cut=cut)
            return
        if outer.type in syntax.FUNCTION_KINDS or outer.type == "statement_block":
            return


def _loop(file: CodeFile, loop: Node, *, cut: bool) -> Iterator[RowLoop]:
    body = syntax.field(loop, "body")
    if body is not None:
        yield RowLoop(file, loop, body, cut)


def _callback(
    project: Project, file: CodeFile, call: Node, given: Node | None, *, cut: bool
) -> Iterator[RowLoop]:
    target = project.follow(file, given)
    node = target.node
    if target.file is not None and node is not None and node.type in syntax.FUNCTION_KINDS:
        yield RowLoop(target.file, call, node, cut)
