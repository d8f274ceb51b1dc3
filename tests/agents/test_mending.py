"""Which mends are applied together, and what stays of the file around them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from agents.errors import LintError
from agents.finding import Edit, Finding, Severity
from agents.location import Span
from agents.mending import Mending, mended
from agents.reporters import FindingsReport, FixedFile, NotFixed

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


def test_the_mark_itself_goes_only_where_an_edit_names_just_it() -> None:
    source = b"\xef\xbb\xbfabc"
    assert mended(source, [_with(Edit(0, 3, ""))])[0] == b"abc"
    assert mended(source, [_with(Edit(0, 4, ""))])[0] == b"\xef\xbb\xbfbc"


def _report(path: Path, source: bytes, edit: Edit) -> FindingsReport:
    finding = replace(_with(edit), file=path.as_posix())
    return FindingsReport((finding,), 1, sources={path.as_posix(): source})


def test_files_are_mended_in_place_unless_they_changed_or_would_break(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(b"abc")
    mending = Mending(lambda name, source: b"!" in source, LintError)
    assert mending.round(_report(path, b"abc", Edit(0, 1, "x")))
    assert path.read_bytes() == b"xbc"
    changed, broken = tmp_path / "b.md", tmp_path / "c.md"
    changed.write_bytes(b"other")
    broken.write_bytes(b"abc")
    assert not mending.round(_report(changed, b"abc", Edit(0, 1, "x")))
    assert not mending.round(_report(broken, b"abc", Edit(0, 1, "!")))
    assert (changed.read_bytes(), broken.read_bytes()) == (b"other", b"abc")
    assert mending.fixes() == (
        FixedFile(path.as_posix(), {"r": 1}),
        NotFixed(changed.as_posix(), "it was changed meanwhile"),
        NotFixed(broken.as_posix(), "it would no longer parse"),
    )


def test_what_a_link_leads_to_is_left_alone(tmp_path: Path) -> None:
    target, link = tmp_path / "target.md", tmp_path / "link.md"
    target.write_bytes(b"abc")
    link.symlink_to(target)
    mending = Mending(lambda name, source: False, LintError)
    assert not mending.round(_report(link, b"abc", Edit(0, 1, "x")))
    assert target.read_bytes() == b"abc"
