"""Which mends are applied together, and what stays of the file around them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from agents.finding import Edit, Finding, Severity
from agents.location import Span
from agents.mending import mended
from agents.reporters import NotFixed
from assistant.code.check import CheckOptions, CheckReport
from assistant.code.fix import fix_paths

FINDING = Finding("r", Severity.ERROR, "a.ts", Span(1, 1, 1, 2), "m")


def _with(*edits: Edit) -> Finding:
    return replace(FINDING, edits=edits)


def test_a_finding_that_touches_an_earlier_one_waits_with_all_its_edits() -> None:
    first, second = _with(Edit(0, 1, "X")), _with(Edit(0, 2, "YY"), Edit(4, 5, "Z"))
    assert mended(b"abcdef", [first, second]) == (b"Xbcdef", [first])
    assert mended(b"abcdef", [second, first]) == (b"YYcdZf", [second])


def test_two_insertions_at_one_place_are_not_made_at_once() -> None:
    one, other = _with(Edit(2, 2, "x, ")), _with(Edit(2, 2, "x, "), Edit(5, 6, "x"))
    assert mended(b"abcdef", [one, other]) == (b"abx, cdef", [one])


def test_edits_beside_each_other_are_all_made() -> None:
    both = [_with(Edit(0, 3, "1")), _with(Edit(3, 6, "2"))]
    assert mended(b"abcdef", both) == (b"12", both)


def test_edits_that_contradict_themselves_or_leave_the_file_are_not_made() -> None:
    wrong = [
        _with(Edit(0, 3, "x"), Edit(2, 4, "y")),
        _with(Edit(5, 7, "x")),
        _with(Edit(3, 2, "x")),
        _with(Edit(-1, 2, "x")),
    ]
    assert mended(b"abcdef", wrong) == (b"abcdef", [])


def test_line_breaks_and_the_mark_stay_as_they_are() -> None:
    source = b"\xef\xbb\xbfa;\r\nb;\r\n"
    result, _ = mended(source, [_with(Edit(0, 0, "import x;\n"))])
    assert result == b"\xef\xbb\xbfimport x;\r\na;\r\nb;\r\n"
    assert mended(b"a;\r\nb;\n", [_with(Edit(0, 0, "c;\n"))])[0] == b"c;\na;\r\nb;\n"


@st.composite
def _edits(draw: st.DrawFn) -> Edit:
    start = draw(st.integers(0, 20))
    return Edit(start, start + draw(st.integers(0, 5)), draw(st.text("XYZ", max_size=3)))


@given(st.lists(st.lists(_edits(), min_size=1, max_size=3), max_size=6))
def test_all_that_no_edit_names_stays_and_findings_are_mended_whole(
    groups: list[list[Edit]],
) -> None:
    source = b"abcdefghijklmnopqrst"
    findings = [_with(*edits) for edits in groups]
    result, applied = mended(source, findings)
    made = [edit for finding in applied for edit in finding.edits]
    replaced = {place for edit in made for place in range(edit.start, edit.end)}
    assert len(replaced) == sum(edit.end - edit.start for edit in made)
    kept = bytes(byte for place, byte in enumerate(source) if place not in replaced)
    assert bytes(byte for byte in result if byte in source) == kept
    assert len(result) == len(kept) + sum(len(edit.text) for edit in made)


def test_a_mend_that_would_break_the_file_is_not_made(tmp_path: Path) -> None:
    path = tmp_path / "convex" / "a.ts"
    path.parent.mkdir()
    before = (
        b'import { query } from "./_generated/server";\n'
        b"export const a = query({ args: {}, handler: async () => { throw new Error('no'); } });\n"
    )
    path.write_bytes(before)

    def with_broken_mends(report: CheckReport) -> CheckReport:
        broken = (replace(f, edits=(Edit(0, 6, "(("),)) for f in report.findings)
        return replace(report, findings=tuple(broken))

    options = CheckOptions(select=("plain-error",))
    report = fix_paths([path], options, keep=with_broken_mends)
    assert path.read_bytes() == before
    assert report.fixes == (NotFixed(path.as_posix(), "it would no longer parse"),)
    assert [finding.rule for finding in report.findings] == ["plain-error"]
