"""Stretches of statements in handlers, in a form in which copies are equal."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
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

_Outline = tuple[str, tuple[str, ...], tuple[bytes, ...]]
"""A statement's kind, which methods it calls and what strings it holds."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Some statements with their own names made alike."""

    key: str
    """Equal for copies."""
    tokens: int
    call: ContextCall | None
    """The first call of the database."""


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Statements in a row, at a glance."""

    statements: tuple[Node, ...]
    outline: tuple[_Outline, ...]
    """The same for copies."""
    asks: bool
    """Whether the database is called in it."""


_Blocks = list[list[_Stretch]]
"""By block of a handler, outermost first, the stretches that begin at each of its statements."""


def shapes_of_likely_copies(
    project: Project, functions: Iterable[RegisteredFunction], length: int
) -> Iterator[tuple[RegisteredFunction, list[list[Shape | None]]]]:
    """The functions that may share so many statements with another one, in their order.

    With them, for each block of the handler, outermost first, the shapes of its stretches; None
    for one that stands nowhere else. To read all words of all functions would take long, and few
    have copies, so stretches are compared by their outlines first.
    """
    seen: dict[tuple[_Outline, ...], RegisteredFunction] = {}
    shared: set[tuple[_Outline, ...]] = set()
    looked_at: list[tuple[RegisteredFunction, _Blocks]] = []
    for function in functions:
        blocks = _blocks_of(project, function, length)
        looked_at.append((function, blocks))
        for block in blocks:
            for one in block:
                if seen.setdefault(one.outline, function) is not function:
                    shared.add(one.outline)
    # Without the database no copy is reported; beside it, such a stretch can prolong one.
    wanted = {
        one.outline
        for _, blocks in looked_at
        for block in blocks
        if any(one.asks and one.outline in shared for one in block)
        for one in block
        if one.outline in shared
    }
    for function, blocks in looked_at:
        if any(one.outline in wanted for block in blocks for one in block):
            yield function, _shapes(project, function, blocks, wanted)


def _blocks_of(project: Project, function: RegisteredFunction, length: int) -> _Blocks:
    handler = function.handler
    body = None if handler is None else syntax.field(handler.node, "body")
    if handler is None or body is None or body.type != "statement_block":
        return []
    tree = handler.file.tree
    long = [
        statements
        for block in tree.nodes_inside(body, "statement_block")
        if len(statements := _statements_of(block)) >= length
    ]
    if not long:
        return []
    thrown = _Thrown(tree.nodes_inside(body, "throw_statement"))
    calls = thrown.left_out_of(tree.nodes_inside(body, "call_expression"))
    call_starts = [call.start_byte for call in calls]
    methods = [_method(call, handler.file, handler.node) for call in calls]
    strings = thrown.left_out_of(tree.nodes_inside(body, "string"))
    string_starts = [string.start_byte for string in strings]
    texts = [tree.source[node.start_byte + 1 : node.end_byte - 1] for node in strings]
    asking = [call.node.start_byte for call in _database_calls(project, function)]
    blocks: _Blocks = []
    for statements in long:
        outlines: list[_Outline] = []
        asks: list[bool] = []
        for statement in statements:
            start, end = statement.start_byte, statement.end_byte
            called = methods[bisect_left(call_starts, start) : bisect_left(call_starts, end)]
            said = texts[bisect_left(string_starts, start) : bisect_left(string_starts, end)]
            outlines.append((statement.type, tuple(called), tuple(said)))
            asks.append(bisect_left(asking, start) < bisect_left(asking, end))
        blocks.append(
            [
                _Stretch(
                    tuple(statements[at : at + length]),
                    tuple(outlines[at : at + length]),
                    any(asks[at : at + length]),
                )
                for at in range(len(statements) - length + 1)
            ]
        )
    return blocks


class _Thrown:
    """What `throw` statements hold: copies may say different things there."""

    def __init__(self, throws: list[Node]) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        for node in throws:
            if not self._ends or node.start_byte >= self._ends[-1]:
                self._starts.append(node.start_byte)
                self._ends.append(node.end_byte)

    def left_out_of(self, nodes: list[Node]) -> list[Node]:
        """The nodes that stand outside."""
        if not self._starts:
            return nodes
        return [node for node in nodes if not self._holds(node.start_byte)]

    def _holds(self, offset: int) -> bool:
        place = bisect_right(self._starts, offset) - 1
        return place >= 0 and offset < self._ends[place]


def _method(call: Node, file: CodeFile, handler: Node) -> str:
    """The name of a called method; empty where a copy may have it otherwise."""
    callee = syntax.callee(call)
    if callee is None or callee.type != "member_expression":
        return ""
    return "" if _is_of_parameter(callee, file, handler) else syntax.callee_name(call)


def _is_of_parameter(member: Node, file: CodeFile, handler: Node) -> bool:
    """Whether it is `args.id`, which `({ id }) =>` calls `id`."""
    owner = member.children[0]
    binding = file.resolve(owner) if owner.type == "identifier" else None
    return (
        binding is not None
        and binding.kind == "parameter"
        and not binding.path
        and binding.function == handler
    )


def _statements_of(block: Node) -> list[Node]:
    """What stands in a block, without comments and log lines."""
    return [
        child for child in block.named_children if child.type != "comment" and not _is_log(child)
    ]


def _is_log(statement: Node) -> bool:
    if statement.type != "expression_statement":
        return False
    inner = statement.named_children[0] if statement.named_children else None
    if inner is None or inner.type != "call_expression":
        return False
    return syntax.name_chain(syntax.callee(inner))[:1] == ("console",)


def _database_calls(project: Project, function: RegisteredFunction) -> list[ContextCall]:
    """The calls of the database in a handler, in document order."""
    unit = project.reach.unit_of_function(function)
    assert unit is not None
    return [call for call in project.reach.context_calls_of(unit) if call.path[0] == "db"]


def _shapes(
    project: Project,
    function: RegisteredFunction,
    blocks: _Blocks,
    wanted: set[tuple[_Outline, ...]],
) -> list[list[Shape | None]]:
    handler = function.handler
    assert handler is not None
    reader = _Reader(handler.file, handler.node)
    calls = _database_calls(project, function)
    starts = [call.node.start_byte for call in calls]

    def shape(stretch: _Stretch) -> Shape:
        numbers: dict[str, int] = {}
        words: list[str] = []
        tokens = 0
        found: list[ContextCall] = []
        for statement in stretch.statements:
            own = reader.tokens_of(statement)
            tokens += len(own)
            for text, is_own in own:
                words.append(f"${numbers.setdefault(text, len(numbers))}" if is_own else text)
            inside = list(_calls_in(statement, calls, starts))
            words += (*_tables(project, inside), "\n")
            found += inside
        return Shape(" ".join(words), tokens, found[0] if found else None)

    return [[shape(one) if one.outline in wanted else None for one in block] for block in blocks]


def _calls_in(
    statement: Node, calls: list[ContextCall], starts: list[int]
) -> Iterator[ContextCall]:
    """Those of the calls, which are in document order, that stand in a statement."""
    for call in calls[bisect_left(starts, statement.start_byte) :]:
        if call.node.start_byte >= statement.end_byte:
            break
        if call.node.end_byte <= statement.end_byte:
            yield call


def _tables(project: Project, calls: list[ContextCall]) -> Iterator[str]:
    """Of the documents that are got or written by an id, whose names don't tell the table."""
    rows = project.once(RowTables)
    for call in calls:
        if call.path == ("db", "get"):
            yield f"@{rows.of(call.file, call.node)}"
        elif call.path in _WRITES:
            yield f"@{rows.of_written(call.file, call.node)}"


