"""What gives a promise, and what becomes of it."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from assistant.code import syntax
from assistant.code.names import Binding
from assistant.code.queries import TERMINALS

if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.code.modules import CodeFile
    from assistant.code.project import Project

_PROMISING = {
    "db": frozenset({"delete", "get", "insert", "patch", "replace"}),
    "scheduler": frozenset({"cancel", "runAfter", "runAt"}),
    "storage": frozenset({"delete", "generateUploadUrl", "get", "getMetadata", "getUrl", "store"}),
    "auth": frozenset({"getUserIdentity"}),
}
_PROMISING_ALONE = frozenset({"runAction", "runMutation", "runQuery", "vectorSearch"})
COMBINATORS = frozenset({"all", "allSettled", "any", "race"})
_GENERATORS = frozenset({"generator_function", "generator_function_declaration"})
_MAX_DEPTH = 4
_MAX_NAMES = 2
"""How many variables a promise is followed through."""


class Fate(Enum):
    """What the code does with a promise."""

    KEPT = "kept"
    """Awaited, returned, handed on, or left on purpose."""
    DROPPED = "dropped"
    """A statement by itself, or a variable that nothing reads."""
    TESTED = "tested"
    """Taken for the value: in a condition, where a promise is always true."""
    MISREAD = "misread"
    """Taken for the value: one of its members is read."""


def is_context_promise(path: tuple[str, ...]) -> bool:
    """Whether calling this part of a context, such as `("db", "insert")`, gives a promise."""
    if len(path) == 1:
        return path[0] in _PROMISING_ALONE
    part = tuple(name for name in path[:-1] if name != "system")
    return len(part) == 1 and path[-1] in _PROMISING.get(part[0], ())


def is_combinator(call: Node, file: CodeFile) -> bool:
    """Whether a call is `Promise.all(…)` or one of its kin."""
    if syntax.callee_name(call) not in COMBINATORS:
        return False
    chain = syntax.name_chain(syntax.callee(call))
    root = syntax.chain_root(syntax.callee(call))
    return (
        len(chain) == 2
        and chain[0] == "Promise"
        and chain[1] in COMBINATORS
        and root is not None
        and file.resolve(root) is None
    )


def _function(project: Project, file: CodeFile, node: Node | None) -> tuple[CodeFile, Node] | None:
    target = project.follow(file, node)
    if target.file is None or target.node is None or target.node.type not in syntax.FUNCTION_KINDS:
        return None
    return target.file, target.node


def gives_promise(project: Project, file: CodeFile, function: Node) -> bool:
    """Whether a function returns a promise: `async`, or by what it is seen to return."""
    known = project.once(_known)
    if function.id not in known:
        known[function.id] = _gives_promise(project, file, function, 0)
    return known[function.id]


def _known(_project: Project) -> dict[int, bool]:
    """By the function's id: each is called from many places."""
    return {}


def _gives_promise(project: Project, file: CodeFile, function: Node, depth: int) -> bool:
    if function.type in _GENERATORS or any(child.type == "*" for child in function.children):
        return False
    if syntax.is_async(function):
        return True
    declared = syntax.text_of(syntax.field(function, "return_type")).lstrip(": ")
    if declared:
        return declared.startswith(("Promise<", "PromiseLike<"))
    return any(
        is_promise(project, file, node, depth + 1) for node in syntax.returned_expressions(function)
    )


def callback_gives_promise(project: Project, file: CodeFile, callback: Node | None) -> bool:
    """Whether an argument is a function that returns a promise."""
    found = _function(project, file, callback)
    return found is not None and gives_promise(project, *found)


def is_promise(project: Project, file: CodeFile, node: Node | None, depth: int = 0) -> bool:
    """Whether an expression is seen to be a promise; not being sure means no."""
    node = syntax.unwrap(node)
    if node is None or depth > _MAX_DEPTH:
        return False
    if node.type == "new_expression":
        return syntax.callee_name(node) == "Promise"
    if node.type == "ternary_expression":
        branches = (syntax.field(node, "consequence"), syntax.field(node, "alternative"))
        return any(is_promise(project, file, branch, depth + 1) for branch in branches)
    if node.type != "call_expression":
        return False
    if is_combinator(node, file):
        return True
    context = project.contexts.path_of(file, syntax.callee(node))
    if context is not None and is_context_promise(context.path):
        return True
    name, owner = syntax.callee_name(node), syntax.receiver(node)
    if owner is not None and name in ("catch", "finally", "then"):
        return is_promise(project, file, owner, depth + 1)
    if owner is not None and name in TERMINALS and _is_db_query(project, file, owner):
        return True
    found = _function(project, file, syntax.callee(node))
    return found is not None and _gives_promise(project, *found, depth + 1)


