"""Findings for build servers: commands of GitHub Actions, and JUnit XML."""

from __future__ import annotations

from xml.etree import ElementTree

from agents.finding import DocumentedBy, Finding, Severity
from agents.location import Span
from agents.reporters import FindingsReport, Look, reporter

ITEM = DocumentedBy("expert", 2, 7, "Never <filter> & sort")
FINDINGS = (
    Finding("one", Severity.ERROR, "a,b:c.ts", Span(2, 3, 2, 9), "100%\r\n::error::<b> & \x1b[31m"),
    Finding(
        "two", Severity.WARNING, "z.ts", Span(1, 4, 3, 2), "`x`", "do y", documented_by=(ITEM,)
    ),
    Finding("three", Severity.INFO, "z.ts", Span(9, 1, 9, 2), "an \ufffe info"),
)
REPORT = FindingsReport(FINDINGS, 4)


def test_github_is_given_one_escaped_command_a_finding() -> None:
    look = Look(safe=lambda text: text.replace("\x1b", "\\x1b"))
    assert reporter("github")(REPORT, look).split("\n") == [
        "::error file=a%2Cb%3Ac.ts,line=2,endLine=2,col=3,endColumn=9,title=one"
        "::100%25%0D%0A::error::<b> & \\x1b[31m",
        "::warning file=z.ts,line=1,endLine=3,title=two::`x`; do y",
        "::notice file=z.ts,line=9,endLine=9,col=1,endColumn=2,title=three::an \ufffe info",
        "1 error, 1 warning, 1 info in 4 files",
    ]


def test_junit_fails_a_test_for_each_error_and_warning() -> None:
    root = ElementTree.fromstring(reporter("junit")(REPORT, Look()))
    assert root.attrib == {"name": "convexpert", "tests": "3", "failures": "2"}
    assert [(s.get("name"), s.get("tests"), s.get("failures")) for s in root] == [
        ("a,b:c.ts", "1", "1"),
        ("z.ts", "2", "1"),
    ]
    two, three = root[1]
    assert (two.get("name"), two.get("classname")) == ("two 1:4", "z.ts")
    assert two[0].attrib == {"message": "`x`", "type": "warning"}
    assert (two[0].text or "").splitlines() == [
        "z.ts:1:4 warning `x`",
        "hint: do y",
        "asked for by expert@2:7 Never <filter> & sort",
    ]
    assert [child.tag for child in three] == ["system-out"]


def test_junit_shows_characters_that_xml_cannot_hold() -> None:
    root = ElementTree.fromstring(reporter("junit")(REPORT, Look()))
    assert "\\x1b[31m" in (root[0][0][0].text or "")
    assert "an \\xfffe info" in (root[1][1][0].text or "")


def test_junit_has_a_passed_test_where_nothing_is_found() -> None:
    root = ElementTree.fromstring(reporter("junit")(FindingsReport((), 2), Look()))
    assert root.attrib == {"name": "convexpert", "tests": "1", "failures": "0"}
    assert root[0][0].get("name") == "nothing found in 2 files"
