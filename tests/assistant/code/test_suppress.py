"""Comment directives: ours and ESLint's."""

from __future__ import annotations

import pytest

from assistant.code.check import CheckOptions, check_source

COLLECT = 'await ctx.db.query("t").collect();'
SELECT = CheckOptions(select=("no-collect-in-query", "no-filter-in-query"))


def _found(code: str) -> list[tuple[int, str]]:
    report = check_source(code.encode(), filename="convex/a.ts", options=SELECT)
    return [(finding.span.line, finding.rule) for finding in report.findings]


@pytest.mark.parametrize(
    "code",
    [
        f"{COLLECT} // convexpert-ignore no-collect-in-query -- ten rows",
        f"// convexpert-ignore no-collect-in-query -- ten rows\n{COLLECT}",
        f"// convexpert-ignore no-collect-in-query\n// and a word more\n{COLLECT}",
        f"/* convexpert-ignore no-collect-in-query */ {COLLECT}",
        f"// convexpert-ignore-file no-collect-in-query -- a script\nf();\n{COLLECT}",
        f"{COLLECT} // eslint-disable-line @convex-dev/no-collect-in-query",
        f"// eslint-disable-next-line\n{COLLECT}",
        f"/* eslint-disable-next-line semi, @convex-dev/no-collect-in-query -- why */\n{COLLECT}",
        f"/* eslint-disable @convex-dev/no-collect-in-query */\nf();\n{COLLECT}",
        f"/* eslint-disable */ f(); /* eslint-enable semi */\n{COLLECT}",
        '// eslint-disable-next-line @convex-dev/no-collect-in-query\nawait ctx.db\n  .query("t")\n'
        "  .collect();",
    ],
)
def test_a_directive_silences_its_rule(code: str) -> None:
    assert _found(code) == []


@pytest.mark.parametrize(
    ("code", "line"),
    [
        (f"/* eslint-disable */\n/* eslint-enable */\n{COLLECT}", 3),
        (f"// eslint-disable-next-line @convex-dev/no-filter-in-query\n{COLLECT}", 2),
        (f"// eslint-disable-next-line no-console\n{COLLECT}", 2),
        (f"// eslint-disable\n{COLLECT}", 2),
        (f'const s = "// convexpert-ignore no-collect-in-query"; {COLLECT}', 1),
        (f"// convexpert-ignored no-collect-in-query\n{COLLECT}", 2),
    ],
)
def test_what_is_no_directive_for_it_silences_nothing(code: str, line: int) -> None:
    assert _found(code) == [(line, "no-collect-in-query")]


def test_a_directive_that_silences_nothing_is_told() -> None:
    code = "// convexpert-ignore no-collect-in-query, no-filter-in-query -- why\n" + COLLECT
    report = check_source(code.encode(), filename="convex/a.ts", options=SELECT)
    [finding] = report.findings
    assert (finding.rule, finding.severity) == ("unused-directive", "info")
    assert "`no-filter-in-query`" in finding.message


def test_a_name_that_is_no_rule_is_told() -> None:
    report = check_source(
        b"// convexpert-ignore no-such\nf();", filename="convex/a.ts", options=SELECT
    )
    assert [f.message for f in report.findings] == ["this directive names no rule: `no-such`"]


def test_a_rule_that_did_not_run_leaves_its_directive_alone() -> None:
    code = "// convexpert-ignore require-args-validator -- public on purpose\nf();"
    assert _found(code) == []


@pytest.mark.parametrize("word", ["convexpert-ignore", "convexpert-ignore-file"])
def test_a_directive_without_a_rule_silences_nothing_and_is_told(word: str) -> None:
    report = check_source(
        f"// {word} -- all of them\n{COLLECT}".encode(), filename="convex/a.ts", options=SELECT
    )
    assert [(f.span.line, f.rule) for f in report.findings] == [
        (1, "unused-directive"),
        (2, "no-collect-in-query"),
    ]
    assert report.findings[0].message == "this directive names no rule"


MANY_LINES = """
export const list = query({
  args: {},
  handler: async (ctx) => {
    // convexpert-ignore no-filter-in-query -- few rows
    const rows = await ctx.db
      .query("rows")
      .filter((q) =>
        q.eq(q.field("a"), 1),
      )
      .first();
    return rows;
  },
});
"""


def test_a_directive_reaches_all_lines_of_the_statement_below_it() -> None:
    assert _found(MANY_LINES) == []


def test_a_directive_above_a_function_does_not_reach_into_its_body() -> None:
    above = MANY_LINES.replace("    // convexpert-ignore no-filter-in-query -- few rows\n", "")
    above = above.replace("export", "// convexpert-ignore no-filter-in-query\nexport")
    assert _found(above) == [(2, "unused-directive"), (8, "no-filter-in-query")]
