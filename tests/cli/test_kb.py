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


def test_an_empty_knowledge_base_says_how_to_fill_it(run: Run) -> None:
    run("agents", "remove", "expert")
    listed = run("kb", "list")
    assert listed.stdout == ""
    assert listed.stderr.startswith("nothing to search yet; ")
    assert run("kb", "search", "Stripe").stdout == listed.stderr
    assert run("kb", "search", "Stripe", "--json").stdout.startswith("{")


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


def test_documentation_is_added_found_listed_and_removed(run: Run, tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "crons.mdx").write_text("# Cron jobs\n\n<b>Run</b> it hourly.\n", encoding="utf-8")
    added = json.loads(run("kb", "add", "docs", "--name", "guide", "--json").stdout)
    assert (added["source"], added["kind"], added["added"]) == ("guide", "folder", ["crons.mdx"])
    assert added["location"] == str(docs)
    assert run("kb", "add", "docs").stdout == "guide: 0 added, 0 changed, 0 removed, 1 unchanged\n"
    (found,) = json.loads(run("kb", "search", "hourly cron", "--source", "guide", "--json").stdout)[
        "results"
    ]
    assert (found["source"], found["path"], found["version"]) == ("guide", "crons.mdx", 1)
    assert found["text"] == "# Cron jobs\n\n<b>Run</b> it hourly."
    expert, guide = json.loads(run("kb", "list", "--json").stdout)
    assert (expert["source"], guide["source"]) == ("expert", "guide")
    assert (guide["kind"], guide["pages"], guide["origin"]) == ("document", 1, str(docs))
    assert run("kb", "remove", "guide").stdout == "removed guide, 1 page\n"
    assert [one["source"] for one in json.loads(run("kb", "list", "--json").stdout)] == ["expert"]


def test_an_answer_cites_added_documentation(run: Run, tmp_path: Path) -> None:
    page = tmp_path / "uploads.mdx"
    page.write_text(
        "---\ntitle: Zebra uploads\n---\n\n<Note>\n  Zebra uploads expire after one hour, so make"
        " the zebra address right before the upload.\n</Note>\n",
        encoding="utf-8",
    )
    run("kb", "add", "uploads.mdx")
    told = json.loads(run("ask", "When do zebra uploads expire?", "--no-model", "--json").stdout)
    (citation, *_) = told["citations"]
    assert (citation["source"], citation["path"]) == ("uploads", "uploads.mdx")
    lines = page.read_text(encoding="utf-8").split("\n")
    first, last = citation["lines"]
    assert citation["quote"] == "\n".join(lines[first - 1 : last])


def test_pages_that_cant_be_taken_are_named_with_status_1(run: Run, tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "a.md").write_text("# A\n\nText\n", encoding="utf-8")
    (docs / "b.md").write_bytes(b"\0")
    shown = run("kb", "add", "docs", status=1).stdout
    assert "added a.md" in shown
    assert "left out docs/b.md: the page is binary" in shown


def test_an_address_of_this_machine_is_refused(run: Run) -> None:
    result = run("kb", "add", "http://127.0.0.1:9/llms.txt", "--json", status=2)
    assert json.loads(result.stdout)["error"]["code"] == "fetch"
    assert "--allow-private" in result.stderr
