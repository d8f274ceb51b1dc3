"""What makes `convexpert check` pleasant to adopt: score, badge, baseline, settings, speed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from agents.registry import open_registry
from agents.settings import Settings
from agents.workspace import Workspace
from assistant.cli.main import app

Run = Callable[..., Result]
LIST = (
    'import { query } from "./_generated/server";\n'
    "export const list = query({\n"
    '  handler: async (ctx) => await ctx.db.query("rows").filter((q) => q.eq("a", 1)).first(),\n'
    "});\n"
)
SELECT = ("--select", "no-filter-in-query,require-args-validator")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `convexpert check` with some arguments beside an app."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CONVEXPERT_WORKSPACE", str(tmp_path / "w"))
    open_registry(Workspace(tmp_path / "w"), Settings(), builtin=False).close()
    (tmp_path / "convex").mkdir()
    (tmp_path / "convex" / "list.ts").write_text(LIST, encoding="utf-8")

    def invoke(*args: str, status: int = 1) -> Result:
        result = CliRunner().invoke(app, ["check", *args])
        assert result.exit_code == status, result.output
        return result

    return invoke


def test_the_score_is_shown_and_can_gate(run: Run) -> None:
    summary = json.loads(run(".", *SELECT, "--json").stdout)["summary"]
    assert summary["score"] == 97
    assert summary["rules"] == {"no-filter-in-query": 1, "require-args-validator": 1}
    assert set(summary["categories"]) == {"access", "layout", "reading", "validation", "writing"}
    run(".", *SELECT, "--fail-on", "off", "--min-score", "97", status=0)
    gated = run(".", *SELECT, "--fail-on", "off", "--min-score", "98", status=1)
    assert "the score 97 is below --min-score 98" in gated.stderr


def test_a_badge_is_written_with_the_score(run: Run, tmp_path: Path) -> None:
    run(".", *SELECT, "--badge", "badge.json")
    assert json.loads((tmp_path / "badge.json").read_text())["message"] == "97/100"


@pytest.mark.parametrize("name", ["badge.png", "missing/badge.svg"])
def test_a_badge_that_cannot_be_written_leaves_one_json_document(run: Run, name: str) -> None:
    refused = run(".", *SELECT, "--badge", name, "--json", status=2)
    assert "badge" in json.loads(refused.stdout)["error"]["message"]


def test_a_baseline_lets_an_old_project_begin_without_findings(run: Run, tmp_path: Path) -> None:
    run(".", *SELECT, "--baseline", "known.json", "--update-baseline", status=0)
    known = run(".", *SELECT, "--baseline", "known.json", status=0)
    assert "2 findings of the baseline left out" in known.stdout
    path = tmp_path / "convex" / "list.ts"
    path.write_text(LIST + LIST.split("\n", 1)[1].replace("list", "more"), encoding="utf-8")
    found = json.loads(run(".", *SELECT, "--baseline", "known.json", "--json").stdout)
    # The line with `.filter` is there twice: the earlier one is the known one.
    assert [one["line"] for one in found["findings"]] == [5, 6]
    assert found["baseline"]["known"] == 2
    path.write_text("export {};\n", encoding="utf-8")
    stale = run(".", *SELECT, "--baseline", "known.json", status=0).stdout
    assert "2 entries of the baseline found no more" in stale


def test_a_baseline_to_update_has_to_be_named(run: Run) -> None:
    assert "--baseline" in run(".", "--update-baseline", status=2).stderr


def test_what_is_kept_never_changes_what_is_shown(run: Run, tmp_path: Path) -> None:
    first = run(".", *SELECT).stdout
    assert run(".", *SELECT).stdout == first
    assert run(".", *SELECT, "--no-cache").stdout == first
    (tmp_path / "convex" / "list.ts").write_text("export {};\n", encoding="utf-8")
    assert "nothing found" in run(".", *SELECT, status=0).stdout
    assert (tmp_path / "w" / "check.sqlite").is_file()


def test_a_baseline_and_a_fix_work_together(run: Run, tmp_path: Path) -> None:
    run(".", *SELECT, "--baseline", "known.json", "--update-baseline", status=0)
    run(".", *SELECT, "--baseline", "known.json", "--fix", status=0)
    # What is known is neither shown nor mended.
    assert (tmp_path / "convex" / "list.ts").read_text(encoding="utf-8") == LIST


def test_a_folder_without_anything_to_check_says_what_was_looked_for(
    run: Run, tmp_path: Path
) -> None:
    client = tmp_path / "client"
    client.mkdir()
    (client / "page.tsx").write_text("export const Page = () => null;\n", encoding="utf-8")
    said = run("client", status=0).stdout
    assert "nothing to check in 1 file of code" in said
    assert "functions folder" in said
    assert "api." in said


@pytest.mark.own_store
def test_a_check_that_knows_all_loads_neither_parser_nor_registry(run: Run, tmp_path: Path) -> None:
    registry = tmp_path / "w" / "registry.sqlite"
    settled = registry.stat().st_mtime - 60
    os.utime(registry, (settled, settled))
    run(".", *SELECT)
    program = (
        "import sys\n"
        "from assistant.cli.main import app\n"
        "try:\n"
        f"    app(['check', '.', *{list(SELECT)!r}], prog_name='convexpert')\n"
        "except SystemExit as end:\n"
        "    assert end.code == 1, end.code\n"
        "heavy = {'sqlalchemy', 'tree_sitter', 'yaml', 'markdown_it', 'rich.console'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        encoding="utf-8",
        cwd=tmp_path,
        check=False,
    )
    assert done.returncode == 0, done.stderr
