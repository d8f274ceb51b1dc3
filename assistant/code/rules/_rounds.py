"""What a read in a `while` (or an open `for`) looks up from round to round."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import TYPE_CHECKING

from assistant.code import syntax

if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.code.modules import CodeFile
    from assistant.code.names import Binding

_TAKING = frozenset({"shift", "pop", "next", "splice", "at"})
_GROWING = frozenset({"push", "unshift", "concat", "add"})
_NAMES = ("identifier", "shorthand_property_identifier")
_MAX_DEPTH = 5


class Round(StrEnum):
    """What one round is about."""

    ITEM = "item"
    """The next item of a collection that was there before."""
    FOLLOWS = "follows"
    """What an earlier round has found, such as a parent."""
    PAGE = "page"
    """The next page or batch."""


def round_of(file: CodeFile, site: Node, terminal: str, loop: Node) -> Round:
    """What the read at `site`, which ends in the method `terminal`, looks up in each round."""
    if terminal == "paginate":
        return Round.PAGE
    varying = list(_varying(file, site, loop))
    collections = [*_taken_within(site)]
    collections += [
        collection
        for identifier, binding in varying
        for collection in _collections(file, identifier, binding, loop, 0)
    ]
    if collections:
        grows = any(_grows(file, collection, loop) for collection in collections)
        return Round.FOLLOWS if grows else Round.ITEM
    return Round.PAGE if terminal == "take" or not varying else Round.FOLLOWS


def _taken_within(site: Node) -> Iterator[Node]:
    """`queue` of `ctx.db.get(queue.pop()!)`."""
    for call in syntax.descendants(site, "call_expression"):
        owner = syntax.receiver(call)
        if syntax.callee_name(call) in _TAKING and owner is not None and not syntax.arguments(call):
            yield owner


def _varying(file: CodeFile, site: Node, loop: Node) -> Iterator[tuple[Node, Binding]]:
    """The names in an expression that may stand for something else in each round."""
    for identifier in syntax.descendants(site, *_NAMES):
        binding = file.names.resolve(identifier)
        if binding is None or syntax.is_inside(binding.node, site):
            continue
        if syntax.is_inside(binding.node, loop) or _changes(file, binding, loop):
            yield identifier, binding


def _changes(file: CodeFile, binding: Binding, loop: Node) -> bool:
    if any(syntax.is_inside(value, loop) for value in binding.assignments):
        return True
    return any(
        use.parent is not None
        and use.parent.type in ("update_expression", "augmented_assignment_expression")
        and syntax.is_inside(use, loop)
        for use in file.names.uses(binding)
    )


def _collections(
    file: CodeFile, identifier: Node, binding: Binding, loop: Node, depth: int
) -> Iterator[Node]:
    """The expressions of the collections out of which a varying name takes an item."""
    for outer in syntax.ancestors(identifier):
        index = syntax.field(outer, "index") if outer.type == "subscript_expression" else None
        if index is not None and syntax.is_inside(identifier, index):
            owner = syntax.unwrap(syntax.field(outer, "object"))
            if owner is not None:
                yield owner
            return
        if outer.type not in ("subscript_expression", "update_expression", "binary_expression"):
            break
    value = syntax.unwrap_await(binding.value)
    if value is None or not syntax.is_inside(binding.node, loop) or depth > _MAX_DEPTH:
        return
    taken = _taken_from(value)
    if taken is not None:
        yield taken
        return
    root = syntax.chain_root(value)
    if root is not None and root.type == "identifier" and value.type != "call_expression":
        inner = file.names.resolve(root)
        if inner is not None and inner is not binding:
            yield from _collections(file, root, inner, loop, depth + 1)


def _taken_from(value: Node) -> Node | None:
    """`rows` of `rows[i]`, `rows.shift()`, `rows.pop()!.id`."""
    node: Node | None = value
    while node is not None:
        if node.type == "subscript_expression":
            return syntax.unwrap(syntax.field(node, "object"))
        if node.type == "call_expression":
            return syntax.receiver(node) if syntax.callee_name(node) in _TAKING else None
        if node.type != "member_expression":
            return None
        node = syntax.unwrap(syntax.field(node, "object"))
    return None


def _grows(file: CodeFile, collection: Node, loop: Node) -> bool:
    """Whether the rounds themselves add to a collection."""
    root = syntax.chain_root(collection)
    binding = file.names.resolve(root) if root is not None and root.type == "identifier" else None
    if binding is None:
        return False
    if any(syntax.is_inside(value, loop) for value in binding.assignments):
        return True
    for use in file.names.uses(binding):
        member = syntax.wrapped(use).parent
        if (
            member is not None
            and member.type == "member_expression"
            and syntax.is_inside(use, loop)
            and syntax.text_of(syntax.field(member, "property")) in _GROWING
        ):
            return True
    return False
