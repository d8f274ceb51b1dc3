"""To which table the document, the id or the list of documents belongs that an expression gives.

`ctx.db.get(args.taskId)`, `task._id`, `(task: Doc<"tasks">) =>`, `for (const task of tasks)`. Ask
with `project.once(RowTables).of(file, node)`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from assistant.code import syntax
from assistant.code.names import REST
from assistant.code.validators import Validator, read_validator

if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.code.functions import RegisteredFunction
    from assistant.code.modules import CodeFile
    from assistant.code.names import Binding
    from assistant.code.project import Project

_TABLE_TYPE = re.compile(r"\b(?:Id|Doc|GenericId)<\s*[\"'](\w+)[\"']")
_SAME_ROWS = frozenset(
    {"at", "concat", "filter", "find", "findLast", "pop", "reverse", "shift", "slice", "sort"}
)
"""Methods of arrays that give some of the same elements."""
_PER_ELEMENT = frozenset(
    {"every", "filter", "find", "findIndex", "flatMap", "forEach", "map", "some", "sort"}
)
_QUERY_STEPS = frozenset(
    {"collect", "filter", "first", "order", "paginate", "take", "unique", "withIndex"}
    | {"withSearchIndex"}
)
_MAX_DEPTH = 14


class RowTables:
    """Answers for one project."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._known: dict[tuple[CodeFile, int], str | None] = {}

    def of(self, file: CodeFile, node: Node | None, depth: int = 0) -> str | None:
        """The table's name; None where it can't be told."""
        if node is None or depth > _MAX_DEPTH:
            return None
        key = (file, node.id)
        if key not in self._known:
            self._known[key] = None  # ends cycles
            self._known[key] = self._of(file, node, depth + 1)
        return self._known[key]

    def of_written(self, file: CodeFile, call: Node) -> str | None:
        """The table that a call of `db.insert`, `patch`, `replace` or `delete` writes to."""
        given = syntax.arguments(call)
        name = syntax.string_value(given[0]) if given else None
        if name is not None:
            return name
        return None if syntax.callee_name(call) == "insert" else self.of(file, _first(given))

    def _of(self, file: CodeFile, node: Node, depth: int) -> str | None:
        cast = _cast_table(node)
        if cast is not None:
            return cast
        inner = syntax.unwrap_await(node)
        if inner is None:
            return None
        if inner.type in ("identifier", "shorthand_property_identifier"):
            binding = file.names.resolve(inner)
            return None if binding is None else self._of_binding(file, binding, depth)
        if inner.type in ("member_expression", "subscript_expression"):
            return self._of_member(file, inner, depth)
        if inner.type == "call_expression":
            return self._of_call(file, inner, depth)
        if inner.type == "ternary_expression":
            branches = (syntax.field(inner, "consequence"), syntax.field(inner, "alternative"))
            return self._common(file, branches, depth)
        if inner.type == "binary_expression":
            sides = (syntax.field(inner, "left"), syntax.field(inner, "right"))
            return self._common(file, sides, depth)
        return None

    def _common(self, file: CodeFile, nodes: Iterable[Node | None], depth: int) -> str | None:
        """The one table of all that is no `null` or `undefined`."""
        found: set[str | None] = set()
        for node in map(syntax.unwrap, nodes):
            if node is not None and node.type not in ("null", "undefined"):
                found.add(self.of(file, node, depth))
        return found.pop() if len(found) == 1 else None

    # --- names ----------------------------------------------------------------------------------

    def _of_binding(self, file: CodeFile, binding: Binding, depth: int) -> str | None:
        if REST in binding.path:
            return None
        if binding.type is not None:
            table = _annotated(syntax.text_of(binding.type), binding.path)
            if table is not None:
                return table
        if binding.kind == "parameter" and binding.function is not None:
            registered = self._project.functions.handled_by(file, binding.function)
            if registered is not None:
                return (
                    self._of_argument(registered, binding.path) if binding.position == 1 else None
                )
            element = self._iterated(file, binding, depth)
            return self._down(file, element, binding.path)
        if binding.kind in ("variable", "loop") and not binding.assignments:
            if binding.path and self._is_arguments(file, binding.value):
                function = self._project.functions.around(file, binding.node)
                return None if function is None else self._of_argument(function, binding.path)
            return self._down(file, self.of(file, binding.value, depth), binding.path)
        return None

    def _iterated(self, file: CodeFile, binding: Binding, depth: int) -> str | None:
        """The table of what a callback such as that of `.map` is called with."""
        function = binding.function
        call = function.parent.parent if function is not None and function.parent else None
        if call is None or call.type != "call_expression" or binding.position != 0:
            return None
        if syntax.callee_name(call) not in _PER_ELEMENT:
            return None
        return self.of(file, syntax.receiver(call), depth)

    def _down(self, file: CodeFile, table: str | None, path: tuple[str, ...]) -> str | None:
        """The table of a member of a document (or of a page of documents)."""
        for name in path:
            if table is None:
                return None
            if name not in ("_id", "page") and not name.isdigit():
                table = self._field_table(file, table, name)
        return table

    def _field_table(self, file: CodeFile, table: str, name: str) -> str | None:
        schema = self._project.schema_for(file)
        known = schema.tables.get(table) if schema is not None else None
        validator = known.fields.get(name) if known is not None else None
        return _id_table(validator)

    # --- arguments ------------------------------------------------------------------------------

    def _is_arguments(self, file: CodeFile, node: Node | None) -> bool:
        """Whether an expression is the whole second parameter of a registered function."""
        node = syntax.unwrap(node)
        binding = (
            file.names.resolve(node) if node is not None and node.type == "identifier" else None
        )
        if binding is None or binding.function is None or binding.position != 1 or binding.path:
            return False
        return self._project.functions.handled_by(file, binding.function) is not None

    def _of_argument(self, function: RegisteredFunction, path: tuple[str, ...]) -> str | None:
        args = function.args
        if args is None or not path:
            return None
        validator: Validator | None = read_validator(self._project, args.file, args.node)
        for name in path:
            validator = None if validator is None else validator.inner.fields.get(name)
        return _id_table(validator)

    # --- members and calls ----------------------------------------------------------------------

    def _of_member(self, file: CodeFile, node: Node, depth: int) -> str | None:
        owner = syntax.field(node, "object")
        if node.type == "subscript_expression" and syntax.member_name(node) is None:
            return self.of(file, owner, depth)
        name = syntax.member_name(node)
        if name is None:
            return None
        if self._is_arguments(file, owner):
            function = self._project.functions.around(file, node)
            return None if function is None else self._of_argument(function, (name,))
        return self._down(file, self.of(file, owner, depth), (name,))

    def _of_call(self, file: CodeFile, call: Node, depth: int) -> str | None:
        context = self._project.contexts.path_of(file, syntax.callee(call))
        given = syntax.arguments(call)
        path = () if context is None else context.path
        if path == ("db", "get"):
            named = syntax.string_value(given[0]) if given else None
            return named or self.of(file, _first(given), depth)
        if path in (("db", "insert"), ("db", "normalizeId"), ("db", "query")):
            return syntax.string_value(_first(given))
        name, owner = syntax.callee_name(call), syntax.receiver(call)
        if owner is not None and name in (_SAME_ROWS | _QUERY_STEPS):
            return self.of(file, owner, depth)
        if syntax.name_chain(syntax.callee(call)) == ("Promise", "all"):
            return self.of(file, _first(given), depth)
        if owner is not None and name == "map" and given:
            return self._returned(file, syntax.unwrap(given[0]), depth)
        target = self._project.follow(file, syntax.callee(call))
        return None if target.file is None else self._returned(target.file, target.node, depth)

    def _returned(self, file: CodeFile, function: Node | None, depth: int) -> str | None:
        if function is None or function.type not in syntax.FUNCTION_KINDS:
            return None
        declared = syntax.text_of(syntax.field(function, "return_type"))
        if declared:
            return _annotated(declared, ())
        return self._common(file, syntax.returned_expressions(function), depth)


