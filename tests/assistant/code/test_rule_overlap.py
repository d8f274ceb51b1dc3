"""Two rules that see the same thing: only one of them is shown."""

from __future__ import annotations

from assistant.code.check import CheckOptions, check_source

WHOLE_TABLE = b"""
import { query } from "./_generated/server";
export const all = query({ args: {}, handler: async (ctx) => ctx.db.query("rows").collect() });
"""
UNRANGED_LOOP = b"""
import { query } from "./_generated/server";
export const sum = query({
  args: {},
  handler: async (ctx) => {
    let sum = 0;
    for await (const row of ctx.db.query("rows")) sum += row.weight;
    return sum;
  },
});
"""
BOTH = ("no-collect-in-query", "unindexed-query")


def _rules(source: bytes, *select: str) -> list[str]:
    report = check_source(source, filename="convex/rows.ts", options=CheckOptions(select=select))
    return [finding.rule for finding in report.findings]


def test_a_collected_table_is_shown_once() -> None:
    assert _rules(WHOLE_TABLE, *BOTH) == ["no-collect-in-query"]


def test_a_rule_that_yields_speaks_where_the_other_one_is_switched_off() -> None:
    assert _rules(WHOLE_TABLE, "unindexed-query") == ["unindexed-query"]


def test_a_rule_that_yields_speaks_where_the_other_one_has_nothing_to_say() -> None:
    assert _rules(UNRANGED_LOOP, *BOTH) == ["unindexed-query"]


def test_silencing_the_shown_rule_does_not_bring_up_the_other() -> None:
    silenced = WHOLE_TABLE.replace(b"export", b"// convexpert-ignore no-collect-in-query\nexport")
    assert _rules(silenced, *BOTH) == []
