"""Rows are looked up by an id of another table, and no index begins with that field.

Why: such a look-up reads the whole table to find the few rows that refer to one document. An index
on the field makes it a read of just these.
Silent when: nothing looks rows up by the field, an index that the look-up could use has it in a
later place, the table's indexes can't be read, or only migrations and seeds look rows up by it.

Bad:
    // convex/schema.ts
    import { defineSchema, defineTable } from "convex/server";
    import { v } from "convex/values";

    export default defineSchema({
      albums: defineTable({ title: v.string() }),
      songs: defineTable({ album: v.id("albums"), title: v.string() }),
    });
    // convex/songs.ts
    import { query } from "./_generated/server";
    import { v } from "convex/values";

    export const onAlbum = query({
      args: { album: v.id("albums") },
      handler: async (ctx, { album }) => {
        const songs = await ctx.db.query("songs").take(500);
        return songs.filter((song) => song.album === album);
      },
    });
Good:
    // convex/schema.ts
    import { defineSchema, defineTable } from "convex/server";
    import { v } from "convex/values";

    export default defineSchema({
      albums: defineTable({ title: v.string() }),
      songs: defineTable({ album: v.id("albums"), title: v.string() })
        .index("by_album", ["album"]),
    });
    // convex/songs.ts
    import { query } from "./_generated/server";
    import { v } from "convex/values";

    export const onAlbum = query({
      args: { album: v.id("albums") },
      handler: async (ctx, { album }) =>
        await ctx.db
          .query("songs")
          .withIndex("by_album", (q) => q.eq("album", album))
          .take(500),
    });

Intent:
    index & foreign | reference | relationship | relation | id field | v.id | join | parent id |
    ids;
    index & frequently | commonly | often & field | query | looked up | column & not @multi;
    @every & index & field & query | looked up | filter & not order;
    relationship | relation | foreign | relate & id | reference | key & not string;
    index & essential | crucial | critical & performance | query;
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.finding import Severity
from assistant.code import syntax
from assistant.code.modules import CodeFile
from assistant.code.project import Project
from assistant.code.queries import DbQuery
from assistant.code.rule import Report, Rule
from assistant.code.rules._equalities import array_filters, of_callback, of_filter
from assistant.code.rules._rows import rows_of
from assistant.code.rules._tables import known_table
from assistant.code.rules._words import words_of
from assistant.code.schema import Table
from assistant.code.validators import Validator

if TYPE_CHECKING:
    from tree_sitter import Node


_ONCE = frozenset({"backfill", "backfills", "migrate", "migration", "migrations", "seed", "seeds"})


@dataclass(frozen=True, slots=True)
class _Lookup:
    """A query that looks for the rows with a certain value in a field."""

    query: DbQuery
    table: Table
    field: str
    others: frozenset[str]
    """The further fields that the query compares."""


def check(project: Project) -> Iterator[Report]:
    """Report the reference fields by which the project's queries look rows up without an index."""
    reported: set[tuple[int, str]] = set()
    for lookup in _lookups(project):
        key = (id(lookup.table), lookup.field)
        validator = lookup.table.fields.get(lookup.field)
        if key in reported or validator is None or _target(validator) is None:
            continue
        if lookup.table.indexes_complete and not _is_served(lookup):
            reported.add(key)
            yield _report(lookup, validator)


def _lookups(project: Project) -> Iterator[_Lookup]:
    for query in project.queries:
        if _runs_once(query.file):
            continue
        table = known_table(project, query.file, query.table)
        if table is None or any(index.fields is None for index in table.indexes):
            continue
        in_range = query.index.range.equalities if query.index is not None else ()
        for fields in _comparisons(project, query):
            for field in fields:
                yield _Lookup(query, table, field, frozenset({*in_range, *fields} - {field}))


def _runs_once(file: CodeFile) -> bool:
    """Whether a file says that its code is run by hand, and for no user: an index isn't for it."""
    return not _ONCE.isdisjoint(words_of(file.path))


def _comparisons(project: Project, query: DbQuery) -> Iterator[list[str]]:
    """The fields that each filter of a query, or of its rows, compares with a value."""
    for step in query.filters:
        yield [one.field for one in of_filter(project, step.file, step.argument(0))]
    last = query.terminal
    if last is not None and last.name in ("collect", "take"):
        for _, callback in array_filters(rows_of(last.file, last.node).uses):
            yield [one.field for one in of_callback(project, last.file, callback)]


def _is_served(lookup: _Lookup) -> bool:
    """Whether an index could serve the look-up: the field first, or behind compared ones."""
    for index in lookup.table.indexes:
        fields = index.fields or ()
        if index.kind == "index" and lookup.field in fields:
            before = set(fields[: fields.index(lookup.field)])
            if before <= lookup.others:
                return True
    return False


def _target(validator: Validator) -> str | None:
    """The table whose ids a field holds, if it holds one id or none."""
    inner = validator.inner
    if inner.kind == "id":
        return inner.table
    if inner.kind in ("union", "nullable"):
        ids = [member.inner for member in inner.members if member.inner.kind == "id"]
        rest = [m for m in inner.members if m.inner.kind not in ("id", "null")]
        return ids[0].table if len(ids) == 1 and not rest else None
    return None


def _report(lookup: _Lookup, validator: Validator) -> Report:
    table, field = lookup.table, lookup.field
    file, node = _place(table, validator)
    origin = lookup.query.file
    where = f"{origin.origin.display}:{origin.span(lookup.query.root).line}"
    return RULE.at(
        file,
        node,
        f"`{table.name}` is looked up by `{field}` ({where}), and no index begins with it",
        hint=f'add `.index("by_{field}", ["{field}"])`, or an index that begins with `{field}`',
        confidence=lookup.query.context.confidence,
    )


def _place(table: Table, validator: Validator) -> tuple[CodeFile, Node]:
    """The field's key; where its validator is kept in a name, the table's."""
    for outer in syntax.ancestors(validator.node):
        if outer.type == "pair":
            key = syntax.field(outer, "key")
            if key is not None:
                return validator.file, key
        if outer.type not in ("as_expression", "parenthesized_expression", "non_null_expression"):
            break
    return table.file, syntax.callee_name_node(table.node) or table.node


RULE = Rule(
    id="missing-reference-index",
    severity=Severity.INFO,
    category="reading",
    check_project=check,
)
