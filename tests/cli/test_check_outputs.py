"""`convexpert check` in the formats for other programs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner, Result

from agents.registry import open_registry
from agents.settings import Settings
from agents.workspace import Workspace
from assistant.cli.main import app
from assistant.code.catalogue import ENGINE_RULES, rule_ids
from assistant.code.manual import about_rules

Run = Callable[..., Result]
LIST = (
    'import { query } from "./_generated/server";\n'
    "export const list = query({\n"
    '  handler: async (ctx) => await ctx.db.query("rows").filter((q) => q.eq("a", 1)).first(),\n'
    "});\n"
    "// convexpert-ignore n-plus-one\n"
)
SELECT = ("--select", "no-filter-in-query,require-args-validator,n-plus-one")
RULES = ["require-args-validator", "no-filter-in-query", "unused-directive"]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `convexpert check . --format …` beside an app."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CONVEXPERT_WORKSPACE", str(tmp_path / "w"))
    open_registry(Workspace(tmp_path / "w"), Settings(), builtin=False).close()
    (tmp_path / "convex").mkdir()
    (tmp_path / "convex" / "a list.ts").write_text(LIST, encoding="utf-8")

    def invoke(format_: str) -> Result:
        args = ["check", ".", "--format", format_, *SELECT]
        result = CliRunner().invoke(app, args)
        assert result.exit_code == 1, result.output
        return result

    return invoke


def test_sarif_names_rules_with_their_manual(run: Run) -> None:
    log = json.loads(run("sarif").stdout)
    [sarif_run] = log["runs"]
    rules = sarif_run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == sorted(RULES)
    assert all(rule["help"]["text"] and rule["defaultConfiguration"] for rule in rules)
    found = sarif_run["results"]
    assert [result["ruleId"] for result in found] == RULES
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in found)
    [uri] = {r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for r in found}
    assert uri == "convex/a%20list.ts"


def test_github_and_junit_give_each_finding_once(run: Run) -> None:
    commands = run("github").stdout.splitlines()[:-1]
    assert [line.split(" ")[0] for line in commands] == ["::error", "::warning", "::notice"]
    cases = ElementTree.fromstring(run("junit").stdout).iter("testcase")
    assert [(case.get("name") or "").split(" ")[0] for case in cases] == RULES


def test_each_rule_there_is_has_a_manual() -> None:
    ids = [*rule_ids(), *sorted(ENGINE_RULES)]
    assert list(about_rules(ids)) == ids
