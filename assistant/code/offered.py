"""Functions that a helper only offers: `return { list: (db) => …, create: (db) => … }`.

Calling the helper runs none of them. Which one runs is told by its name: some code that the same
registered function runs calls a method that is called so.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from assistant.code import syntax

if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.code.modules import CodeFile

_KEPT = frozenset({"pair", "return_statement", "variable_declarator", *syntax.FUNCTION_KINDS})
"""Where an object's functions wait for a caller; as an argument they are given to one."""


def offers_around(file: CodeFile, node: Node, whole: Node) -> tuple[str, ...]:
    """The names of the offered functions in which a node stands, within the function `whole`."""
    names: list[str] = []
    tree = file.tree
    index = tree.function_index_at(node.start_byte)
    while index >= 0 and tree.functions[index] != whole:
        name = _offered_as(tree.functions[index])
        if name is not None and tree.functions[index].end_byte >= node.end_byte:
            names.append(name)
        index = tree.outer[index]
    return tuple(names) if index >= 0 else ()


def _offered_as(function: Node) -> str | None:
    """The key under which an object literal that nobody is given holds a function."""
    if function.type == "method_definition":
        owner, key = function.parent, syntax.field(function, "name")
    else:
        pair = syntax.wrapped(function).parent
        if pair is None or pair.type != "pair":
            return None
        owner, key = pair.parent, syntax.field(pair, "key")
    if owner is None or owner.type != "object":
        return None
    holder = syntax.wrapped(owner).parent
    return syntax.key_name(key) if holder is not None and holder.type in _KEPT else None


def called_offers(calls: Iterable[tuple[tuple[str, ...], str]]) -> frozenset[str]:
    """The names that are called, given each call's offered functions around it and its name."""
    waiting = list(calls)
    called: set[str] = set()
    while True:
        running = [name for around, name in waiting if called.issuperset(around)]
        if called.issuperset(running):
            return frozenset(called)
        called.update(running)
