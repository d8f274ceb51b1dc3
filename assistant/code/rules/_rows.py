"""What becomes of the value that a read gives: every place where it is used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.code import syntax

if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.code.modules import CodeFile
    from assistant.code.names import Binding

_BATCHING = {("Promise", "all"), ("Promise", "allSettled")}


@dataclass(frozen=True, slots=True)
class Rows:
    """The uses of a value."""

    uses: tuple[Node, ...]
    """Expressions that stand for the (awaited) value: the read itself, or the uses of its name."""
    picked: tuple[str, ...]
    """The members that destructuring takes directly: `const { length } = await …`."""


def rows_of(file: CodeFile, read: Node) -> Rows:
    """Where the value of a call is used, through `await`, a name, `Promise.all` and `.then`."""
    outer = syntax.wrapped(read, through_await=True)
    parent = outer.parent
    while parent is not None and _is_choice(parent, outer):
        outer = syntax.wrapped(parent, through_await=True)
        parent = outer.parent
    if parent is None:
        return Rows((outer,), ())
    if parent.type == "variable_declarator":
        return _of_pattern(file, syntax.field(parent, "name"), outer)
    if parent.type == "array":
        return _of_batch(file, parent, outer)
    handler = _then_handler(outer, parent)
    if handler is not None:
        given = syntax.parameters(handler)
        pattern = syntax.parameter_pattern(given[0]) if given else None
        return _of_pattern(file, pattern, outer)
    return Rows((outer,), ())


def _is_choice(parent: Node, branch: Node) -> bool:
    """Whether it is `condition ? rows : []`, whose value is the rows where there are any."""
    if parent.type != "ternary_expression":
        return False
    branches = [syntax.field(parent, name) for name in ("consequence", "alternative")]
    if branch not in branches:
        return False
    other = syntax.unwrap(branches[1 - branches.index(branch)])
    return other is not None and syntax.text_of(other) in ("[]", "null", "undefined")


def _of_pattern(file: CodeFile, pattern: Node | None, outer: Node) -> Rows:
    if pattern is None:
        return Rows((), ())
    if pattern.type == "identifier":
        binding = file.names.resolve(pattern)
        return Rows(_uses(file, binding), ()) if binding is not None else Rows((outer,), ())
    if pattern.type != "object_pattern":
        return Rows((outer,), ())
    picked: list[str] = []
    for child in pattern.named_children:
        if child.type == "comment":
            continue
        key = syntax.field(child, "key") if child.type == "pair_pattern" else child
        name = syntax.key_name(key) if child.type != "rest_pattern" else None
        if name is None:
            return Rows((outer,), ())
        picked.append(name)
    return Rows((), tuple(picked))


def _uses(file: CodeFile, binding: Binding) -> tuple[Node, ...]:
    found: list[Node] = []
    for use in file.names.uses(binding):
        if use == binding.node:
            continue
        declarator = syntax.wrapped(use).parent
        if declarator is not None and declarator.type == "variable_declarator":
            name = syntax.field(declarator, "name")
            if name is not None and name.type == "object_pattern" and name != use:
                inner = _of_pattern(file, name, use)
                if inner.picked:
                    found += [child for child in name.named_children if child.type != "comment"]
                    continue
        found.append(use)
    return tuple(found)


def _of_batch(file: CodeFile, array: Node, element: Node) -> Rows:
    """`const [a, b] = await Promise.all([read(), …])`."""
    call = array.parent.parent if array.parent is not None else None
    alone = Rows((element,), ())
    if call is None or call.type != "call_expression":
        return alone
    if syntax.name_chain(syntax.callee(call)) not in _BATCHING:
        return alone
    declarator = syntax.wrapped(call, through_await=True).parent
    pattern = syntax.field(declarator, "name") if declarator is not None else None
    if declarator is None or declarator.type != "variable_declarator" or pattern is None:
        return alone
    if pattern.type != "array_pattern":
        return alone
    elements = [child for child in array.named_children if child.type != "comment"]
    names = [child for child in pattern.named_children if child.type != "comment"]
    position = elements.index(element) if element in elements else -1
    # A hole (`[, b]`) isn't a named child, so the places could be off.
    if position < 0 or len(elements) != len(names):
        return alone
    return _of_pattern(file, names[position], element)


def _then_handler(outer: Node, member: Node) -> Node | None:
    if (
        member.type != "member_expression"
        or syntax.text_of(member.child_by_field_name("property")) != "then"
    ):
        return None
    call = member.parent
    if call is None or call.type != "call_expression":
        return None
    handler = syntax.argument(call, 0)
    return handler if handler is not None and handler.type in syntax.FUNCTION_KINDS else None
