"""`convexpert eval compare` through the command line's own root."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.cli.main import app

DOCUMENT = """\
---
name: payments
description: Payments.
---
# Payments

- Send refunds to the bank from a nightly action, never from a mutation.
- Keep the refund's receipt number in the ledger table.
"""
SUITE = """\
agents: [old]
gates: {must_pass: [bank]}
cases:
  - id: bank
    kind: retrieval
    question: From where are refunds sent to the bank?
    relevant:
      - {document: payments, quote: "Send refunds to the bank from a nightly action"}
  - id: clean
    kind: check
    rules: [no-filter-in-query]
    code: "export const one = 1;"
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for folder in (".convexpert", "old", "same", "edited"):
        (tmp_path / folder).mkdir()
    (tmp_path / "small.yaml").write_text(SUITE, encoding="utf-8")
    (tmp_path / "old" / "payments.md").write_text(DOCUMENT, encoding="utf-8")
    (tmp_path / "same" / "payments.md").write_text(DOCUMENT + "\n", encoding="utf-8")
    without = DOCUMENT.replace("- Send refunds to the bank from a nightly action, never", "- Never")
    (tmp_path / "edited" / "payments.md").write_text(without, encoding="utf-8")
    return tmp_path


def call(*args: str) -> int:
    with pytest.raises(SystemExit) as ended:
        app(list(args))
    return int(ended.value.code or 0)


def test_an_edit_that_keeps_everything_passes(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("eval", "compare", "old", "same", "--suite", "small.yaml") == 0
    shown = capsys.readouterr().out
    assert "payments edited" in shown
    assert "2 cases are too few for any significant difference" in shown
    assert shown.endswith("✓ pass\n")


def test_an_edit_that_drops_the_advice_fails_and_names_the_lost_case(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    args = ("eval", "compare", "old", "edited", "--suite", "small.yaml")
    assert call(*args, "--markdown", "comment.md") == 1
    shown = capsys.readouterr().out
    assert "✗ lost bank  must pass" in shown
    assert "✗ small: 1 case passed before and no longer does; none may: bank" in shown
    comment = (here / "comment.md").read_text(encoding="utf-8")
    assert comment.startswith("### Evals: ❌ regression\n")
    assert "- **lost** `bank` (must pass)" in comment
    assert call(*args, "--fail-on", "never") == 0


def test_both_sides_are_stored_and_can_be_compared_again_as_runs_and_files(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call("eval", "compare", "old", "edited", "--suite", "small.yaml", "--json")
    first = json.loads(capsys.readouterr().out)
    call("eval", "show", "latest~1", "--json")
    (here / "base.json").write_text(capsys.readouterr().out, encoding="utf-8")
    call("eval", "compare", "base.json", "latest", "--json")
    assert json.loads(capsys.readouterr().out) == first


def test_a_run_on_one_side_says_which_suites_the_other_is_run_over(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call("eval", "run", "small.yaml")
    capsys.readouterr()
    assert call("eval", "compare", "latest", "edited", "--json") == 1
    told = json.loads(capsys.readouterr().out)
    assert [suite["name"] for suite in told["suites"]] == ["small"]
    assert told["suites"][0]["counts"]["lost"] == 1
    assert told["head"]["given"] == {"agents": ["edited"]}


@pytest.mark.parametrize(
    "args", [("nowhere", "old"), ("latest", "old"), ("old", "20260101T"), ("small.json", "old")]
)
def test_what_is_neither_run_nor_documents_ends_with_2(
    args: tuple[str, str], here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "small.json").write_text("[1]", encoding="utf-8")
    assert call("eval", "compare", *args, "--suite", "small.yaml", "--json") == 2
    captured = capsys.readouterr()
    assert captured.err.startswith("error: ")
    assert "error" in json.loads(captured.out)


def test_a_report_that_cannot_be_written_ends_with_2(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    args = ("old", "same", "--suite", "small.yaml", "--markdown", "no/such/file.md")
    assert call("eval", "compare", *args) == 2
    assert "can't write the report" in capsys.readouterr().err
