"""`convexpert eval init` and `eval schema`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.cli.main import app
from evals.suite import load_suite

DOCUMENT = """\
---
name: payments
description: "Use this agent: for payments, \\u2028 and \\"quotes\\"."
---
# Payments

## Rules

- Send refunds with `ctx.runMutation` from a nightly action: never from a mutation.
- Say "hello" & 'goodbye' # not a comment.

## Rules

- Another section of the same name {with: braces}.

## Examples

```ts
import { internalMutation as raw, query } from "./_generated/server";
export const one = ctx.db.query("t").withIndex("by_a").take(5);
export const later = internal.refunds.send;
```
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".convexpert").mkdir()
    (tmp_path / ".claude" / "agents").mkdir(parents=True)
    (tmp_path / ".claude" / "agents" / "payments.md").write_text(DOCUMENT, encoding="utf-8")
    return tmp_path


def call(*args: str) -> int:
    with pytest.raises(SystemExit) as ended:
        app(list(args))
    return int(ended.value.code or 0)


def test_the_suite_passes_on_the_documents_that_it_was_made_of(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("eval", "init") == 0
    assert "`convexpert eval run evals/agents.yaml` runs it" in capsys.readouterr().out
    suite = load_suite(here / "evals" / "agents.yaml")
    assert suite.agents == ("../.claude/agents",)
    ids = [case.id for case in suite.cases]
    assert ids == ["payments-whole", "payments-rules", "payments-rules-2", "payments-examples"]
    assert call("eval", "run", "evals/agents.yaml") == 0


@pytest.mark.parametrize(
    ("there", "then"),
    [
        ("internalMutation as raw", "mutation as raw"),
        ("internal.refunds.send", "api.refunds.send"),
    ],
)
def test_what_an_example_imports_and_refers_to_must_stay(here: Path, there: str, then: str) -> None:
    assert call("eval", "init") == 0
    document = here / ".claude" / "agents" / "payments.md"
    document.write_text(DOCUMENT.replace(there, then), encoding="utf-8")
    assert call("eval", "run", "evals/agents.yaml") == 1


def test_an_edit_that_drops_an_item_then_fails_the_comparison(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call("eval", "init")
    call("eval", "run", "evals/agents.yaml")
    edited = DOCUMENT.replace("- Say \"hello\" & 'goodbye' # not a comment.\n", "")
    (here / ".claude" / "agents" / "payments.md").write_text(edited, encoding="utf-8")
    capsys.readouterr()
    assert call("eval", "compare", "latest", ".claude/agents") == 1
    assert "why: the item at payments:10 was removed" in capsys.readouterr().out


def test_a_document_that_shares_its_name_is_also_found_alone(here: Path) -> None:
    folder = here / ".claude" / "agents"
    for path, item in (("a/other.md", "Pay late."), ("b/other.md", "Pay now."), ("z.md", "Wait.")):
        (folder / path).parent.mkdir(exist_ok=True)
        text = DOCUMENT.replace("Another section of the same name {with: braces}.", item)
        (folder / path).write_text(text, encoding="utf-8")
    assert call("eval", "init") == 0
    suite = load_suite(here / "evals" / "agents.yaml")
    named = {case.task.document for case in suite.cases}
    assert named == {"payments.md", "a/other.md", "b/other.md", "z"}
    assert call("eval", "run", "evals/agents.yaml") == 0
    assert call("eval", "run", "evals/agents.yaml", "--agents", ".claude/agents/z.md") == 0
    assert call("agents", "import", ".claude/agents", "--collection", "mine") == 0
    assert call("eval", "run", "evals/agents.yaml", "--agents", "payments-z") == 0


def test_the_schema_lies_beside_the_suite_which_names_it(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call("eval", "init", "checks")
    first = (here / "checks" / "agents.yaml").read_text(encoding="utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=schema.json"
    capsys.readouterr()
    assert call("eval", "schema") == 0
    printed = capsys.readouterr().out
    assert (here / "checks" / "schema.json").read_text(encoding="utf-8") == printed
    assert json.loads(printed)["title"] == "convexpert eval suite"


def test_nothing_is_overwritten_and_documents_must_be_there(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("eval", "init") == 0
    assert call("eval", "init") == 2
    assert "error: evals/agents.yaml: is there already" in capsys.readouterr().err
    assert call("eval", "init", "other", "--agents", "nowhere") == 2
    assert "name your agents with --agents" in capsys.readouterr().err
    assert not (here / "other").exists()
