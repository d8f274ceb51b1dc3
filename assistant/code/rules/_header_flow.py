"""Where a header that can prove the caller goes on to code that can't be read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from assistant.code import syntax
from assistant.code.rules._out_of_sight import outside_of
from assistant.code.rules._secrets import header_read, is_proving_header

if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.code.modules import CodeFile
    from assistant.code.project import Project

_MAX_HOPS = 4
_PASSES_ON = frozenset(
    {"arguments", "array", "binary_expression", "object", "pair", "template_string"}
    | {"template_substitution", "ternary_expression", "spread_element"}
)


def proving_headers_handed_on(project: Project, file: CodeFile) -> Iterator[Node]:
    """The calls out of sight that are given what a proving header (or a cookie) held."""
    for call in file.calls_named({"get"}):
        name = header_read(call)
        if name is not None and (name == "cookie" or is_proving_header(name)):
            yield from _takers(project, file, call, _MAX_HOPS)


def _takers(project: Project, file: CodeFile, value: Node, hops: int) -> Iterator[Node]:
    node = syntax.wrapped(value, through_await=True)
    while node.parent is not None:
        parent = node.parent
        if parent.type == "variable_declarator":
            yield from _takers_of_names(project, file, syntax.field(parent, "name"), hops)
            return
        if parent.type == "assignment_expression" and syntax.field(parent, "right") == node:
            yield from _takers_of_names(project, file, syntax.field(parent, "left"), hops)
            return
        if parent.type in ("call_expression", "new_expression"):
            if _is_out_of_sight(project, file, parent):
                yield parent
                return
        elif parent.type == "member_expression":
            # `header.split(" ")`, `header.slice(7)`: still the header.
            if syntax.field(parent, "object") != node:
                return
        elif parent.type not in _PASSES_ON:
            return
        node = syntax.wrapped(parent, through_await=True)


def _takers_of_names(
    project: Project, file: CodeFile, target: Node | None, hops: int
) -> Iterator[Node]:
    if target is None or hops == 0:
        return
    names = (
        [target]
        if target.type == "identifier"
        else list(syntax.descendants(target, "identifier", "shorthand_property_identifier_pattern"))
    )
    for name in names:
        binding = file.resolve(name)
        for use in file.names.uses(binding) if binding is not None else ():
            if use.start_byte > name.start_byte:
                yield from _takers(project, file, use, hops - 1)


def _is_out_of_sight(project: Project, file: CodeFile, call: Node) -> bool:
    if outside_of(project, file, call) is not None or syntax.callee_name(call) == "fetch":
        return True
    return any(run.call.node == call and run.target is None for run in project.reach.runs_in(file))
