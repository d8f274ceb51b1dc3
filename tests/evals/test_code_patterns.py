from __future__ import annotations

import pytest

from evals.code_patterns import CodePattern, readable, tokens_of

CODE = """\
// ctx.db.query("secret").collect()
export const list = query({
  handler: async (ctx) => {
    /* runAfter( */
    const url = "https://example.com/a"; // not .paginate(
    return await ctx.db
      .query('tasks')
      .withIndex("by_owner", (q) => q.eq("owner", me),)
      .take(20);
  },
});
"""


def holds(*ways: str) -> bool:
    return CodePattern(ways).found_in(tokens_of({"convex/tasks.ts": CODE}))


@pytest.mark.parametrize(
    "pattern",
    [
        'ctx.db.query("tasks")',
        "ctx.db . query ( `tasks` )",
        ".withIndex('by_owner' * q.eq('owner', me))",
        "query({ * .take(20)",
        "with* ('by_owner'",
        "https://example.com/a",
    ],
)
def test_white_space_quotes_and_trailing_commas_do_not_count(pattern: str) -> None:
    assert holds(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        ".collect()",
        "runAfter(",
        ".paginate(",
        "task",
        "internalQuery",
        ".take(20) * ctx.db",
        "take(2",
    ],
)
def test_comments_parts_of_names_and_another_order_are_not_found(pattern: str) -> None:
    assert not holds(pattern)


def test_one_of_several_ways_is_enough() -> None:
    assert holds(".collect()", ".take(20)")


def test_a_gap_ends_and_is_measured_from_the_nearest_place() -> None:
    far = {"a.ts": "start(" + "x;" * 300 + "end("}
    near = {"a.ts": "start(" + "x;" * 300 + "start( end("}
    pattern = CodePattern(("start( * end(",))
    assert not pattern.found_in(tokens_of(far))
    assert pattern.found_in(tokens_of(near))


def test_pieces_have_to_stand_in_one_file() -> None:
    files = tokens_of({"a.ts": "first();", "b.ts": "second();"})
    assert not CodePattern(("first( * second(",)).found_in(files)


@pytest.mark.parametrize(("pattern", "is_one"), [("a * b", True), (" * b", False), ("x" * 3, True)])
def test_a_pattern_is_made_of_pieces(pattern: str, is_one: bool) -> None:
    assert readable(pattern) is is_one
    assert not readable("a " * 61)


def test_matching_takes_time_in_proportion_to_the_code() -> None:
    files = tokens_of({"a.ts": "a(" * 20_000})
    assert not CodePattern(("a( * a( * a( * a( * a( * b(",)).found_in(files)
