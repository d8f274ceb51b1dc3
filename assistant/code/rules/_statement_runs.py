"""Runs of statements in handlers, in a form in which copies are equal."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.code import syntax
from assistant.code.row_tables import RowTables

if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.code.contexts import ContextCall
    from assistant.code.functions import RegisteredFunction
    from assistant.code.modules import CodeFile
    from assistant.code.project import Project

_SHORTHANDS = frozenset({"shorthand_property_identifier", "shorthand_property_identifier_pattern"})
_NAMES = _SHORTHANDS | {"identifier"}
_TEXTS = frozenset({"string", "template_string"})
_WRITES = frozenset({("db", "delete"), ("db", "patch"), ("db", "replace")})
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
    tables: tuple[str, ...] = ()
    """Of the documents that are got or written by an id, whose names don't tell the table."""


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
            words += (*statement.tables, "\n")
        call = next((s.call for s in chosen if s.call is not None), None)
        return Shape(" ".join(words), sum(len(s.tokens) for s in chosen), call)


_Outline = tuple[str, tuple[str, ...]]
"""A statement's kind, and which methods it calls: the same for copies, and told at a glance."""


def likely_copies(
    project: Project, functions: Iterable[RegisteredFunction], length: int
) -> Iterator[RegisteredFunction]:
    """The functions in which so many statements may stand as in another one, in their order.

    To read all words of all functions takes long, and few have copies. So statements are compared
    by their outlines first.
    """
    seen: dict[tuple[_Outline, ...], RegisteredFunction] = {}
    shared: set[tuple[_Outline, ...]] = set()
    windows_of: list[tuple[RegisteredFunction, list[_Windows]]] = []
    for function in functions:
        blocks = list(_windows(project, function, length))
        windows_of.append((function, blocks))
        for block in blocks:
            for window, _ in block:
                if seen.setdefault(window, function) is not function:
                    shared.add(window)
    # Statements beside shared database code decide where a copy begins and ends.
    wanted = {
        window
        for _, blocks in windows_of
        for block in blocks
        if any(has_database and window in shared for window, has_database in block)
        for window, _ in block
        if window in shared
    }
    for function, blocks in windows_of:
        if any(window in wanted for block in blocks for window, _ in block):
            yield function


_Windows = list[tuple[tuple[_Outline, ...], bool]]
"""The outlines of each stretch of statements of one block, and whether it asks the database."""


def _windows(project: Project, function: RegisteredFunction, length: int) -> Iterator[_Windows]:
    handler, body = function.handler, _body_of(function)
    if handler is None or body is None:
        return
    tree = handler.file.tree
    thrown = tree.nodes_inside(body, "throw_statement")
    calls = [
        (call.start_byte, syntax.callee_name(call) if _is_method(call) else "")
        for call in tree.nodes_inside(body, "call_expression")
        if not any(syntax.is_inside(call, throw) for throw in thrown)
    ]
    starts = [start for start, _ in calls]
    asked = [call.node.start_byte for call in _database_calls(project, handler.file, body)]
    for block in tree.nodes_inside(body, "statement_block"):
        outlines: list[tuple[_Outline, bool]] = []
        for statement in _statements_of(block):
            start, end = statement.start_byte, statement.end_byte
            own = calls[bisect_left(starts, start) : bisect_left(starts, end)]
            outline = (statement.type, tuple(name for _, name in own))
            outlines.append((outline, bisect_left(asked, start) < bisect_left(asked, end)))
        stretches = zip(*(outlines[place:] for place in range(length)), strict=False)
        windows = [
            (tuple(outline for outline, _ in stretch), any(asks for _, asks in stretch))
            for stretch in stretches
        ]
        if windows:
            yield windows


def _is_method(call: Node) -> bool:
    callee = syntax.callee(call)
    return callee is not None and callee.type == "member_expression"


def _body_of(function: RegisteredFunction) -> Node | None:
    """The block of a function's handler."""
    handler = function.handler
    body = None if handler is None else syntax.field(handler.node, "body")
    return body if body is not None and body.type == "statement_block" else None


def _database_calls(project: Project, file: CodeFile, body: Node) -> list[ContextCall]:
    return [
        call
        for call in project.contexts.calls(file)
        if call.path[0] == "db" and syntax.is_inside(call.node, body)
    ]


def _statements_of(block: Node) -> list[Node]:
    """What stands in a block, without comments and log lines."""
    return [
        child for child in block.named_children if child.type != "comment" and not _is_log(child)
    ]


