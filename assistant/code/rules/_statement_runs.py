"""Runs of statements in handlers, in a form in which copies are equal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.code import syntax

if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.code.contexts import ContextCall
    from assistant.code.functions import RegisteredFunction
    from assistant.code.modules import CodeFile
    from assistant.code.project import Project

_SHORTHANDS = frozenset({"shorthand_property_identifier", "shorthand_property_identifier_pattern"})
_NAMES = _SHORTHANDS | {"identifier"}
_LEFT_OUT = frozenset({";", ",", "(", ")", "{", "}"})
"""Tokens that formatters and taste add and take away."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Some statements with their own names made alike."""

    key: str
    """Equal for copies."""
    tokens: int
    call: ContextCall | None
    """The first call of the database."""


@dataclass(frozen=True, slots=True)
class _Statement:
    tokens: tuple[tuple[str, bool], ...]
    """Each with whether it is a name of the handler's own."""
    call: ContextCall | None


@dataclass(frozen=True, slots=True)
class StatementRun:
    """The statements of one block."""

    file: CodeFile
    statements: tuple[_Statement, ...]

    def windows(self, length: int) -> range:
        """Where stretches of that many statements begin."""
        return range(len(self.statements) - length + 1)

    def shape(self, start: int, length: int) -> Shape:
        """The shape of a stretch of statements."""
        chosen = self.statements[start : start + length]
        numbers: dict[str, int] = {}
        words: list[str] = []
        for statement in chosen:
            for text, is_own in statement.tokens:
                words.append(f"${numbers.setdefault(text, len(numbers))}" if is_own else text)
            words.append("\n")
        call = next((s.call for s in chosen if s.call is not None), None)
        return Shape(" ".join(words), sum(len(s.tokens) for s in chosen), call)


def runs_of(project: Project, function: RegisteredFunction) -> Iterator[StatementRun]:
    """The blocks of a function's handler, outermost first; other code's handlers left out."""
    handler = function.handler
    body = None if handler is None else syntax.field(handler.node, "body")
    if handler is None or body is None or body.type != "statement_block":
        return
    file = handler.file
    calls = {
        call.node.id: call
        for call in project.contexts.calls(file)
        if call.path[0] == "db" and syntax.is_inside(call.node, body)
    }
    for block in (body, *syntax.descendants(body, "statement_block")):
        statements = tuple(
            _Statement(tuple(_tokens(file, node, handler.node)), _first_call(node, calls))
            for node in block.named_children
            if node.type != "comment" and not _is_log(node)
        )
        yield StatementRun(file, statements)


def _first_call(statement: Node, calls: dict[int, ContextCall]) -> ContextCall | None:
    inner = syntax.descendants(statement, "call_expression")
    return next((calls[node.id] for node in inner if node.id in calls), None)


def _is_log(statement: Node) -> bool:
    inner = statement.named_children[0] if statement.named_children else None
    if statement.type != "expression_statement" or inner is None or inner.type != "call_expression":
        return False
    return syntax.name_chain(syntax.callee(inner))[:1] == ("console",)


def _tokens(file: CodeFile, statement: Node, handler: Node) -> Iterator[tuple[str, bool]]:
    stack = [statement]
    while stack:
        node = stack.pop()
        if node.type == "throw_statement":
            yield "throw", False
        elif node.type == "comment":
            continue
        elif node.type in ("string", "template_string") and not node.named_children:
            yield syntax.text_of(node), False
        elif node.type == "string":
            yield f'"{syntax.string_value(node)}"', False
        elif node.child_count:
            stack.extend(reversed(node.children))
        elif node.type not in _LEFT_OUT:
            text = syntax.text_of(node)
            if node.type in _SHORTHANDS:
                yield text, False
                yield ":", False
            yield text, node.type in _NAMES and _is_own(file, node, handler)


def _is_own(file: CodeFile, name: Node, handler: Node) -> bool:
    """Whether a name is declared in the handler: as a parameter or a variable."""
    binding = file.resolve(name)
    if binding is None or binding.kind == "import":
        return False
    return syntax.is_inside(binding.node, handler)
