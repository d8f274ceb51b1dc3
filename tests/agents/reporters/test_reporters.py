"""Findings as text and as JSON."""

from __future__ import annotations

import json

import pytest

from agents.finding import Confidence, DocumentedBy, Edit, Finding, Severity
from agents.location import Span
from agents.reporters import FORMATS, FindingsReport, Look, reporter

SOURCE = "const a = 1;\n\t\tawait ctx.db.query('日本').filter(f);\n".encode()
ITEMS = tuple(DocumentedBy("expert", 2, line, f"Never filter, says {line}.") for line in (67, 5, 9))
FINDING = Finding(
    rule="no-filter-in-query",
    severity=Severity.WARNING,
    file="convex/a.ts",
    span=Span(2, 28, 2, 34),
    message="`.filter` reads every row",
    hint="add an index",
    confidence=Confidence.LOW,
    documented_by=ITEMS,
    edits=(Edit(0, 1, ""),),
)
OTHER = Finding("plain-error", Severity.ERROR, "convex/a.ts", Span(1, 1, 2, 3), "a \x1b[31mred one")
REPORT = FindingsReport((OTHER, FINDING), 3, (ITEMS[0],), {"convex/a.ts": SOURCE})


def test_text_shows_the_code_underlined_and_who_asks_for_it() -> None:
    assert reporter("text")(REPORT, Look(safe=lambda text: text.replace("\x1b", "\\x1b"))) == (
        "convex/a.ts\n"
        "  1:1  error  a \\x1b[31mred one  [plain-error]\n"
        "    1 | const a = 1;\n"
        "      | ^^^^^^^^^^^^\n"
        "  2:28  warning  `.filter` reads every row  [no-filter-in-query, low confidence]\n"
        "    2 |     await ctx.db.query('日本').filter(f);\n"
        "      |                                ^^^^^^\n"
        "      = hint: add an index\n"
        "      = asked for by expert@2:67 “Never filter, says 67.”\n"
        "      = asked for by expert@2:5 “Never filter, says 5.”\n"
        "      = and by 1 more item\n"
        "\n"
        "1 error, 1 warning in 3 files; 1 item of the documents needs review, no rule decides them"
    )


def test_colour_is_used_only_when_asked_for() -> None:
    assert "\x1b[" not in reporter("text")(FindingsReport((FINDING,), 1), Look())
    assert "\x1b[1;33mwarning" in reporter("text")(FindingsReport((FINDING,), 1), Look(colour=True))


def test_long_lines_are_cut_to_the_width() -> None:
    source = b"f(" + b"x" * 500 + b")"
    finding = Finding("r", Severity.INFO, "a.ts", Span(1, 1, 1, 2), "m")
    text = reporter("text")(FindingsReport((finding,), 1, (), {"a.ts": source}), Look(width=40))
    assert max(map(len, text.splitlines())) < 60


def test_nothing_found_is_said() -> None:
    assert reporter("text")(FindingsReport((), 1), Look()) == "nothing found in 1 file"


def test_json_has_the_keys_of_the_contract() -> None:
    document = json.loads(reporter("json")(REPORT, Look()))
    assert document["summary"] == {"files": 3, "errors": 1, "warnings": 1, "infos": 0}
    assert document["review"] == [
        {"agent": "expert", "version": 2, "line": 67, "text": "Never filter, says 67."}
    ]
    second = document["findings"][1]
    assert second.pop("documented_by")[1]["line"] == 5
    assert second == {
        "rule": "no-filter-in-query",
        "severity": "warning",
        "confidence": "low",
        "file": "convex/a.ts",
        "line": 2,
        "column": 28,
        "end_line": 2,
        "end_column": 34,
        "message": "`.filter` reads every row",
        "hint": "add an index",
        "fixable": True,
    }


def test_each_format_is_found_by_its_name() -> None:
    assert all(callable(reporter(name)) for name in FORMATS)
    with pytest.raises(KeyError):
        reporter("../text")


def test_the_items_shown_say_by_themselves_what_to_do() -> None:
    items = (
        DocumentedBy("expert", 1, 3, "Which index serves each list?"),
        DocumentedBy("expert", 1, 5, "Filters in queries | 0 | 0"),
        DocumentedBy("expert", 1, 9, "Never filter a query."),
        DocumentedBy("other", 1, 2, "Filter by an index."),
    )
    finding = Finding("r", Severity.INFO, "a.ts", Span(1, 1, 1, 2), "m", documented_by=items)
    text = reporter("text")(FindingsReport((finding,), 1), Look())
    assert "expert@1:9 “Never" in text
    assert "other@1:2 “Filter" in text
    assert "and by 2 more items" in text
