"""Which mends of the code check are made on disk."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from agents.finding import Edit
from agents.reporters import NotFixed
from assistant.code.check import CheckOptions, CheckReport
from assistant.code.fix import fix_paths


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
