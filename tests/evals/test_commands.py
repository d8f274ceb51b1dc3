"""`convexpert eval` through the command line's own root."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.cli.main import app

SUITE = """\
description: Two snippets.
cases:
  - id: filtered
    kind: check
    rules: [no-filter-in-query]
    code: |
      import { internalQuery } from "./_generated/server";
      export const few = internalQuery({
        args: {},
        handler: async (ctx) => {
          const rows = ctx.db.query("t");
          return rows.filter((q) => q.gt(q.field("a"), 1)).take(5); // expect: no-filter-in-query
        },
      });
  - id: clean
    kind: check
    rules: [no-filter-in-query]
    code: |
      export const one = [1].filter((n) => n > 0);
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".convexpert").mkdir()
    (tmp_path / "small.yaml").write_text(SUITE, encoding="utf-8")
    return tmp_path


def call(*args: str) -> int:
    with pytest.raises(SystemExit) as ended:
        app(list(args))
    return int(ended.value.code or 0)


def test_a_run_that_passes_is_shown_stored_and_ends_with_0(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("eval", "run", "small.yaml") == 0
    assert "✓ pass  run " in capsys.readouterr().out
    assert call("eval", "history", "--json") == 0
    (summary,) = json.loads(capsys.readouterr().out)
    assert summary["passed"] is True
    assert summary["suites"] == [
        {
            "name": "small",
            "passed": True,
            "counts": {"cases": 2, "passed": 2, "missed": 0, "failed": 0, "skipped": 0},
            "pass_rate": 1.0,
            "change": None,
        }
    ]
    assert (here / ".convexpert" / "runs" / f"{summary['id']}.json").is_file()


def test_a_missed_threshold_ends_with_1_and_json_is_what_show_prints(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = SUITE.replace("n > 0);", "n > 0); // expect: no-filter-in-query")
    (here / "small.yaml").write_text("thresholds: {recall: 0.9}\n" + wrong, encoding="utf-8")
    assert call("eval", "run", "small.yaml", "--json") == 1
    printed = json.loads(capsys.readouterr().out)
    assert printed["passed"] is False
    recall = next(s for s in printed["suites"][0]["scores"] if s["metric"] == "recall")
    assert (recall["value"], recall["n"], recall["passed"]) == (0.5, 2, False)
    assert call("eval", "show", "latest", "--json") == 0
    assert json.loads(capsys.readouterr().out) == printed
    assert call("eval", "show", printed["id"][:15]) == 0
    assert "missing: no-filter-in-query at convex/snippet.ts:1" in capsys.readouterr().out


def test_a_broken_suite_ends_with_2_one_line_and_no_stored_run(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "small.yaml").write_text("cases:\n  - id: a\n    kind: chek\n", encoding="utf-8")
    assert call("eval", "run", "small.yaml", "--json") == 2
    captured = capsys.readouterr()
    assert captured.err.startswith("error: small.yaml:3: `cases[0].kind` must be one of")
    assert captured.err.count("\n") == 1
    assert json.loads(captured.out)["error"]["code"] == "suite"
    assert not (here / ".convexpert" / "runs").exists()


@pytest.mark.parametrize(
    "args",
    [
        ("run", "nothing-of-this-name"),
        ("run", "small.yaml", "--agents", "nobody"),
        ("show", "20260101"),
        ("list", "nowhere"),
    ],
)
def test_what_is_not_there_ends_with_2(
    args: tuple[str, ...], here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("eval", *args) == 2
    assert capsys.readouterr().err.startswith("error: ")


def test_the_list_names_the_built_in_suites(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("eval", "list", "--json") == 0
    listed = json.loads(capsys.readouterr().out)
    names = {suite["name"] for suite in listed}
    assert {"answers", "check", "check-access", "documents", "retrieval"} <= names
    assert call("eval", "list", "small.yaml") == 0
    assert "Two snippets." in capsys.readouterr().out


def test_without_runs_history_says_how_to_make_one(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("eval", "history") == 0
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "eval run" in captured.err


@pytest.mark.parametrize(
    "command",
    [(), ("run",), ("compare",), ("init",), ("schema",), ("list",), ("history",), ("show",)],
)
def test_every_help_has_an_example(
    command: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("eval", *command, "--help") == 0
    assert "Example: convexpert eval" in capsys.readouterr().out


def test_in_a_pipe_the_lists_have_one_line_for_each_entry_whatever_their_width(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    assert call("eval", "list", "small.yaml") == 0
    assert capsys.readouterr().out == "small\t2\tcheck\tTwo snippets.\n"
    call("eval", "run", "small.yaml")
    capsys.readouterr()
    assert call("eval", "history") == 0
    cells = capsys.readouterr().out.split("\t")[1:]
    assert cells == ["small", "2", "0", "0", "✓ pass", "1.000", "–\n"]
