"""`convexpert chat` through pipes and through a real pseudo-terminal."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest
from scripted_model import Say, ScriptedServer, scripted_server
from typer.testing import CliRunner

from agents.workspace import Workspace
from assistant.chat import SessionStore
from assistant.cli.main import app

DOCUMENT = """---
name: payments
description: Payments.
---
## Services

- Call the Stripe API from an action, never from a mutation.\x1b[31m
- A mutation can't call the Stripe API, because it may run twice after a conflict.
"""
QUESTION = "Where should I call the Stripe API from?"
ANSWER = "Call the Stripe API from an action"
GOOD = "Call the Stripe API from an action, never from a mutation [1]."
CODE = """import { query } from "./_generated/server";
export const list = query(async (ctx) => ctx.db.query("tasks").collect());
"""
_STEERING = re.compile(r"\x1b(?:\[[0-9;?]*[A-Za-z]|[=>78]|\][^\x07]*\x07)")


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


def piped(text: str, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "assistant.cli", "chat", *options],
        input=text,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def stored(folder: Path) -> SessionStore:
    return SessionStore(Workspace(folder / ".convexpert"))


def test_in_a_pipe_each_line_is_a_question_and_nothing_decorates(tmp_path: Path) -> None:
    run = piped(f"{QUESTION}\n\nWhy not from\\\n a mutation?\n")
    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith(ANSWER)
    assert "because it may run twice" in run.stdout
    assert "\x1b" not in run.stdout and "›" not in run.stdout
    [session] = stored(tmp_path).sessions()
    assert [turn.question for turn in session.turns] == [QUESTION, "Why not from\n a mutation?"]


def test_a_line_that_fails_in_a_pipe_is_told_and_the_others_are_answered() -> None:
    run = piped(f"/nothing\n/agent nobody\n{QUESTION}\n")
    assert run.returncode == 2
    assert run.stderr.count("error: ") == 2
    assert run.stdout.startswith(ANSWER)


def test_sessions_are_listed_and_resumed_with_their_context(tmp_path: Path) -> None:
    assert CliRunner().invoke(app, ["chat", "sessions", "--json"]).stdout == "[]\n"
    none = CliRunner().invoke(app, ["chat", "sessions"])
    assert (none.stdout, none.stderr[:20]) == ("", "no conversations yet")
    piped(f"/agent payments\n{QUESTION}\n")
    listed = json.loads(CliRunner().invoke(app, ["chat", "sessions", "--json"]).stdout)
    assert [(s["title"], s["turns"]) for s in listed] == [(QUESTION, 1)]
    run = piped("Why not from a mutation?\n/agent\n", "--resume")
    assert "because it may run twice" in run.stdout
    assert "payments" in run.stdout.splitlines()[-1]
    assert piped("/quit\n", "--resume", listed[0]["id"][:12]).returncode == 0
    [session] = stored(tmp_path).sessions()
    assert len(session.turns) == 2
    plain = CliRunner().invoke(app, ["chat", "sessions"]).stdout
    assert plain == f"{session.id}\t{session.changed_at}\t2\t{QUESTION}\n"
    for unknown in ("1999", "yesterday"):
        missing = piped("", "--resume", unknown)
        assert missing.returncode == 2 and "no session has the id" in missing.stderr


def test_commands_show_sources_rules_checks_and_write_the_conversation(tmp_path: Path) -> None:
    (tmp_path / "tasks.ts").write_text(CODE, encoding="utf-8")
    (tmp_path / "there.md").write_text("mine", encoding="utf-8")
    run = piped(
        f"/sources\n{QUESTION}\n/sources\n/check tasks.ts\n/rules no-collect-in-query\n"
        "/export out.md\n/export there.md\n/help\n/model\n"
    )
    assert "there is no answer with sources yet" in run.stdout
    assert "[1] payments@1 payments.md:7, Services" in run.stdout
    assert "    - Call the Stripe API" in run.stdout and "\x1b" not in run.stdout
    assert "no-collect-in-query" in run.stdout
    assert "/export FILE" in run.stdout
    assert "answers from the documents" in run.stdout
    assert QUESTION in (tmp_path / "out.md").read_text(encoding="utf-8")
    assert (tmp_path / "there.md").read_text(encoding="utf-8") == "mine"
    assert "there is such a file already" in run.stderr


def test_a_model_is_chosen_in_the_chat_and_a_failing_one_keeps_nothing(
    server: ScriptedServer, tmp_path: Path
) -> None:
    server.script[:] = [Say("x", dies=True), Say(GOOD)]
    run = piped(f"/model openai:m\n{QUESTION}\n{QUESTION}\n/model none\n")
    assert "answers by openai:m" in run.stdout
    assert "broke off" in run.stderr
    assert "/model none answers from the documents alone" in run.stderr
    assert "never from a mutation. [1]" in run.stdout
    [session] = stored(tmp_path).sessions()
    assert [turn.answer["model"] for turn in session.turns] == ["openai:m"]


def test_a_resumed_session_whose_agent_is_gone_asks_all_documents() -> None:
    piped(f"/agent payments\n{QUESTION}\n")
    assert CliRunner().invoke(app, ["agents", "rename", "payments", "money"]).exit_code == 0
    run = piped("/agent\n", "--resume")
    assert run.returncode == 0
    assert run.stderr.startswith("all agents are asked: no agent has the handle 'payments'")
    assert run.stdout == "answers from the documents · all agents\n"


def test_bytes_that_are_no_text_and_lines_without_end_are_no_crash() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "assistant.cli", "chat"],
        input=b"\xff\xfe\x00 Stripe?\n" + b"a" * 100_000 + b"\n",
        capture_output=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert b"Traceback" not in run.stderr


class Terminal:
    """A chat in a pseudo-terminal of 100 columns."""

    def __init__(self, *options: str) -> None:
        environment = {**os.environ, "TERM": "xterm-256color", "PROMPT_TOOLKIT_NO_CPR": "1"}
        self.child = pexpect.spawn(
            sys.executable,
            ["-m", "assistant.cli", "chat", *options],
            dimensions=(40, 100),
            encoding="utf-8",
            timeout=60,
            env=environment,
        )
        self.ready()

    def ready(self) -> str:
        """Wait for the prompt; what was shown before it, without what steers the screen."""
        self.child.expect("›")
        shown = _STEERING.sub("", self.child.before)
        self.child.expect(r"\x1b\[\?25h")
        return shown

    def type(self, text: str) -> None:
        """Type a line and send it."""
        self.child.send(text + "\r")

    def said(self, text: str) -> None:
        """Wait for a text in the answer."""
        self.child.expect_exact(text)

    def end(self) -> int | None:
        """Ctrl-D; the exit status."""
        self.child.sendeof()
        self.child.expect(pexpect.EOF)
        self.child.close()
        status: int | None = self.child.exitstatus
        return status


def test_in_a_terminal_one_asks_follows_up_and_ends_with_ctrl_d(tmp_path: Path) -> None:
    terminal = Terminal()
    terminal.type(QUESTION)
    terminal.said(ANSWER)
    terminal.said("payments.md:7")
    terminal.ready()
    terminal.type("Why not from a mutation?")
    terminal.said("because it may run twice")
    terminal.ready()
    terminal.type("/foo")
    terminal.said("no command is called")
    terminal.ready()
    assert terminal.end() == 0
    [session] = stored(tmp_path).sessions()
    assert len(session.turns) == 2


def test_several_lines_are_typed_with_alt_enter_or_a_backslash(tmp_path: Path) -> None:
    terminal = Terminal()
    terminal.child.send("Where should I call\x1b\r")
    terminal.child.send("the Stripe API\\\r")
    terminal.type("from?")
    terminal.said("payments.md:7")
    terminal.ready()
    assert terminal.end() == 0
    [session] = stored(tmp_path).sessions()
    assert session.turns[0].question == "Where should I call\nthe Stripe API\nfrom?"


def test_tab_completes_commands_and_handles_and_up_brings_back_what_was_typed() -> None:
    terminal = Terminal()
    terminal.child.send("/age")
    terminal.said("ask this agent alone")  # the menu that opens while typing
    terminal.child.send("\t")
    terminal.child.send(" pay")
    terminal.said("payments@latest")
    terminal.child.send("\t\r")
    terminal.said("answers from the documents · payments")
    terminal.ready()
    assert terminal.end() == 0
    again = Terminal()
    again.child.send("\x1b[A\r")
    again.said("answers from the documents · payments")
    again.ready()
    assert again.end() == 0


def test_ctrl_c_stops_an_answer_but_not_the_chat(server: ScriptedServer, tmp_path: Path) -> None:
    server.script[:] = [Say("Call the Str", hangs=True), Say(f"{GOOD} See &#8238;x\x1b]0;t\x07.")]
    terminal = Terminal("--model", "openai:m")
    terminal.type(QUESTION)
    terminal.said("Call the Str")
    terminal.child.sendintr()
    terminal.said("stopped")
    terminal.ready()
    terminal.child.sendintr()  # at the prompt: empties the line
    terminal.ready()
    terminal.type(QUESTION)
    terminal.said("120 tokens")
    shown = terminal.child.before
    assert "\u202e" not in shown and "\x1b]0;" not in shown
    terminal.ready()
    assert terminal.end() == 0
    [session] = stored(tmp_path).sessions()
    assert len(session.turns) == 1


def test_an_answer_that_was_shown_survives_kill_9(tmp_path: Path) -> None:
    terminal = Terminal()
    terminal.type(QUESTION)
    terminal.said("payments.md:7")
    os.kill(terminal.child.pid, signal.SIGKILL)
    terminal.child.expect(pexpect.EOF)
    terminal.child.close()
    [session] = stored(tmp_path).sessions()
    assert [turn.question for turn in session.turns] == [QUESTION]
    assert ANSWER in piped("/sources\n", "--resume").stdout
