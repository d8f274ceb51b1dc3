"""Tables, fields and indexes."""

from __future__ import annotations

from collections.abc import Callable

from agents.parse import parse_document
from assistant.code.project import Project
from assistant.code.schema import Table
from assistant.code.snippets import project_of_document
from assistant.code.validators import read_validator

MakeProject = Callable[[str], Project]


def test_tables_fields_and_all_kinds_of_indexes_are_read(make_project: MakeProject) -> None:
    project = make_project(
        """// convex/schema.ts
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";
export default defineSchema({
  posts: defineTable({
    author: v.id("users"), tags: v.array(v.string()), x: v.optional(v.number()),
  })
    .index("by_author", ["author", "x"])
    .index("later", { fields: ["x"], staged: true })
    .searchIndex("text", { searchField: "tags", filterFields: ["author"] })
    .vectorIndex("near", { vectorField: "x", dimensions: 3 }),
});
"""
    )
    schema = project.schema_for(project.files[0])
    assert schema is not None and schema.complete and schema.strict
    table = schema.tables["posts"]
    assert list(table.fields) == ["author", "tags", "x"] and table.fields_complete
    assert table.fields["author"].table == "users"
    assert table.fields["x"].optional and table.fields["x"].inner.kind == "number"
    found = [(i.name, i.kind, i.fields, i.staged) for i in table.indexes]
    assert found == [
        ("by_author", "index", ("author", "x"), False),
        ("later", "index", ("x",), True),
        ("text", "search", ("tags",), False),
        ("near", "vector", ("x",), False),
    ]
    assert table.indexes[2].filter_fields == ("author",) and table.indexes_complete


def test_imported_tables_spreads_and_later_indexes_are_followed(make_project: MakeProject) -> None:
    project = make_project(
        """// convex/schema.ts
import { defineSchema } from "convex/server";
import { users, chat } from "./tables";
import { authTables } from "@convex-dev/auth/server";
export default defineSchema({ ...authTables, ...chat, users: users.index("by_b", ["b"]) });
// convex/tables.ts
import { defineTable } from "convex/server";
import { v } from "convex/values";
const base = { a: v.string() };
export const users = defineTable({ ...base, b: v.string() }).index("by_a", ["a"]);
export const chat = { rooms: defineTable(v.union(v.object(base), v.object({ c: v.null() }))) };
"""
    )
    schema = project.schema_for(project.files[0])
    assert schema is not None and not schema.complete
    assert sorted(schema.tables) == ["rooms", "users"]
    assert [i.name for i in schema.tables["users"].indexes] == ["by_a", "by_b"]
    assert sorted(schema.tables["rooms"].fields) == ["a", "c"]


def test_what_cannot_be_read_is_not_complete(make_project: MakeProject) -> None:
    project = make_project(
        """// convex/schema.ts
import { defineSchema, defineTable } from "convex/server";
import { shape, Things } from "elsewhere";
export default defineSchema({ a: defineTable({ ...shape }), b: Things.table });
"""
    )
    schema = project.schema_for(project.files[0])
    assert schema is not None
    assert not schema.tables["a"].fields_complete
    assert not schema.tables["b"].indexes_complete


def test_a_component_has_its_own_schema(make_project: MakeProject) -> None:
    project = make_project(
        """// convex/schema.ts
import { defineSchema, defineTable } from "convex/server";
export default defineSchema({ outer: defineTable({}) });
// convex/part/convex.config.ts
import { defineComponent } from "convex/server";
export default defineComponent("part");
// convex/part/schema.ts
import { defineSchema, defineTable } from "convex/server";
export default defineSchema({ inner: defineTable({}) });
// convex/part/lib.ts
export {};
// convex/main.ts
export {};
"""
    )

    def tables(path: str) -> list[str]:
        file = project.file_at(path)
        schema = project.schema_for(file) if file else None
        return list(schema.tables) if schema else []

    assert tables("convex/part/lib.ts") == ["inner"]
    assert tables("convex/main.ts") == ["outer"]


def test_every_table_definition_is_seen_once(make_project: MakeProject) -> None:
    project = make_project(
        """// convex/schema.ts
import { defineSchema, defineTable as table } from "convex/server";
import * as server from "convex/server";
const other = server.defineTable({}).index("i", ["a"]);
export default defineSchema({ a: table({}) });
"""
    )
    found: list[Table] = sorted(project.schemas.tables, key=lambda t: t.node.start_byte)
    assert [(table.name, len(table.indexes)) for table in found] == [("", 1), ("a", 0)]


def test_examples_of_other_blocks_make_no_complete_schema() -> None:
    text = (
        "```ts\nimport { defineSchema, defineTable } from 'convex/server';\n"
        "export default defineSchema({ a: defineTable({}) });\n```\n\n"
        "```ts\nconst x = 1;\n```\n"
    )
    project = project_of_document(parse_document(text.encode()), "doc.md")
    own, other = (project.schema_for(file) for file in project.files)
    assert own is not None and own.complete
    assert other is not None and list(other.tables) == ["a"] and not other.complete


def test_validators_know_what_they_hold(make_project: MakeProject) -> None:
    project = make_project(
        """// convex/a.ts
import { v } from "convex/values";
import { shared } from "./b";
export const args = { id: v.id("t"), deep: v.array(v.object({ any: v.any() })), ...shared.fields };
// convex/b.ts
import { v } from "convex/values";
export const shared = v.object({ kind: v.union(v.literal("x"), v.literal("y")) });
"""
    )
    file = project.files[0]
    value = project.exported(file, "args")
    validator = read_validator(project, file, value.node)
    assert sorted(validator.fields) == ["deep", "id", "kind"] and validator.complete
    assert [one.kind for one in validator.walk()].count("any") == 1
    assert [one.literal for one in validator.fields["kind"].members] == ['"x"', '"y"']
