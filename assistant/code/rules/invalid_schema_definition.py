"""A table or an index is defined in a way that can't be deployed, or that no row can satisfy.

Why: Convex refuses reserved names, index fields that are given twice or belong to the system, and
too many indexes. Two tables that each need an id of the other can't get their first row.
Silent when: names or fields can't be read, or one of two tables can do without the other's id for
a while (it is optional, may be null, or sits in an array).

Bad:
    import { defineSchema, defineTable } from "convex/server";
    import { v } from "convex/values";

    export default defineSchema({
      logs: defineTable({ level: v.string() }).index("by_level_time", ["level", "_creationTime"]),
    });
Good:
    import { defineSchema, defineTable } from "convex/server";
    import { v } from "convex/values";

    export default defineSchema({
      logs: defineTable({ level: v.string() }).index("by_level", ["level"]),
    });

Intent:
    defineSchema | defineTable & define | valid | use & not well structured;
    index & reserved | underscore | limit | at most | 16 | 32 & field | name | table | per table;
    index() & design | define | efficient;
    field | table & reserved | underscore | start with;
    circular | mutual & reference & table;
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from agents.finding import Severity
from assistant.code import syntax
from assistant.code.project import Project
from assistant.code.rule import Report, Rule
from assistant.code.schema import BUILT_IN_INDEXES, Index, Schema, Table
from assistant.code.validators import Validator

if TYPE_CHECKING:
    from tree_sitter import Node

MAX_FIELDS = 16
MAX_INDEXES = 32


def check_table(table: Table, _project: Project) -> Iterator[Report]:
    """Report what is wrong with a table's own definition."""
    for index in table.indexes:
        yield from _index_reports(index)
    plain = [index for index in table.indexes if index.kind == "index"]
    if len(plain) > MAX_INDEXES:
        index = plain[MAX_INDEXES]
        yield RULE.at(
            index.file,
            index.name_node or index.method_node,
            f"`{index.name}` is one index too many: a table has at most {MAX_INDEXES}",
            hint="remove indexes that others cover, or split the table",
        )


def _index_reports(index: Index) -> Iterator[Report]:
    named = index.name_node or index.method_node
    if index.name is not None and (index.name in BUILT_IN_INDEXES or index.name.startswith("_")):
        yield RULE.at(
            index.file,
            named,
            f"`{index.name}` is a reserved name for an index",
            hint="name it after its fields",
        )
    if index.kind == "index" and index.fields is not None:
        yield from _field_reports(index, index.fields)
    if len(index.filter_fields) > MAX_FIELDS:
        yield RULE.at(
            index.file,
            named,
            f"`{index.name}` has more than {MAX_FIELDS} filter fields",
            hint="keep the ones that searches use",
        )


def _field_reports(index: Index, fields: tuple[str, ...]) -> Iterator[Report]:
    named = index.name_node or index.method_node
    for place, name in enumerate(fields):
        if name.startswith("_"):
            yield RULE.at(
                index.file,
                _field_node(index, place) or named,
                f"the index `{index.name}` names the system field `{name}`",
                hint="leave it out: every index ends with `_creationTime` by itself"
                if name == "_creationTime"
                else "leave it out: `ctx.db.get` reads by id",
            )
        elif name in fields[:place]:
            yield RULE.at(
                index.file,
                _field_node(index, place) or named,
                f"the index `{index.name}` names the field `{name}` twice",
                hint="name each field once",
            )
    if len(fields) > MAX_FIELDS:
        yield RULE.at(
            index.file,
            named,
            f"the index `{index.name}` has {len(fields)} fields, at most {MAX_FIELDS} are allowed",
            hint="keep the ones that queries compare",
        )


def _field_node(index: Index, place: int) -> Node | None:
    """The literal of a field, where the fields are listed in place."""
    listed = syntax.argument(index.node, 1)
    if listed is not None and listed.type == "object":
        listed = syntax.unwrap(syntax.object_member(listed, "fields"))
    if listed is None or listed.type != "array":
        return None
    elements = [child for child in listed.named_children if child.type != "comment"]
    return elements[place] if place < len(elements) else None


def check_project(project: Project) -> Iterator[Report]:
    """Report what is wrong between the tables of a schema."""
    for schema in project.schemas.all:
        for table in schema:
            if table.name.startswith("_") and table.name_node is not None:
                yield RULE.at(
                    schema.file,
                    table.name_node,
                    f"`{table.name}` is a reserved name for a table",
                    hint="table names begin with a letter",
                )
        yield from _mutual(schema)


def _mutual(schema: Schema) -> Iterator[Report]:
    needed = {table.name: _needed_ids(table) for table in schema}
    for name, table in schema.tables.items():
        for other in needed[name]:
            if other == name or name not in needed.get(other, {}):
                continue
            ours, theirs = needed[name][other], needed[other][name]
            if (ours.file.path, ours.node.start_byte) < (theirs.file.path, theirs.node.start_byte):
                continue  # said once, at the later one
            yield RULE.at(
                ours.file,
                ours.node,
                f"`{table.name}` and `{other}` each need an id of the other, so neither can get "
                "its first row",
                hint="make one of the two optional, or `v.null()` until it is known",
            )


def _needed_ids(table: Table) -> dict[str, Validator]:
    """The tables of which each document needs an id, with the validator that says so."""
    variants = table.document.object_variants()
    if not variants:
        return {}
    each = [_ids_in(variant) for variant in variants]
    return {
        name: validator
        for name, validator in each[0].items()
        if all(name in others for others in each[1:])
    }


def _ids_in(document: Validator) -> dict[str, Validator]:
    found: dict[str, Validator] = {}
    stack = list(document.fields.values())
    while stack:
        validator = stack.pop()
        if validator.kind == "id" and validator.table is not None:
            found.setdefault(validator.table, validator)
        elif validator.kind == "object":
            stack += validator.fields.values()
    return found


RULE = Rule(
    id="invalid-schema-definition",
    severity=Severity.ERROR,
    category="reading",
    check_table=check_table,
    check_project=check_project,
)
