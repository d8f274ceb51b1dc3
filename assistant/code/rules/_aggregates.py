"""Aggregates over tables (`@convex-dev/aggregate`): where they are, and what keeps them in step."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from assistant.code import syntax
from assistant.code.builders import Provenance
from assistant.code.row_tables import RowTables

if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.code.functions import RegisteredFunction
    from assistant.code.modules import CodeFile
    from assistant.code.project import Project
    from assistant.code.reach import Unit

_PACKAGE = "@convex-dev/aggregate"
_TABLE_NAME = re.compile(r"\bTableName\s*:\s*[\"'](\w+)[\"']")
_LAST_NAME = re.compile(r"[\"'](\w+)[\"']\s*>?\s*$")
_CHANGES = frozenset(
    {
        "clear",
        "clearAll",
        "delete",
        "deleteIfExists",
        "insert",
        "insertIfDoesNotExist",
        "replace",
        "replaceOrInsert",
    }
)
_MADE_KINDS = frozenset({*syntax.FUNCTION_KINDS, "call_expression", "object"})
_MAX_DEPTH = 3


@dataclass(frozen=True, eq=False)
class TableAggregate:
    """One `new TableAggregate(…)`."""

    name: str
    """The variable that holds it."""
    table: str
    file: CodeFile
    node: Node
    """The `new` expression."""
    fields: frozenset[str] | None
    """The fields that its key, namespace and sum depend on; None where that can't be read."""