def _is_db_query(project: Project, file: CodeFile, node: Node | None) -> bool:
    while node is not None and node.type == "call_expression":
        context = project.contexts.path_of(file, syntax.callee(node))
        if context is not None and context.path == ("db", "query"):
            return True
        node = syntax.receiver(node)
    return False


def end_of_thens(call: Node) -> Node:
    """The whole of `call().then(…).finally(…)`."""
    while True:
        member = syntax.wrapped(call).parent
        if member is None or member.type != "member_expression":
            return call
        onward = _in_member(member, syntax.wrapped(call))
        if isinstance(onward, Fate):
            return call
        call = onward


def fate_of(file: CodeFile, node: Node, seen: frozenset[Binding] = frozenset()) -> Fate:
    """What becomes of the promise that an expression is. `seen`: variables on the way there."""
    prefix = syntax.prefix_of(node)
    if prefix is not None:
        negated = syntax.operator(prefix) == "!"
        return Fate.TESTED if negated else Fate.KEPT
    while True:
        outer = syntax.wrapped(node)
        parent = outer.parent
        onward = Fate.KEPT if parent is None else _onward(file, outer, parent, seen)
        if isinstance(onward, Fate):
            return onward
        node = onward


def _onward(file: CodeFile, node: Node, parent: Node, seen: frozenset[Binding]) -> Fate | Node:
    """A fate, or the expression around that is the same promise."""
    kind = parent.type
    if kind == "expression_statement":
        return Fate.DROPPED
    if kind in ("if_statement", "while_statement", "do_statement"):
        return Fate.TESTED
    if kind == "unary_expression":
        negated = syntax.operator(parent) == "!"
        return Fate.TESTED if negated else Fate.KEPT
    if kind == "ternary_expression":
        return Fate.TESTED if syntax.field(parent, "condition") == node else parent
    if kind == "binary_expression":
        return _in_binary(parent, node) or parent
    if kind == "sequence_expression":
        return parent if syntax.field(parent, "right") == node else Fate.DROPPED
    if kind in ("member_expression", "subscript_expression"):
        return _in_member(parent, node)
    if kind in ("variable_declarator", "assignment_expression"):
        return _in_variable(file, parent, node, seen)
    return Fate.KEPT


def _in_binary(binary: Node, operand: Node) -> Fate | None:
    """None where the promise is (or may be) the value of the whole."""
    operator = syntax.operator(binary)
    is_left = syntax.field(binary, "left") == operand
    if operator == "&&":
        return Fate.TESTED if is_left else None
    if operator in ("||", "??"):
        return None
    return Fate.TESTED if operator in ("==", "===", "!=", "!==") else Fate.KEPT


def _in_member(member: Node, operand: Node) -> Fate | Node:
    """A fate, or the call of `.then` or `.finally` whose promise goes on."""
    if syntax.field(member, "object") != operand:
        return Fate.KEPT
    name = syntax.member_name(member)
    if name not in ("then", "finally", "catch"):
        return Fate.MISREAD
    method = syntax.wrapped(member)
    call = method.parent
    if name == "catch" or call is None or call.type != "call_expression":
        return Fate.KEPT
    return Fate.KEPT if name == "then" and len(syntax.arguments(call)) > 1 else call


def _in_variable(file: CodeFile, parent: Node, value: Node, seen: frozenset[Binding]) -> Fate:
    name = syntax.field(parent, "name") or syntax.field(parent, "left")
    if syntax.field(parent, "left") == value or name is None or len(seen) >= _MAX_NAMES:
        return Fate.KEPT
    if name.type == "object_pattern":
        return Fate.MISREAD
    if name.type != "identifier":
        return Fate.KEPT
    binding = file.names.resolve(name)
    if binding is None or binding.kind != "variable" or binding in seen:
        return Fate.KEPT
    if file.names.in_module(binding.name) is binding:
        return Fate.KEPT
    fates: list[Fate] = []
    for use in file.names.uses(binding):
        above = use.parent
        assigns = above is not None and above.type == "assignment_expression"
        if assigns and syntax.field(above, "left") == use:
            continue
        fates.append(fate_of(file, use, seen | {binding}))
    if Fate.KEPT in fates:
        return Fate.KEPT
    misread = [fate for fate in fates if fate is not Fate.DROPPED]
    return misread[0] if misread else Fate.DROPPED
