"""`convexpert kb`, called as a user calls it."""

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

DOCUMENT = """\
---
name: expert
description: Writes queries.
---
# Rules

## Payments

Call Stripe from an action.

## Indexes

Use `withIndex` so that a query reads few rows.
"""
HOSTILE = "# Evil \x1b[31m\n\nZebra \x1b]0;title\x07 \u202etxt [bold]markup[/bold]\n"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `convexpert` on a workspace with one agent."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CONVEXPERT_WORKSPACE", str(tmp_path / "w"))
    open_registry(Workspace(tmp_path / "w"), Settings(), builtin=False).close()

    def invoke(*args: str, status: int = 0) -> Result:
        result = CliRunner().invoke(app, list(args))
        assert result.exit_code == status, result.output
        return result

    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "a.md").write_text(DOCUMENT, encoding="utf-8")
    invoke("agents", "import", "shop")
    return invoke


def test_search_json_has_the_form_of_the_contract(run: Run) -> None:
    found = json.loads(
        run("kb", "search", "where", "do I call Stripe?", "-k", "1", "--json").stdout
    )
    elapsed, results = found.pop("elapsed_ms"), found.pop("results")
    assert found == {"query": "where do I call Stripe?", "mode": "hybrid"}
    assert elapsed > 0
    score = results[0].pop("score")
    assert 0 < score <= 1
    assert results == [
        {
            "rank": 1,
            "source": "expert",
            "origin": "shop/a.md",
            "path": "a.md",
            "version": 1,
            "lines": [5, 9],
            "heading": ["Rules", "Payments"],
            "text": "# Rules\n\n## Payments\n\nCall Stripe from an action.",
        }
    ]


def test_search_shows_rank_place_heading_and_text(run: Run) -> None:
    shown = run("kb", "search", "withIndex", "--mode", "lexical", "--source", "expert").stdout
    title, *text = shown.splitlines()
    assert title.split()[:2] == ["1.", "expert:11-13"]
    assert "Rules › Indexes" in title
    assert "    Use `withIndex` so that a query reads few rows." in text


def test_nothing_found_is_said_and_is_no_error(run: Run) -> None:
    shown = run("kb", "search", "kubernetes", "--mode", "lexical").stdout
    assert shown == "nothing found\n"


def test_documents_cannot_control_the_terminal(run: Run, tmp_path: Path) -> None:
    (tmp_path / "shop" / "evil.md").write_text(HOSTILE, encoding="utf-8")
    run("agents", "import", "shop")
    shown = run("kb", "search", "zebra", "-k", "1").stdout
    assert not {"\x1b", "\x07", "\u202e"} & set(shown)
    assert "[bold]markup[/bold]" in shown


def test_status_before_and_after_a_build(run: Run, tmp_path: Path) -> None:
    before = json.loads(run("kb", "status", "--json").stdout)
    assert (before["up_to_date"], before["documents"]) == (False, 0)
    run("kb", "build")
    after = json.loads(run("kb", "status", "--json").stdout)
    assert (after["up_to_date"], after["documents"], after["chunks"]) == (True, 1, 3)
    assert after["workspace"] == str(tmp_path / "w")
    assert "Up to date:  yes" in run("kb", "status").stdout


def test_build_tells_what_it_did(run: Run) -> None:
    expected = {"documents": 1, "chunks": 3, "vectors": 3, "added": 1, "removed": 0}
    first = json.loads(run("kb", "build", "--json").stdout)
    assert first == {**expected, "embedded": 3, "skipped": []}
    assert json.loads(run("kb", "build", "--json").stdout)["embedded"] == 0
    assert json.loads(run("kb", "build", "--force", "--json").stdout)["embedded"] == 3
    assert "1 documents" not in run("kb", "build").stdout


def test_list_names_each_source(run: Run) -> None:
    (listed,) = json.loads(run("kb", "list", "--json").stdout)
    assert listed.pop("digest")
    assert listed == {
        "source": "expert",
        "kind": "agent",
        "origin": "shop/a.md",
        "path": "a.md",
        "version": 1,
        "pages": 1,
        "chunks": 3,
        "updated_at": None,
    }
    assert "shop/a.md" in run("kb", "list").stdout


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["search", "x", "--source", "nobody"], "usage"),
        (["search", " "], "usage"),
        (["search", "x", "-k", "0"], "usage"),
        (["search", "x", "--mode", "psychic"], "usage"),
    ],
)
def test_a_wrong_search_is_one_line_and_one_document(run: Run, args: list[str], code: str) -> None:
    result = run("kb", *args, "--json", status=2)
    assert json.loads(result.stdout)["error"]["code"] == code
    assert result.stderr.startswith("error: ")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("command", ["build", "status", "list", "search"])
def test_each_command_has_help_with_an_example(run: Run, command: str) -> None:
    assert f"Example: convexpert kb {command}" in run("kb", command, "--help").stdout


def test_in_a_pipe_there_is_no_colour_no_progress_bar_and_no_noise(run: Run) -> None:
    process = subprocess.run(
        [sys.executable, "-m", "assistant.cli", "kb", "search", "Stripe"],
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "COLUMNS": "60"},
        check=True,
    )
    assert process.stderr == ""
    assert process.stdout.startswith(" 1. expert:5-9  Rules › Payments")
    assert "\x1b" not in process.stdout


def test_in_a_pipe_the_list_is_one_line_for_each_source_whatever_its_width(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    assert run("kb", "list").stdout == "expert\t1\t3\tshop/a.md\n"
