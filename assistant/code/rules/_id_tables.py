"""Which table an id belongs to, where types or validators say so for sure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.code import syntax
from assistant.code.rules._arguments import origins, validator_of

if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.code.modules import CodeFile
    from assistant.code.names import Binding
    from assistant.code.project import Project

_ID_TYPE = re.compile(r"^:?\s*Id<\s*[\"'](\w+)[\"']\s*>$")
_DOC_TYPE = re.compile(r"^:?\s*Doc<\s*[\"'](\w+)[\"']\s*>$")
_MAX_DEPTH = 6


def table_of_id(project: Project, file: CodeFile, node: Node | None, depth: int = 0) -> str | None:
    """The table of an id, or None where it isn't certain."""
    inner = syntax.unwrap(node)
    if inner is None or depth > _MAX_DEPTH:
        return None
    if inner.type == "member_expression":
        return _of_member(project, file, inner, depth)
    if inner.type != "identifier":
        return None
    binding = file.resolve(inner)
    if binding is None or binding.assignments:
        return None
    typed = _typed(_ID_TYPE, binding)
    if typed is not None:
        return typed
    if binding.kind == "variable" and not binding.path and binding.value is not None:
        return table_of_id(project, file, binding.value, depth + 1)
    return _of_argument(project, file, inner)


def _of_member(project: Project, file: CodeFile, node: Node, depth: int) -> str | None:
    name = syntax.member_name(node)
    table = table_of_document(project, file, syntax.field(node, "object"), depth + 1)
    if table is None:
        return _of_argument(project, file, node)
    if name == "_id":
        return table
    schema = project.schema_for(file)
    fields = schema.tables[table].fields if schema is not None and table in schema.tables else {}
    found = fields.get(name or "")
    return found.inner.table if found is not None and found.inner.kind == "id" else None


def _of_argument(project: Project, file: CodeFile, node: Node) -> str | None:
    """What the validators say; all callers of a helper have to agree."""
    tables: set[str | None] = set()
    for origin in origins(project, file, node):
        if origin.helped:
            return None
        validator = validator_of(project, origin)
        inner = validator.inner if validator is not None else None
        tables.add(inner.table if inner is not None and inner.kind == "id" else None)
    return tables.pop() if len(tables) == 1 else None


def table_of_document(
    project: Project, file: CodeFile, node: Node | None, depth: int = 0
) -> str | None:
    """The table of a document in a variable, a parameter or an item of a query's rows."""
    inner = syntax.unwrap(node)
    if inner is None or inner.type != "identifier" or depth > _MAX_DEPTH:
        return None
    binding = file.resolve(inner)
    if binding is None or binding.path or binding.assignments:
        return None
    typed = _typed(_DOC_TYPE, binding)
    if typed is not None:
        return typed
    if binding.kind == "loop":
        return _of_rows(project, file, binding.value)
    if binding.kind == "variable":
        return _of_read(project, file, binding.value, depth)
    return None


def _of_read(project: Project, file: CodeFile, value: Node | None, depth: int) -> str | None:
    read = syntax.unwrap_await(value)
    if read is None or read.type != "call_expression":
        return None
    context = project.contexts.path_of(file, syntax.callee(read))
    if context is not None and context.path == ("db", "get"):
        given = syntax.arguments(read)
        if len(given) == 2:
            return syntax.string_value(given[0])
        return table_of_id(project, file, given[0], depth + 1) if given else None
    return _table_read(project, file, read, {"first", "unique"})


def _of_rows(project: Project, file: CodeFile, value: Node | None) -> str | None:
    """The table of what `for (const row of …)` goes through."""
    rows = syntax.unwrap_await(value)
    if rows is not None and rows.type == "identifier":
        binding = file.resolve(rows)
        if binding is None or binding.kind != "variable" or binding.path or binding.assignments:
            return None
        rows = syntax.unwrap_await(binding.value)
    return None if rows is None else _table_read(project, file, rows, {"collect", "take"})


def _table_read(project: Project, file: CodeFile, read: Node, by: set[str]) -> str | None:
    for query in project.queries.in_file(file):
        terminal = query.terminal
        if terminal is not None and terminal.node == read and terminal.name in by:
            return query.table
    return None


def _typed(pattern: re.Pattern[str], binding: Binding) -> str | None:
    if binding.type is None or binding.path:
        return None
    found = pattern.match(syntax.text_of(binding.type))
    return found[1] if found is not None else None