class _Reader:
    """Reads the tokens of a handler's statements once, though statements stand in each other."""

    def __init__(self, file: CodeFile, handler: Node) -> None:
        self._file = file
        self._handler = handler
        self._tokens: list[tuple[str, bool]] = []
        """Each with whether it is a name of the handler's own."""
        self._places: dict[int, tuple[int, int]] = {}
        """By the id of a statement the place of its first token, and behind its last."""

    def tokens_of(self, statement: Node) -> list[tuple[str, bool]]:
        """The tokens of a statement. Ask for outer ones first: inner ones are then known."""
        if statement.id not in self._places:
            self._read(statement)
        first, end = self._places[statement.id]
        return self._tokens[first:end]

    def _read(self, root: Node) -> None:
        tokens, places = self._tokens, self._places
        begun: list[tuple[int, int]] = []
        listed = {root.id}
        stack: list[Node | None] = [root]
        while stack:
            node = stack.pop()
            if node is None:  # behind a statement
                statement, first = begun.pop()
                places[statement] = (first, len(tokens))
                continue
            kind = node.type
            if node.id in listed:
                begun.append((node.id, len(tokens)))
                stack.append(None)
            if kind == "throw_statement":
                # What is thrown is left out. Blocks in it are by themselves.
                tokens.append(("throw", False))
            elif kind == "comment":
                continue
            elif kind in _TEXTS and (kind == "string" or not node.named_child_count):
                tokens.append((self._text(node), False))
            elif kind == "member_expression" and _is_of_parameter(node, self._file, self._handler):
                tokens.append((self._file.tree.text_of(node), True))
            elif node.child_count:
                children = node.children
                if kind == "statement_block":
                    listed.update(child.id for child in children)
                stack.extend(reversed(children))
            elif kind not in _LEFT_OUT:
                self._leaf(node, kind)

    def _text(self, node: Node) -> str:
        if not node.named_child_count:
            return self._file.tree.text_of(node)
        return f'"{syntax.string_value(node)}"'

    def _leaf(self, node: Node, kind: str) -> None:
        text = self._file.tree.text_of(node)
        if kind in _SHORTHANDS:
            self._tokens += ((text, False), (":", False))
        self._tokens.append((text, kind in _NAMES and _is_own(self._file, node, self._handler)))


def _is_own(file: CodeFile, name: Node, handler: Node) -> bool:
    """Whether a name is declared in the handler: as a parameter or a variable."""
    binding = file.resolve(name)
    if binding is None or binding.kind == "import":
        return False
    return syntax.is_inside(binding.node, handler)
