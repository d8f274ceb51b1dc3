"""Objects that are what others are but for some fields: `{ secret, ...rest }`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.code import syntax

if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.code.modules import CodeFile
    from assistant.code.names import Binding


_MAX_DEPTH = 6


def source_of_fields(file: CodeFile, node: Node) -> Node:
    """The object whose fields an expression has: through variables, and copies that drop some.

    `Object.fromEntries(Object.entries(rest).filter(…))` is a copy of `rest`.
    """
    for _ in range(_MAX_DEPTH):
        inner = syntax.unwrap(node)
        further: Node | None = None
        if inner is not None and inner.type == "identifier":
            binding = file.resolve(inner)
            if binding is not None and binding.kind == "variable" and not binding.path:
                further = None if binding.assignments else _copied(syntax.unwrap(binding.value))
        elif inner is not None:
            further = _copied(inner)
        if further is None:
            return node
        node = further
    return node


def _copied(node: Node | None) -> Node | None:
    """`rest` of `rest` and of `Object.fromEntries(Object.entries(rest).filter(…))`."""
    if node is None or node.type == "identifier":
        return node
    if syntax.name_chain(syntax.callee(node)) != ("Object", "fromEntries"):
        return None
    entries = syntax.unwrap(syntax.argument(node, 0))
    while entries is not None and syntax.callee_name(entries) == "filter":
        entries = syntax.unwrap(syntax.receiver(entries))
    if entries is None or syntax.name_chain(syntax.callee(entries)) != ("Object", "entries"):
        return None
    return syntax.argument(entries, 0)


def taken_beside(rest: Binding) -> frozenset[str]:
    """The names that are picked out beside a rest pattern, and so aren't in it."""
    pattern = next((a for a in syntax.ancestors(rest.node) if a.type == "object_pattern"), None)
    children = pattern.named_children if pattern is not None else ()
    return frozenset(name for child in children if (name := _key(child)) is not None)


def _key(child: Node) -> str | None:
    if child.type == "pair_pattern":
        return syntax.key_name(syntax.field(child, "key"))
    if child.type == "object_assignment_pattern":
        return syntax.text_of(syntax.field(child, "left"))
    return syntax.text_of(child) if child.type.startswith("shorthand") else None