class Aggregates:
    """The table aggregates of a project; ask with `project.once(Aggregates)`."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._kept: dict[RegisteredFunction, frozenset[TableAggregate]] = {}
        self._later: dict[TableAggregate, bool] = {}

    @cached_property
    def all(self) -> tuple[TableAggregate, ...]:
        """Every aggregate over a table whose name can be read."""
        return tuple(self._find())

    def _find(self) -> Iterator[TableAggregate]:
        for file in self._project.server_files:
            if b"TableAggregate" not in file.raw:
                continue
            for node in file.nodes("new_expression"):
                made = self._project.follow(file, syntax.callee(node))
                if made.module != _PACKAGE or made.name != "TableAggregate":
                    continue
                types = self._types(file, syntax.field(node, "type_arguments"))
                table = _TABLE_NAME.search(types) or _LAST_NAME.search(types)
                parent = syntax.wrapped(node).parent
                name = syntax.text_of(syntax.field(parent, "name"))
                if table is not None:
                    fields = self._fields(file, syntax.argument(node, 1))
                    yield TableAggregate(name or "aggregate", table[1], file, node, fields)

    def _types(self, file: CodeFile, arguments: Node | None) -> str:
        """The text of type arguments; of a type that the file names, what it is short for."""
        text = syntax.text_of(arguments)
        name = text.strip("<> \n\t")
        for node in file.nodes("type_alias_declaration") if name.isidentifier() else ():
            if syntax.text_of(syntax.field(node, "name")) == name:
                return syntax.text_of(syntax.field(node, "value"))
        return text

    def _fields(self, file: CodeFile, options: Node | None) -> frozenset[str] | None:
        """The fields of a document that an aggregate's functions read."""
        if options is None or options.type != "object" or syntax.object_spreads(options):
            return None
        found: set[str] = set()
        for _, value in syntax.object_members(options):
            function = syntax.unwrap(value)
            if function is None or function.type not in syntax.FUNCTION_KINDS:
                return None
            given = syntax.parameters(function)
            if not given:
                continue
            pattern = syntax.parameter_pattern(given[0])
            if pattern.type == "object_pattern":
                picked = [_picked(child) for child in pattern.named_children]
                found |= {name for name in picked if name is not None}
                if None in picked:
                    return None
                continue
            binding = file.names.resolve(pattern) if pattern.type == "identifier" else None
            if binding is None:
                return None
            for use in file.names.uses(binding):
                outer = syntax.wrapped(use).parent
                name = syntax.member_name(outer) if outer is not None else None
                if name is None:
                    return None
                found.add(name)
        return frozenset(found)

    def kept_by(self, function: RegisteredFunction) -> frozenset[TableAggregate]:
        """The aggregates that a function changes, or may change, wherever it gets to."""
        known = self._kept.get(function)
        if known is None:
            known = self._kept[function] = frozenset(self._find_kept(function))
        return known

    def takes_rows_later(self, aggregate: TableAggregate) -> bool:
        """Whether rows come into an aggregate by a change alone: the players who have finished.

        Then no function that inserts rows changes it, and one that patches them inserts there.
        """
        known = self._later.get(aggregate)
        if known is None:
            known = self._later[aggregate] = self._takes_rows_later(aggregate)
        return known

    def _takes_rows_later(self, aggregate: TableAggregate) -> bool:
        reach, tables = self._project.reach, self._project.once(RowTables)
        comes_by_change = False
        for file in self._project.server_files:
            for call in self._project.contexts.calls(file):
                is_patch = call.path == ("db", "patch")
                if not is_patch and call.path != ("db", "insert"):
                    continue
                if tables.of_written(file, call.node) != aggregate.table:
                    continue
                unit = reach.unit_of(file, call.node)
                if is_patch:
                    comes_by_change |= self._inserts(unit, aggregate)
                elif any(aggregate in self.kept_by(r.function) for r in reach.reached_from(unit)):
                    return False
        return comes_by_change

    def _inserts(self, unit: Unit, aggregate: TableAggregate) -> bool:
        """Whether a unit puts a row into an aggregate, on a condition."""
        return any(
            syntax.callee_name(call) in ("insert", "insertIfDoesNotExist")
            and any(outer.type == "if_statement" for outer in syntax.ancestors(call))
            and aggregate in self._changed(unit, call)
            for call in self._project.reach.call_nodes_of(unit)
        )

    def _find_kept(self, function: RegisteredFunction) -> Iterator[TableAggregate]:
        if self._may_have_triggers(function):
            yield from self.all
            return
        for unit in self._units(function):
            if b"wrapDB" in (unit.node.text or b""):
                yield from self.all
                return
            for call in self._project.reach.call_nodes_of(unit):
                yield from self._changed(unit, call)

    def _units(self, function: RegisteredFunction) -> Iterator[Unit]:
        """What a function runs, other functions' handlers that it calls like helpers as well."""
        reach = self._project.reach
        for unit in reach.reached_by(function, runs=True):
            yield unit
            for site in reach.calls_of(unit):
                if site.target.function is not None:
                    yield site.target

    def _changed(self, unit: Unit, call: Node) -> Iterator[TableAggregate]:
        owner = syntax.receiver(call)
        if owner is None or syntax.callee_name(call) not in _CHANGES:
            return
        given = self._project.contexts.path_of(unit.file, syntax.argument(call, 0))
        if given is None or given.path:
            return
        target = self._project.follow(unit.file, owner)
        for aggregate in self.all:
            # What can't be followed, such as an element of a list, may be any of them.
            is_opaque = target.node is None or target.node.type != "new_expression"
            if is_opaque or target.node == aggregate.node:
                yield aggregate

    def _may_have_triggers(self, function: RegisteredFunction) -> bool:
        """Whether the builder wraps the database so that writes call triggers, or can't be read."""
        builder = function.builder
        if builder.provenance is Provenance.BY_NAME or builder.base is Provenance.BY_NAME:
            return not function.project.is_snippet
        return any(self._wraps(layer.file, layer.node) for layer in builder.layers)

    def _wraps(self, file: CodeFile, node: Node, depth: int = 0) -> bool:
        """Whether a layer wraps the database, by itself or through a function that it names."""
        if b"wrapDB" in (node.text or b""):
            return True
        if depth >= _MAX_DEPTH:
            return False
        for name in syntax.descendants(node, "identifier", "shorthand_property_identifier"):
            target = self._project.follow(file, name)
            made = target.node
            if made is None or target.file is None or made.type not in _MADE_KINDS:
                continue
            is_elsewhere = target.file is not file or not syntax.is_inside(made, node)
            if is_elsewhere and self._wraps(target.file, made, depth + 1):
                return True
        return False


def _picked(member: Node) -> str | None:
    """The field that a part of `({ weight, poll: p }) =>` picks; None for a rest."""
    if member.type == "rest_pattern":
        return None
    key = syntax.field(member, "key") or syntax.field(member, "left") or member
    return syntax.key_name(key)
