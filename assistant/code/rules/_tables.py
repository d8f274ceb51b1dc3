"""What is known for sure about a table: its schema at hand, and nothing that could replace it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.code import syntax

if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.code.modules import CodeFile
    from assistant.code.project import Project
    from assistant.code.schema import Index, Schema, Table

BUILT_IN_FIELDS: dict[str, tuple[str, ...]] = {
    "by_creation_time": ("_creationTime",),
    "by_id": ("_id",),
}
"""The fields of the indexes that every table has."""


def schema_at_hand(project: Project, file: CodeFile) -> Schema | None:
    """The schema that counts for a file; None where it comes from another example of a document."""
    schema = project.schema_for(file)
    if schema is None or file.snippet != schema.file.snippet:
        return None
    return schema


def known_table(project: Project, file: CodeFile, name: str | None) -> Table | None:
    """The table of that name, if its indexes are all known."""
    schema = schema_at_hand(project, file)
    table = schema.tables.get(name) if schema is not None and name is not None else None
    if schema is None or table is None or not table.indexes_complete:
        return None
    if schema.complete:
        return table
    finals = project.once(_finals)
    key = id(table)
    if key not in finals:
        finals[key] = _is_final(table, schema.node)
    return table if finals[key] else None


def _finals(_project: Project) -> dict[int, bool]:
    """By the table's identity, as schemas stay: each query of a table asks."""
    return {}


def _is_final(table: Table, definition: Node) -> bool:
    """Whether no spread behind the table can replace it."""
    member = table.name_node.parent if table.name_node is not None else None
    literal = member.parent if member is not None else None
    if member is None or literal is None:
        return False
    if not any(outer == definition for outer in syntax.ancestors(literal)):
        return False
    return not any(
        other.type == "spread_element" and other.start_byte > member.start_byte
        for other in literal.named_children
    )


def plain_index(table: Table, name: str | None) -> Index | None:
    """The index for `withIndex` of that name, if it is the only one and its fields are known."""
    named = table.indexes_named(name) if name is not None else ()
    if len(named) != 1 or named[0].kind != "index" or named[0].fields is None:
        return None
    return named[0]
