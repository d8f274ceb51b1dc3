"""The schema: tables with their fields and indexes, as far as they can be read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from assistant.code import syntax
from assistant.code.modules import CodeFile
from assistant.code.validators import Validator, read_validator

if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.code.project import Project, Target

IndexKind = Literal["index", "search", "vector"]
_INDEX_METHODS: dict[str, IndexKind] = {
    "index": "index",
    "searchIndex": "search",
    "vectorIndex": "vector",
}
BUILT_IN_INDEXES = frozenset({"by_id", "by_creation_time"})
_MAX_DEPTH = 12


@dataclass(frozen=True, slots=True)
class Index:
    """One index of a table."""

    name: str | None
    """None where it is neither a literal nor a constant."""
    kind: IndexKind
    fields: tuple[str, ...] | None
    """In order, without the implicit last `_creationTime`; None where they can't be read.

    Of a search or vector index: its `searchField` or `vectorField`.
    """
    filter_fields: tuple[str, ...]
    staged: bool
    """Whether it is (or may be) `staged`: not there for queries yet."""
    file: CodeFile
    node: Node
    """The call of `.index(…)`."""
    method_node: Node
    """The identifier `index`."""
    name_node: Node | None
    direct: bool
    """Whether it stands in one expression with `defineTable`."""

    @property
    def literal(self) -> bool:
        """Whether the name is written out on the spot, and the fields could be read."""
        return syntax.string_value(self.name_node) is not None and self.fields is not None


@dataclass(frozen=True, slots=True)
class Table:
    """One table."""

    name: str
    file: CodeFile
    node: Node
    """The call of `defineTable`."""
    document: Validator
    indexes: tuple[Index, ...]
    indexes_complete: bool
    """False where indexes may be added out of sight."""
    name_node: Node | None = None
    """Its key in the schema; None for a definition that isn't in a schema that can be read."""

    @property
    def fields(self) -> Mapping[str, Validator]:
        """The fields of its documents; of a union all that any variant has."""
        fields: dict[str, Validator] = {}
        for variant in self.document.object_variants():
            for name, validator in variant.fields.items():
                fields.setdefault(name, validator)
        return fields

    @property
    def fields_complete(self) -> bool:
        """Whether `fields` are all there are."""
        variants = self.document.object_variants()
        return bool(variants) and all(v.complete for v in variants) and self.document.complete

    def indexes_named(self, name: str) -> tuple[Index, ...]:
        """The indexes of that name (more than one only in broken or merged schemas)."""
        return tuple(index for index in self.indexes if index.name == name)


@dataclass(frozen=True, slots=True)
class Schema:
    """The tables that count for some files."""

    tables: Mapping[str, Table]
    complete: bool
    """Whether there are no further tables: no spread that couldn't be resolved."""
    file: CodeFile
    node: Node
    """The call of `defineSchema`."""
    strict: bool = True
    """False with `strictTableNameTypes: false` or `schemaValidation: false`."""

    def __iter__(self) -> Iterator[Table]:
        return iter(self.tables.values())


class Schemas:
    """The app's schema, its components' ones, and every `defineTable` of the project."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._for_folder: dict[tuple[str | None, int | None], Schema | None] = {}

    @cached_property
    def all(self) -> tuple[Schema, ...]:
        """Every `defineSchema` of the project's functions folder."""
        found: list[Schema] = []
        for file in self._project.server_files:
            if b"defineSchema" not in file.raw:
                continue
            for call in file.nodes("call_expression"):
                if _is_from_convex(self._project, file, call, "defineSchema"):
                    found.append(_read_schema(self._project, file, call))
        return tuple(found)

    @cached_property
    def tables(self) -> tuple[Table, ...]:
        """Every `defineTable` of the project, also where no schema that can be read names it."""
        named = {(t.file, t.node.id): t for schema in self.all for t in schema}
        found: list[Table] = []
        for file in self._project.server_files:
            if b"defineTable" not in file.raw and b".index(" not in file.raw:
                continue
            for call in file.nodes("call_expression"):
                if _is_from_convex(self._project, file, call, "defineTable"):
                    known = named.get((file, call.id))
                    found.append(known or _read_definition(self._project, file, call, "", None))
        return tuple(found)

    @cached_property
    def app(self) -> Schema | None:
        """The schema of the app itself, in whose tables its components have no part."""
        return _choose([s for s in self.all if self._project.component_of(s.file) is None], None)

    def for_file(self, file: CodeFile) -> Schema | None:
        """The schema that counts for a file: its component's, else the app's.

        Among the examples of a document the schema of the same code block counts; without one,
        those of the other blocks, merged and never complete.
        """
        component = self._project.component_of(file)
        key = (component, file.snippet)
        if key not in self._for_folder:
            near = [s for s in self.all if self._project.component_of(s.file) == component]
            self._for_folder[key] = _choose(near, file.snippet)
        return self._for_folder[key]


def _choose(schemas: list[Schema], snippet: int | None) -> Schema | None:
    if snippet is not None:
        own = [s for s in schemas if s.file.snippet == snippet]
        if not own and schemas:
            return replace(_merged(schemas), complete=False)
        schemas = own
    if not schemas:
        return None
    at_home = [s for s in schemas if s.file.path.rsplit("/", 1)[-1].startswith("schema.")]
    # Further schemas are test fixtures or libraries' own; the shallowest schema file counts.
    return min(at_home or schemas, key=lambda s: s.file.path.count("/"))


def _merged(schemas: list[Schema]) -> Schema:
    tables: dict[str, Table] = {}
    for schema in schemas:
        for table in schema:
            known = tables.get(table.name)
            if known is not None:
                table = replace(known, indexes=(*known.indexes, *table.indexes))
            tables[table.name] = table
    return replace(schemas[0], tables=tables)


