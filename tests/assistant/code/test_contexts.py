"""Contexts and their parts, under whatever name."""

from __future__ import annotations

import pytest

from agents.finding import Confidence
from assistant.code.snippets import project_of_source

HEAD = 'import { query } from "./_generated/server";\n'


def _calls(code: str) -> list[tuple[str, str]]:
    project = project_of_source(code.encode(), "convex/a.ts")
    [file] = project.files
    return [(".".join(c.path), c.context.confidence.value) for c in project.contexts.calls(file)]


@pytest.mark.parametrize(
    "code",
    [
        "export const f = query(async (c) => { c.db.get(id); });",
        "export const f = query({ handler: async ({ db }) => { db.get(id); } });",
        "export const f = query({ handler: async (c) => { const { db: d } = c; d.get(id); } });",
        "export const f = query(async (c) => { const d = (c as any).db; d.get(id); });",
        "async function f(c: QueryCtx) { c.db.get(id); }",
        "async function f(c: GenericMutationCtx<DataModel>) { c.db!.get(id); }",
        "async function f({ db }: { db: DatabaseReader }) { db.get(id); }",
        "async function f(d: DatabaseWriter) { d['get'](id); }",
        "type Db = DatabaseReader; const f = async (d: Db) => d.get(id);",
        'async function f(d: QueryCtx["db"]) { d.get(id); }',
        "async function f(c: QueryCtx | MutationCtx) { const later = () => c.db.get(id); }",
    ],
)
def test_what_is_typed_or_a_handler_s_parameter_is_sure(code: str) -> None:
    assert _calls(HEAD + code) == [("db.get", "high")]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("async function f(ctx: any) { ctx.db.get(id); }", [("db.get", "medium")]),
        ("async function f({ ctx }) { ctx.db.get(id); }", [("db.get", "medium")]),
        ("class A { f() { this.ctx.db.get(id); } }", [("db.get", "medium")]),
        ("class A { f() { this.db.get(id); } }", [("db.get", "low")]),
        ("async function f(tools) { tools.db.get(id); }", [("db.get", "low")]),
        ("await ctx.db.get(id);", [("db.get", "medium")]),
    ],
)
def test_what_only_a_name_says_is_less_sure(code: str, expected: list[tuple[str, str]]) -> None:
    assert _calls(code) == expected


@pytest.mark.parametrize(
    "code",
    [
        'import { db } from "./drizzle"; db.get(id);',
        'import { drizzle } from "drizzle-orm"; const db = drizzle(url); db.get(id);',
        "const ctx = canvas.getContext('2d'); ctx.fill();",
        "for (const db of all) db.get(id);",
    ],
)
def test_other_databases_and_contexts_are_none(code: str) -> None:
    assert _calls(code) == []


def test_a_wrapped_context_or_database_still_is_one() -> None:
    code = HEAD + (
        "export const f = query({ handler: async (c) => {\n"
        "  const ctx = { ...c, user: 1 }; ctx.db.get(id);\n"
        "  const db = wrapDatabaseReader(c, c.db, rules); db.get(id);\n"
        "} });"
    )
    assert [path for path, _ in _calls(code)] == ["db.get", "db.get"]


def test_the_type_s_kinds_are_kept() -> None:
    project = project_of_source(b"function f(c: QueryCtx | ActionCtx) { c.x.y(); }", "convex/a.ts")
    [call] = project.contexts.calls(project.files[0])
    assert {kind.value for kind in call.context.kinds} == {"query", "action"}
    assert call.context.confidence is Confidence.HIGH
