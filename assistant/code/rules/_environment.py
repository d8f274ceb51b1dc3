"""Where code reads `process.env`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.code import syntax

if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.code.modules import CodeFile


@dataclass(frozen=True, slots=True)
class EnvironmentUse:
    """One mention of the global `process.env`."""

    node: Node
    """`process.env` itself."""
    whole: Node
    """With the key behind it, if there is one."""
    name: str | None
    """The variable, where a literal names it."""


def environment_uses(file: CodeFile) -> Iterator[EnvironmentUse]:
    """All mentions of `process.env` in a file, in document order."""
    if b"process" not in file.raw:
        return
    for node in file.names.named("process"):
        if file.resolve(node) is not None:
            continue
        env = _member_around(node)
        if env is None or syntax.member_name(env) != "env" or _is_type(env):
            continue
        whole = _member_around(env)
        name = None if whole is None else syntax.member_name(whole)
        yield EnvironmentUse(env, whole or env, name)


def _is_type(node: Node) -> bool:
    """Whether it stands in `typeof process.env` of a type."""
    parent = node.parent
    while parent is not None and parent.type in ("member_expression", "subscript_expression"):
        parent = parent.parent
    return parent is not None and parent.type == "type_query"


def _member_around(node: Node) -> Node | None:
    outer = syntax.wrapped(node)
    parent = outer.parent
    if parent is None or parent.type not in ("member_expression", "subscript_expression"):
        return None
    return parent if syntax.field(parent, "object") == outer else None