def _is_from_convex(project: Project, file: CodeFile, call: Node, name: str) -> bool:
    """Whether a call is one of an imported (or, in pasted code, undeclared) convex function."""
    callee = syntax.callee(call)
    if callee is None:
        return False
    if callee.type == "identifier":
        text = syntax.text_of(callee)
        if text != name and file.names.resolve(callee) is None:
            return False
    elif syntax.member_name(callee) != name:
        return False
    target = project.follow(file, callee)
    if target.module is not None:
        return target.name == name
    is_global = target.binding is None and target.node == callee
    return is_global and callee.type == "identifier"


def _read_schema(project: Project, file: CodeFile, call: Node) -> Schema:
    tables: dict[str, Table] = {}
    given = project.follow(file, syntax.argument(call, 0))
    complete = True
    if given.file is None or given.node is None or given.node.type != "object":
        complete = False
    else:
        complete = _read_tables(project, given.file, given.node, tables, 0)
    options = syntax.argument(call, 1)
    strict = not any(
        syntax.text_of(syntax.object_member(options, name)) == "false"
        for name in ("strictTableNameTypes", "schemaValidation")
    )
    return Schema(tables, complete, file, call, strict)


def _read_tables(
    project: Project, file: CodeFile, literal: Node, tables: dict[str, Table], depth: int
) -> bool:
    """Read the members of an object of tables; False where some can't be read."""
    complete = depth <= _MAX_DEPTH
    for member in literal.named_children if complete else ():
        if member.type == "spread_element":
            spread = project.follow(file, member.named_children[0])
            complete = (
                spread.file is not None
                and spread.node is not None
                and spread.node.type == "object"
                and _read_tables(project, spread.file, spread.node, tables, depth + 1)
                and complete
            )
            continue
        key = syntax.field(member, "key") or member
        name = syntax.key_name(key)
        if member.type not in ("pair", "shorthand_property_identifier") or name is None:
            complete = complete and member.type == "comment"
            continue
        value = syntax.field(member, "value") or member
        tables[name] = _read_table(project, file, value, name, key)
    return complete


def _read_table(project: Project, file: CodeFile, value: Node, name: str, key: Node) -> Table:
    """A table by the expression that defines it: calls of `.index` around `defineTable`."""
    outer: list[Index] = []
    known_calls = True
    for _ in range(64):
        target: Target = project.follow(file, value)
        if target.file is None or target.node is None or target.node.type != "call_expression":
            break
        file, call = target.file, target.node
        if _is_from_convex(project, file, call, "defineTable"):
            table = _read_definition(project, file, call, name, key)
            own = {index.node.id for index in table.indexes}
            further = [index for index in reversed(outer) if index.node.id not in own]
            return replace(
                table,
                indexes=(*table.indexes, *further),
                indexes_complete=table.indexes_complete and known_calls,
            )
        index = _read_index(project, file, call, direct=False)
        if index is not None:
            outer.append(index)
        elif syntax.callee_name(call) != "withoutSystemFields":
            known_calls = False
        inner = syntax.receiver(call)
        if inner is None:
            break
        value = inner
    document = Validator("unknown", file, value, complete=False)
    return Table(name, file, value, document, tuple(reversed(outer)), False, key)


def _read_definition(
    project: Project, file: CodeFile, call: Node, name: str, key: Node | None
) -> Table:
    """A `defineTable(…)` with the indexes written directly behind it."""
    indexes: list[Index] = []
    complete = True
    node = call
    while True:
        parent = syntax.wrapped(node).parent
        outer = parent.parent if parent is not None else None
        if parent is None or parent.type != "member_expression" or outer is None:
            break
        if outer.type != "call_expression" or syntax.field(outer, "function") != parent:
            break
        index = _read_index(project, file, outer, direct=True)
        if index is not None:
            indexes.append(index)
        else:
            complete = False
        node = outer
    argument = syntax.argument(call, 0)
    document = (
        read_validator(project, file, argument)
        if argument is not None
        else Validator("unknown", file, call, complete=False)
    )
    return Table(name, file, call, document, tuple(indexes), complete, key)


def _read_index(project: Project, file: CodeFile, call: Node, *, direct: bool) -> Index | None:
    method = syntax.callee_name_node(call)
    kind = _INDEX_METHODS.get(syntax.text_of(method))
    if method is None or kind is None:
        return None
    name_node, second = syntax.argument(call, 0), syntax.argument(call, 1)
    options = second if second is not None and second.type == "object" else None
    staged = syntax.object_member(options, "staged")
    fields: tuple[str, ...] | None
    if kind == "index":
        listed = syntax.object_member(options, "fields") if options is not None else second
        fields = _names_in(project, file, listed)
    else:
        one = syntax.string_value(syntax.object_member(options, f"{_FIELD_OPTION[kind]}"))
        fields = None if one is None else (one,)
    filters = syntax.object_member(options, "filterFields")
    return Index(
        name=project.text(file, name_node),
        kind=kind,
        fields=fields,
        filter_fields=_names_in(project, file, filters) or (),
        staged=staged is not None and syntax.text_of(staged) != "false",
        file=file,
        node=call,
        method_node=method,
        name_node=name_node,
        direct=direct,
    )


_FIELD_OPTION = {"search": "searchField", "vector": "vectorField"}


def _names_in(project: Project, file: CodeFile, node: Node | None) -> tuple[str, ...] | None:
    if node is None:
        return None
    target = project.follow(file, node)
    if target.node is None or target.node.type != "array":
        return None
    names: list[str] = []
    for child in target.node.named_children:
        if child.type == "comment":
            continue
        name = syntax.string_value(child)
        if name is None:
            return None
        names.append(name)
    return tuple(names)
