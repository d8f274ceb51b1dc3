"""Known findings are left out, wherever their lines have moved."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agents.errors import CodeCheckError
from assistant.code.baseline import Baseline
from assistant.code.check import CheckOptions, CheckReport, check_paths

HEAD = "import { query } from './_generated/server';\n"
READ = "export const {} = query(async (ctx) => await ctx.db.query('rows').collect());\n"
SELECT = CheckOptions(select=("no-collect-in-query",))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "convex").mkdir()
    monkeypatch.chdir(tmp_path)
    _write("main", READ.format("a"))
    return tmp_path


def _write(name: str, *lines: str) -> None:
    Path("convex", f"{name}.ts").write_text(HEAD + "".join(lines), encoding="utf-8")


def _report() -> CheckReport:
    return check_paths([Path()], SELECT)


@pytest.fixture
def known(project: Path) -> Path:
    path = project / "known.json"
    Baseline.of(_report(), path).write()
    return path


def _new(known: Path) -> list[tuple[str, int]]:
    report = Baseline.read(known).applied_to(_report())
    return [(finding.file, finding.span.line) for finding in report.findings]


def test_known_findings_are_left_out(known: Path) -> None:
    report = Baseline.read(known).applied_to(_report())
    assert report.findings == ()
    assert report.baseline is not None
    assert (report.baseline.known, report.baseline.stale) == (1, ())


def test_a_finding_is_known_on_another_line_and_with_another_indentation(known: Path) -> None:
    _write("main", "\n// more\n\n  ", READ.format("a"))
    assert _new(known) == []


def test_the_same_code_once_more_is_new(known: Path) -> None:
    _write("main", READ.format("a"), READ.format("a"))
    assert _new(known) == [("convex/main.ts", 3)]


def test_the_same_code_in_another_file_is_new(known: Path) -> None:
    _write("other", READ.format("a"))
    assert _new(known) == [("convex/other.ts", 2)]


def test_entries_that_nothing_matches_are_named(known: Path) -> None:
    _write("main", READ.format("b"))
    report = Baseline.read(known).applied_to(_report())
    assert len(report.findings) == 1
    assert report.baseline is not None
    assert [entry.split(":")[0] for entry in report.baseline.stale] == [
        "convex/main.ts no-collect-in-query"
    ]


def test_an_update_keeps_what_was_not_checked(known: Path) -> None:
    _write("other", READ.format("b"))
    only_other = check_paths([Path("convex/other.ts")], SELECT)
    Baseline.of(only_other, known).write()
    assert _new(known) == []
    Path("convex/main.ts").unlink()
    Baseline.of(check_paths([Path("convex/other.ts")], SELECT), known).write()
    assert [entry.file for entry in Baseline.read(known).entries] == ["convex/other.ts"]


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"version": 2, "findings": []}', '{"version": 1, "findings": [{}]}']
)
def test_a_file_that_is_no_baseline_is_refused(project: Path, text: str) -> None:
    path = project / "known.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CodeCheckError, match="this is no baseline"):
        Baseline.read(path)


def test_a_missing_baseline_says_how_to_make_one(project: Path) -> None:
    with pytest.raises(CodeCheckError, match="--update-baseline"):
        Baseline.read(project / "known.json")


def test_paths_are_those_from_the_baselines_folder(known: Path, tmp_path: Path) -> None:
    plain = json.loads(known.read_text(encoding="utf-8"))
    assert [entry["file"] for entry in plain["findings"]] == ["convex/main.ts"]
    assert plain["findings"][0]["count"] == 1
