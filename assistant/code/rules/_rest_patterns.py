"""What a rest pattern leaves out: `{ secret, ...rest }`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.code import syntax

if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.code.names import Binding


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