def runs_of(project: Project, function: RegisteredFunction) -> Iterator[StatementRun]:
    """The blocks of a function's handler, outermost first; other code's handlers left out."""
    handler, body = function.handler, _body_of(function)
    if handler is None or body is None:
        return
    calls = _database_calls(project, handler.file, body)
    reader = _Reader(handler.file, handler.node)
    reader.read(body)
    starts = [call.node.start_byte for call in calls]
    for block in sorted(reader.statements, key=lambda block: block.start_byte):
        statements = tuple(
            _Statement(
                tuple(reader.tokens[first:end]),
                next(_calls_in(node, calls, starts), None),
                tuple(_tables(project, _calls_in(node, calls, starts))),
            )
            for node, first, end in reader.statements[block]
        )
        yield StatementRun(handler.file, statements)


def _calls_in(
    statement: Node, calls: list[ContextCall], starts: list[int]
) -> Iterator[ContextCall]:
    """Those of the calls, which are in document order, that stand in a statement."""
    for call in calls[bisect_left(starts, statement.start_byte) :]:
        if call.node.start_byte >= statement.end_byte:
            break
        if call.node.end_byte <= statement.end_byte:
            yield call


def _tables(project: Project, calls: Iterator[ContextCall]) -> Iterator[str]:
    rows = project.once(RowTables)
    for call in calls:
        if call.path == ("db", "get"):
            yield f"@{rows.of(call.file, call.node)}"
        elif call.path in _WRITES:
            yield f"@{rows.of_written(call.file, call.node)}"


def _is_log(statement: Node) -> bool:
    inner = statement.named_children[0] if statement.named_children else None
    if statement.type != "expression_statement" or inner is None or inner.type != "call_expression":
        return False
    return syntax.name_chain(syntax.callee(inner))[:1] == ("console",)


class _Reader:
    """Reads the tokens of a handler's blocks once, though blocks stand in each other."""

    def __init__(self, file: CodeFile, handler: Node) -> None:
        self._file = file
        self._handler = handler
        self.tokens: list[tuple[str, bool]] = []
        self.statements: dict[Node, list[tuple[Node, int, int]]] = {}
        """By block its statements, each with the place of its first token and behind its last."""

    def read(self, body: Node) -> None:
        """Read a block and all inside it."""
        blocks = [body]
        while blocks:
            # What is thrown is left out of the statement's tokens; blocks in it are by themselves.
            thrown: list[Node] = []
            self._read(blocks.pop(), thrown)
            for throw in thrown:
                inner = syntax.descendants(throw, "statement_block", "throw_statement")
                blocks += [node for node in inner if node.type == "statement_block"]

    def _read(self, root: Node, thrown: list[Node]) -> None:
        if root in self.statements:
            return
        tokens = self.tokens
        ends: list[tuple[list[tuple[Node, int, int]], Node, int]] = []
        stack: list[Node | None] = [root]
        own: dict[int, list[tuple[Node, int, int]]] = {}
        while stack:
            node = stack.pop()
            if node is None:  # behind a statement
                statements, statement, first = ends.pop()
                statements.append((statement, first, len(tokens)))
                continue
            kind = node.type
            holder = own.pop(node.id, None)
            if holder is not None:
                ends.append((holder, node, len(tokens)))
                stack.append(None)
            if kind == "statement_block":
                own |= self._statements_of(node)
            if kind == "throw_statement":
                tokens.append(("throw", False))
                thrown.append(node)
            elif kind == "comment":
                continue
            elif kind in _TEXTS and (kind == "string" or not node.named_child_count):
                tokens.append((self._text(node), False))
            elif kind == "member_expression" and self._is_of_parameter(node):
                # `args.id` is what `({ id }) =>` calls `id`.
                tokens.append((self._file.tree.text_of(node), True))
            elif node.child_count:
                stack.extend(reversed(node.children))
            elif kind not in _LEFT_OUT:
                self._leaf(node, kind)

    def _statements_of(self, block: Node) -> dict[int, list[tuple[Node, int, int]]]:
        """By the id of each statement where it is to be listed."""
        listed = self.statements[block] = []
        return {child.id: listed for child in _statements_of(block)}

    def _is_of_parameter(self, member: Node) -> bool:
        owner = syntax.field(member, "object")
        binding = self._file.resolve(owner) if owner is not None else None
        return (
            owner is not None
            and owner.type == "identifier"
            and binding is not None
            and binding.kind == "parameter"
            and not binding.path
            and binding.function == self._handler
        )

    def _text(self, node: Node) -> str:
        if not node.named_child_count:
            return self._file.tree.text_of(node)
        return f'"{syntax.string_value(node)}"'

    def _leaf(self, node: Node, kind: str) -> None:
        text = self._file.tree.text_of(node)
        if kind in _SHORTHANDS:
            self.tokens += ((text, False), (":", False))
        self.tokens.append((text, kind in _NAMES and _is_own(self._file, node, self._handler)))


def _is_own(file: CodeFile, name: Node, handler: Node) -> bool:
    """Whether a name is declared in the handler: as a parameter or a variable."""
    binding = file.resolve(name)
    if binding is None or binding.kind == "import":
        return False
    return syntax.is_inside(binding.node, handler)