def _first(nodes: list[Node]) -> Node | None:
    return nodes[0] if nodes else None


def _id_table(validator: Validator | None) -> str | None:
    while validator is not None and validator.inner.kind in ("array", "union"):
        members = [m for m in validator.inner.members if m.inner.kind != "null"]
        validator = members[0] if len(members) == 1 else None
    return validator.inner.table if validator is not None and validator.inner.kind == "id" else None


def _cast_table(node: Node) -> str | None:
    while node.type in ("parenthesized_expression", "await_expression", "non_null_expression"):
        if not node.named_children:
            return None
        node = node.named_children[0]
    if node.type in ("as_expression", "satisfies_expression"):
        return _annotated(syntax.text_of(node.named_children[-1]), ())
    return None


def _annotated(text: str, path: tuple[str, ...]) -> str | None:
    """The table that a type names: of the whole, or of the member at the end of a path."""
    whole = text.lstrip(": ").startswith("{")
    if path:
        if not whole:
            tables = set(_TABLE_TYPE.findall(text))
            return tables.pop() if len(tables) == 1 and path == ("_id",) else None
        found = re.search(rf"\b{re.escape(path[-1])}\??:\s*([^;,}}\n]*)", text)
        return None if found is None else _annotated(found[1], ())
    if whole:
        return None
    tables = set(_TABLE_TYPE.findall(text))
    return tables.pop() if len(tables) == 1 else None
