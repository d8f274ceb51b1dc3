"""Database queries as values, followed to where their rows are read."""

from __future__ import annotations

from assistant.code.queries import DbQuery
from assistant.code.snippets import project_of_source


def _queries(body: str, rest: str = "") -> list[DbQuery]:
    code = (
        'import { query } from "./_generated/server";\n'
        f"export const f = query({{ handler: async (ctx, args) => {{ {body} }} }});\n{rest}"
    )
    return list(project_of_source(code.encode(), "convex/a.ts").queries)


def _steps(query: DbQuery) -> list[str]:
    return [step.name for step in query.steps]


def test_a_plain_chain_is_read_whole() -> None:
    [query] = _queries(
        'await ctx.db.query("t").withIndex("by_a", (q) => q.eq("a", 1).gt("b", 2))'
        '.filter((q) => q.eq(q.field("c"), 3)).order("desc").take(5);'
    )
    assert query.table == "t"
    assert _steps(query) == ["withIndex", "filter", "order", "take"]
    assert query.reads == "take" and len(query.filters) == 1
    assert query.index is not None and query.index.name == "by_a"
    ops = [(op.method, op.field) for op in query.index.range.ops]
    assert ops == [("eq", "a"), ("gt", "b")]
    assert query.index.range.exact and query.restricted and query.bounded_by_equality


def test_an_index_without_a_range_restricts_nothing() -> None:
    [query] = _queries('await ctx.db.query("t").withIndex("by_a").collect();')
    assert query.index is not None and not query.restricted


def test_a_range_that_branches_is_not_exact() -> None:
    [query] = _queries(
        'ctx.db.query("t").withIndex("i", (q) => { const base = q.eq("a", 1);'
        ' return args.b ? base.eq("b", args.b) : base; }).collect();'
    )
    assert query.index is not None and not query.index.range.exact
    assert query.index.range.equalities == ("a", "b")


def test_each_way_on_of_a_variable_is_a_query() -> None:
    found = _queries(
        'const base = ctx.db.query("t"); const a = base.order("asc"); '
        "await a.first(); await base.filter(f).collect();"
    )
    assert [_steps(query) for query in found] == [["order", "first"], ["filter", "collect"]]


def test_reassignments_gather_and_branches_are_marked() -> None:
    [query] = _queries(
        'let q = ctx.db.query("t"); q = q.order("desc"); if (args.x) { q = q.filter(f); } '
        "return await q.collect();"
    )
    assert [(step.name, step.conditional) for step in query.steps] == [
        ("order", False),
        ("filter", True),
        ("collect", False),
    ]


def test_alternatives_of_a_ternary_are_queries_of_their_own() -> None:
    found = _queries(
        'const q = args.x ? ctx.db.query("t").withIndex("i", (r) => r.eq("a", 1)) '
        ': ctx.db.query("t"); return q.collect();'
    )
    assert [_steps(query) for query in found] == [["withIndex", "collect"], ["collect"]]


def test_helpers_that_take_or_return_a_query_are_followed() -> None:
    found = _queries(
        "const mine = byOwner(ctx).take(3); return drain(ctx.db.query('u'));",
        "function byOwner(c) { return c.ctx.db.query('t').withIndex('i', (q) => q.eq('o', 1)); }\n"
        "async function drain(rows) { return await rows.collect(); }",
    )
    assert {query.table: _steps(query) for query in found} == {
        "t": ["withIndex", "take"],
        "u": ["collect"],
    }


def test_the_filter_of_convex_helpers_is_no_db_filter() -> None:
    code = (
        'import { filter } from "convex-helpers/server/filter";\n'
        'const f = async (ctx: QueryCtx) => filter(ctx.db.query("t"), (x) => x.a).collect();'
    )
    [query] = project_of_source(code.encode(), "convex/a.ts").queries
    assert _steps(query) == ["helpers.filter", "collect"] and query.filters == ()


def test_what_gets_out_of_sight_says_so() -> None:
    [query] = _queries('return unknown(ctx.db.query("t"));')
    assert query.escapes and query.terminal is None


def test_a_loop_over_a_query_reads_it() -> None:
    [query] = _queries('for await (const row of ctx.db.query("t")) use(row);')
    assert query.reads == "for await"


def test_the_variable_of_the_result_is_known() -> None:
    [query] = _queries('const rows = await ctx.db.query("t").collect(); return rows.length;')
    assert query.result is not None and query.result.name == "rows"


def test_code_that_forks_without_end_is_given_up() -> None:
    body = 'let q = ctx.db.query("t"); ' + "const r = q.filter(a); r.collect(); " * 500
    assert 0 < len(_queries(body)) <= 400
