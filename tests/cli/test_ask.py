"""`convexpert ask` prints Markdown in a pipe, one JSON document, or an answer set for reading."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from assistant.cli.main import app

DOCUMENT = """---
name: payments
description: Payments.
---
## Services

- Call the Stripe API from an action, never from a mutation.\x1b[31m

```ts
export const charge = action({
  handler: async () => stripe.charge(),
});
```
"""
QUESTION = "Where should I call the Stripe API from?"


@pytest.fixture(autouse=True)
def _documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "payments.md").write_text(DOCUMENT, encoding="utf-8")
    assert CliRunner().invoke(app, ["init", "--empty"]).exit_code == 0
    assert CliRunner().invoke(app, ["agents", "import", "payments.md"]).exit_code == 0


def test_in_a_pipe_it_prints_markdown_with_citations_and_no_escapes() -> None:
    result = CliRunner().invoke(app, ["ask", *QUESTION.split()])
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("Call the Stripe API from an action, never from a mutation.")
    assert "- [1] payments v1, line 7" in result.stdout
    assert "\x1b" not in result.stdout


def test_json_is_the_contracts_document() -> None:
    result = CliRunner().invoke(app, ["ask", QUESTION, "--json", "--no-model"])
    answer = json.loads(result.stdout)
    assert list(answer) == [
        "question", "status", "answer", "citations", "rules", "model", "unsupported", "usage",
        "elapsed_ms",
    ]  # fmt: skip
    first = answer["citations"][0]
    assert list(first) == [
        "n", "source", "origin", "path", "version", "lines", "heading", "quote",
    ]  # fmt: skip
    assert first["quote"] == DOCUMENT.split("\n")[6]
    assert (first["lines"], first["heading"]) == ([7, 7], ["Services"])
    assert (answer["status"], answer["model"], answer["unsupported"]) == ("answered", None, [])


def test_what_is_not_covered_is_told_and_is_no_error() -> None:
    result = CliRunner().invoke(app, ["ask", "How much does Kubernetes hosting cost?", "--json"])
    assert result.exit_code == 0
    assert json.loads(result.stdout)["status"] == "not_covered"


def test_a_follow_up_reads_the_history(tmp_path: Path) -> None:
    turns = [{"role": "user", "content": QUESTION}, {"role": "assistant", "content": "An action."}]
    (tmp_path / "turns.json").write_text(json.dumps(turns), encoding="utf-8")
    result = CliRunner().invoke(
        app, ["ask", "--json", "--history", "turns.json", "And why not from a mutation?"]
    )
    assert "Stripe API from an action" in json.loads(result.stdout)["answer"]


@pytest.mark.parametrize("content", ["no json", "{}", '[{"role": "user"}]', '[{"role": 1}]'])
def test_a_history_of_another_shape_is_an_error_with_its_path(tmp_path: Path, content: str) -> None:
    (tmp_path / "turns.json").write_text(content, encoding="utf-8")
    result = CliRunner().invoke(app, ["ask", "--json", "--history", "turns.json", QUESTION])
    assert result.exit_code == 2
    assert result.stderr.startswith("error: turns.json: the history is not")
    assert json.loads(result.stdout)["error"]["code"] == "usage"


def test_an_unknown_agent_is_an_error() -> None:
    result = CliRunner().invoke(app, ["ask", "--agent", "payment", QUESTION])
    assert result.exit_code == 2
    assert "did you mean payments?" in result.stderr


def test_on_a_terminal_the_code_stands_in_a_box_and_sources_name_file_and_line() -> None:
    reading, writing = pty.openpty()
    command = [sys.executable, "-m", "assistant.cli", "ask", QUESTION]
    environment = {**os.environ, "COLUMNS": "80", "TERM": "xterm-256color"}
    with subprocess.Popen(
        command, stdout=writing, stderr=subprocess.PIPE, env=environment
    ) as process:
        os.close(writing)
        screen = b""
        while True:
            try:
                read = os.read(reading, 65536)
            except OSError:  # Linux ends a pseudo-terminal this way
                break
            if not read:
                break
            screen += read
        os.close(reading)
    shown = screen.decode("utf-8")
    assert process.returncode == 0
    assert "╭" in shown and "payments.md:7" in shown
    assert "**" not in shown and "Sources" not in shown
    assert "mutation.\x1b[31m" not in shown and "mutation.\\x1b[31m" in shown
