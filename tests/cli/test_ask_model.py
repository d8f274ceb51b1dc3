"""`convexpert ask` with a model: options, settings, errors, pipes and the terminal."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from scripted_model import Fail, Say, ScriptedServer, scripted_server
from typer.testing import CliRunner

from assistant.cli.main import app

DOCUMENT = """---
name: payments
description: Payments.
---
## Services

- Call the Stripe API from an action, never from a mutation.
"""
QUESTION = "Where should I call the Stripe API from?"
GOOD = "Call the Stripe API from an action, never from a mutation [1]."


@pytest.fixture(autouse=True)
def _documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("OPENAI_API_KEY", "CONVEXPERT_MODEL_URL", "CONVEXPERT_MODEL_TIMEOUT"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "payments.md").write_text(DOCUMENT, encoding="utf-8")
    assert CliRunner().invoke(app, ["init", "--empty"]).exit_code == 0
    assert CliRunner().invoke(app, ["agents", "import", "payments.md"]).exit_code == 0


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedServer]:
    with scripted_server(Say(GOOD)) as running:
        monkeypatch.setenv("CONVEXPERT_MODEL_URL", running.url)
        yield running


def test_the_option_the_environment_and_the_settings_choose_the_model(
    server: ScriptedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def model(*options: str) -> str | None:
        result = CliRunner().invoke(app, ["ask", "--json", *options, QUESTION])
        assert result.exit_code == 0, result.output
        answer: dict[str, str | None] = json.loads(result.stdout)
        return answer["model"]

    assert model() is None
    (tmp_path / "convexpert.toml").write_text('model = "openai:set"\n', encoding="utf-8")
    assert model() == "openai:set"
    monkeypatch.setenv("CONVEXPERT_MODEL", "openai:environment")
    assert model() == "openai:environment"
    assert model("--model", "openai:option") == "openai:option"
    assert model("--model", "openai:option", "--no-model") is None
    assert server.requests[-1]["model"] == "option"


def test_in_a_pipe_the_checked_answer_is_printed_and_the_tokens_told_beside_it(
    server: ScriptedServer,
) -> None:
    server.script[:] = [Say(f"{GOOD} It takes 777 hours [1].\x1b[2J")]
    result = CliRunner().invoke(app, ["ask", "--model", "openai:m", QUESTION])
    assert result.stdout.startswith(
        "Call the Stripe API from an action, never from a mutation. [1]"
    )
    assert "777" not in result.stdout
    assert "\x1b" not in result.stdout
    assert "openai:m · 120 tokens (100 in, 20 out) · 1 unsupported sentence" in result.stderr


def test_a_model_that_fails_ends_with_one_line_and_one_document(server: ScriptedServer) -> None:
    server.script[:] = [Fail(401, "sk-secret")]
    result = CliRunner().invoke(app, ["ask", "--json", "--model", "openai:m", QUESTION])
    assert result.exit_code == 2
    told = json.loads(result.stdout)["error"]
    assert told["code"] == "model"
    assert told["hint"].endswith("; --no-model answers from the documents alone")
    assert result.stderr.startswith("error: no key that openai accepts")
    assert result.stderr.count("\n") == 1
    assert "sk-secret" not in result.stdout + result.stderr


@pytest.mark.parametrize(
    ("model", "told"),
    [
        ("gpt", "PROVIDER:NAME"),
        ("olama:x", "did you mean ollama?"),
        ("groq:x", "pip install langchain-groq"),
    ],
)
def test_a_model_that_is_none_is_an_error_that_says_what_to_do(model: str, told: str) -> None:
    result = CliRunner().invoke(app, ["ask", "--model", model, QUESTION])
    assert result.exit_code == 2
    assert told in result.stderr


def test_a_history_of_too_many_turns_is_refused(tmp_path: Path) -> None:
    turns = [{"role": "user", "content": "x"}] * 1001
    (tmp_path / "turns.json").write_text(json.dumps(turns), encoding="utf-8")
    result = CliRunner().invoke(app, ["ask", "--json", "--history", "turns.json", QUESTION])
    assert "longer than 1,000 turns" in result.stderr


def test_on_a_terminal_the_draft_goes_and_the_checked_answer_stays(server: ScriptedServer) -> None:
    server.script[:] = [Say(f"{GOOD} See &#8238;evil\x1b]0;x\x07 in 777 hours [1].")]
    reading, writing = pty.openpty()
    command = [sys.executable, "-m", "assistant.cli", "ask", "--model", "openai:m", QUESTION]
    environment = {**os.environ, "COLUMNS": "80", "LINES": "24", "TERM": "xterm-256color"}
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
    assert process.returncode == 0, shown
    assert "\x1b]0;" not in shown and "\u202e" not in shown
    last = shown[shown.rindex("Call the Stripe API from an action") :]
    assert "777" not in last
    assert "payments.md:7" in last
    assert "120 tokens" in last
