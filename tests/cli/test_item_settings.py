"""Settings that say which rules enforce an item, through every command that names rules."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from agents.registry import open_registry
from agents.settings import Settings
from agents.workspace import Workspace
from assistant.cli.main import app
from assistant.code.documented import give_rules

DOCUMENT = """\
---
name: expert
description: d
---
## Best practices

- Keep queries lean.
- Use `withIndex` instead of `filter` on queries.
- Never call `ctx.magic()` twice.
"""
CODE = (
    "export const f = query({ args: {}, handler: async (ctx) => ctx.db.query('t').collect() });\n"
)


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CONVEXPERT_WORKSPACE", str(tmp_path / "w"))
    open_registry(Workspace(tmp_path / "w"), Settings(), builtin=False).close()
    (tmp_path / "expert.md").write_text(DOCUMENT, encoding="utf-8")
    run("agents", "import", "expert.md")
    yield tmp_path
    give_rules({})


def run(*args: str, status: int = 0) -> str:
    result = CliRunner().invoke(app, list(args))
    assert result.exit_code == status, result.output
    return result.stdout


def items() -> dict[str, dict[str, Any]]:
    (document,) = json.loads(run("agents", "checklist", "--json"))["documents"]
    return {item["text"]: item for item in document["items"]}


def test_settings_give_an_item_rules_and_take_them_away(project: Path) -> None:
    assert items()["Keep queries lean."]["rules"] == []
    (project / "convexpert.toml").write_text(
        '[items]\n"**Keep** queries lean" = ["no-collect-in-query"]\n'
        '"Use withIndex instead of filter on queries" = []\n',
        encoding="utf-8",
    )
    assert items()["Keep queries lean."]["rules"] == ["no-collect-in-query"]
    assert items()["Use `withIndex` instead of `filter` on queries."]["status"] == "needs review"


def test_the_check_names_the_item_that_settings_give_to_a_rule(project: Path) -> None:
    (project / "a.ts").write_text(f"import {{ query }} from './_generated/server';\n{CODE}")
    check = ("check", "a.ts", "--select", "no-collect-in-query", "--json")
    (before,) = json.loads(run(*check, status=1))["findings"]
    assert before["documented_by"] == []
    (project / "convexpert.toml").write_text(
        '[items]\n"Keep queries lean." = ["no-collect-in-query"]\n', encoding="utf-8"
    )
    (found,) = json.loads(run(*check, status=1))["findings"]
    assert [item["text"] for item in found["documented_by"]] == ["Keep queries lean."]


def test_a_rule_that_is_not_there_is_one_clear_error(project: Path) -> None:
    (project / "convexpert.toml").write_text('[items]\n"a" = ["no-filters"]\n', encoding="utf-8")
    result = CliRunner().invoke(app, ["agents", "checklist"])
    assert result.exit_code == 2
    assert "no-filters" in result.output


def test_what_no_rule_covers_stands_apart_from_what_people_judge() -> None:
    lines = [line.strip() for line in run("agents", "checklist").splitlines()]
    covered, review = lines.index("No rule covers"), lines.index("Needs review")
    assert any("ctx.magic" in line for line in lines[covered:review])
    assert any("Keep queries lean" in line for line in lines[review:])
