"""Whole documents in a value: rows of queries, through callbacks, spreads and helpers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.code import syntax
from assistant.code.names import REST
from assistant.code.rules._arguments import origins
from assistant.code.rules._id_tables import table_of_id
from assistant.code.rules._rest_patterns import taken_beside

if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.code.modules import CodeFile
    from assistant.code.names import Binding
    from assistant.code.project import Project
    from assistant.code.queries import DbQuery

_SAME_ROWS = frozenset(
    {"at", "concat", "filter", "find", "reverse", "slice", "sort", "splice", "toReversed"}
    | {"toSorted", "flat", "values"}
)
_MAPS = frozenset({"flatMap", "map"})
_CALLBACKS = frozenset({"filter", "find", "flatMap", "forEach", "map", "some", "every", "sort"})
_PROMISES = frozenset({("Promise", "all"), ("Promise", "allSettled"), ("Object", "values")})
_EITHER = frozenset({"??", "||"})
_MAX_DEPTH = 16
_NOTHING: frozenset[Rows] = frozenset()
_NO_FIELDS: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Rows:
    """Documents of a table in a value: one, or many."""

    table: str
    without: frozenset[str] = frozenset()
    """The fields that were taken out or overwritten, or that the caller had to know already."""
    paged: bool = False
    """Whether they are the `page` of a result of `paginate`."""


class ReturnedDocuments:
    """Finds whole documents in expressions."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._known: dict[tuple[CodeFile, int], frozenset[Rows]] = {}
        self._reads: dict[CodeFile, dict[int, Rows]] = {}

    def in_value(self, file: CodeFile, node: Node | None, depth: int = 0) -> frozenset[Rows]:
        """The documents that an expression's value holds as they are, or nearly so."""
        node = syntax.unwrap_await(node)
        if node is None or depth > _MAX_DEPTH:
            return _NOTHING
        key = (file, node.id)
        if key not in self._known:
            self._known[key] = _NOTHING  # ends cycles
            self._known[key] = self._look(file, node, depth)
        return self._known[key]

    def _look(self, file: CodeFile, node: Node, depth: int) -> frozenset[Rows]:
        kind = node.type
        if kind in ("identifier", "shorthand_property_identifier"):
            return self._in_name(file, node, depth)
        if kind == "call_expression":
            return self._in_call(file, node, depth)
        if kind == "object":
            return self._in_object(file, node, depth)
        if kind in ("array", "spread_element"):
            return self._in_all(file, node.named_children, depth)
        if kind == "ternary_expression":
            sides = [syntax.field(node, name) for name in ("consequence", "alternative")]
            return self._in_all(file, sides, depth)
        if kind == "binary_expression":
            sides = [syntax.field(node, name) for name in ("left", "right")]
            operator = syntax.operator(node)
            if operator == "&&":  # Its left side is the value only where it holds nothing.
                return self.in_value(file, sides[1], depth + 1)
            return self._in_all(file, sides, depth) if operator in _EITHER else _NOTHING
        if kind == "member_expression" and syntax.member_name(node) == "page":
            found = self.in_value(file, syntax.field(node, "object"), depth + 1)
            return frozenset(Rows(r.table, r.without) for r in found if r.paged)
        if kind == "subscript_expression":
            return self.in_value(file, syntax.field(node, "object"), depth + 1)
        return _NOTHING

    def _in_all(self, file: CodeFile, nodes: Iterable[Node | None], depth: int) -> frozenset[Rows]:
        return _NOTHING.union(*(self.in_value(file, node, depth + 1) for node in nodes))

    # --- names ------------------------------------------------------------------------------------

    def _in_name(self, file: CodeFile, node: Node, depth: int) -> frozenset[Rows]:
        binding = file.resolve(node)
        if binding is None:
            return _NOTHING
        source: Node | None = None
        if binding.kind in ("variable", "loop"):
            source = binding.value
        elif binding.kind == "parameter" and binding.function is not None and not binding.position:
            source = _iterated(binding.function)
        if source is None:
            return _NOTHING
        found = self.in_value(file, source, depth + 1)
        for assigned in binding.assignments:
            found |= self.in_value(file, assigned, depth + 1)
        return _picked(binding, found)

    # --- calls ------------------------------------------------------------------------------------

    def _in_call(self, file: CodeFile, call: Node, depth: int) -> frozenset[Rows]:
        read = self._reads_of(file).get(call.id)
        if read is not None:
            return frozenset({read})
        context = self._project.contexts.path_of(file, syntax.callee(call))
        given = syntax.arguments(call)
        if context is not None and context.path == ("db", "get"):
            return self._got(file, given, depth)
        name = syntax.callee_name(call)
        if syntax.name_chain(syntax.callee(call)) in _PROMISES:
            return self._in_all(file, given[:1], depth)
        receiver = syntax.receiver(call)
        if receiver is not None and name in _MAPS:
            return self._in_mapped(file, syntax.argument(call, 0), depth)
        if receiver is not None and name in _SAME_ROWS:
            return self.in_value(file, receiver, depth + 1)
        return self._in_helper(file, call, depth)

    def _reads_of(self, file: CodeFile) -> dict[int, Rows]:
        """What the calls that end a file's queries give, by their node ids."""
        known = self._reads.get(file)
        if known is None:
            known = self._reads[file] = {}
            for query in self._project.queries.in_file(file):
                terminal = query.terminal
                if terminal is None or not query.table:
                    continue
                node: Node | None = terminal.node
                if terminal.name == "for await":
                    node = syntax.unwrap(syntax.field(terminal.node, "right"))
                if node is not None:
                    paged = terminal.name == "paginate"
                    known[node.id] = Rows(query.table, self._told(query), paged)
        return known

    def _told(self, query: DbQuery) -> frozenset[str]:
        """The fields whose values the caller says: `.eq("token", args.token)`."""
        if query.index is None:
            return _NO_FIELDS
        within = query.index.range
        return frozenset(
            op.field
            for op in within.ops
            if op.method == "eq"
            and op.field is not None
            and any(origins(self._project, within.file, op.value))
        )

    def _got(self, file: CodeFile, given: list[Node], depth: int) -> frozenset[Rows]:
        """What `db.get(id)` or `db.get("table", id)` gives."""
        if len(given) == 2:
            named = syntax.string_value(given[0])
            return frozenset({Rows(named)}) if named is not None else _NOTHING
        table = table_of_id(self._project, file, given[0]) if given else None
        if table is not None:
            return frozenset({Rows(table)})
        # `get(invoice.member)`: the schema says what an id in a document refers to.
        schema = self._project.schema_for(file)
        reference = syntax.unwrap(given[0]) if given else None
        field = syntax.member_name(reference) if reference is not None else None
        if schema is None or reference is None or field is None:
            return _NOTHING
        owners = self.in_value(file, syntax.field(reference, "object"), depth + 1)
        fields = (
            schema.tables[rows.table].fields.get(field)
            for rows in owners
            if rows.table in schema.tables
        )
        tables = (found.inner.table for found in fields if found is not None)
        return frozenset(Rows(table) for table in tables if table is not None)

    def _in_mapped(self, file: CodeFile, callback: Node | None, depth: int) -> frozenset[Rows]:
        if callback is None or callback.type not in syntax.FUNCTION_KINDS:
            return _NOTHING
        return self._in_all(file, syntax.returned_expressions(callback), depth)

    def _in_helper(self, file: CodeFile, call: Node, depth: int) -> frozenset[Rows]:
        target = self._project.follow(file, syntax.callee(call))
        function = target.node
        if target.file is None or function is None or function.type not in syntax.FUNCTION_KINDS:
            return _NOTHING
        return self._in_all(target.file, syntax.returned_expressions(function), depth)

    # --- objects ----------------------------------------------------------------------------------

    def _in_object(self, file: CodeFile, node: Node, depth: int) -> frozenset[Rows]:
        found = self._in_all(file, (value for _, value in syntax.object_members(node)), depth)
        for spread in syntax.object_spreads(node):
            later = {
                name
                for name, value in syntax.object_members(node)
                if value.start_byte > spread.start_byte
            }
            for rows in self.in_value(file, spread, depth + 1):
                if not (rows.paged and "page" in later):
                    found |= {Rows(rows.table, rows.without | later, rows.paged)}
        return found


def _picked(binding: Binding, rows: frozenset[Rows]) -> frozenset[Rows]:
    """What destructuring leaves of documents: `{ secret, ...rest }` gives `rest` without it."""
    if not binding.path:
        return rows
    if binding.path == ("page",):
        return frozenset(Rows(r.table, r.without) for r in rows if r.paged)
    if len(binding.path) == 1 and binding.path[0].isdigit():
        return rows
    if binding.path != (REST,):
        return _NOTHING
    taken = taken_beside(binding)
    return frozenset(Rows(r.table, r.without | taken, r.paged) for r in rows)


def _iterated(callback: Node) -> Node | None:
    parent = syntax.wrapped(callback).parent
    call = parent.parent if parent is not None and parent.type == "arguments" else None
    if call is None or call.type != "call_expression":
        return None
    return syntax.receiver(call) if syntax.callee_name(call) in _CALLBACKS else None
