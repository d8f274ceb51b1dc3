"""What the README shows is what happens."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SEEDS = ROOT.parent / "shared" / "seeds"
README = (ROOT / "README.md").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Shown:
    """A command of the README and the lines that it shows; `…` stands for any others."""

    command: str
    lines: tuple[str, ...]


def _blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def _shown() -> list[Shown]:
    found = []
    for block in _blocks("console"):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, *lines = part.splitlines()
            found.append(Shown(command, tuple(line for line in lines if line.strip())))
    return found


def _run(command: str, folder: Path) -> str:
    program, *args = shlex.split(command)
    assert program == "convexpert"
    run = subprocess.run(
        [sys.executable, "-m", "assistant.cli", *args],
        capture_output=True,
        encoding="utf-8",
        cwd=folder,
        env={**os.environ, "CONVEXPERT_WORKSPACE": str(folder / "workspace")},
        check=False,
    )
    assert run.returncode in (0, 1), run.stderr
    return run.stdout


def _missing(shown: Shown, output: str) -> list[str]:
    """The lines shown that don't follow one another in the output."""
    position, missing = 0, []
    for line in shown.lines:
        wanted = line.strip().rstrip("…").rstrip()
        at = output.find(wanted, position)
        if at < 0:
            missing.append(line)
        else:
            position = at + len(wanted)
    return missing


@pytest.mark.slow
@pytest.mark.skipif(not SEEDS.is_dir(), reason="the seed documents are not beside the repository")
def test_the_commands_print_what_the_readme_shows(tmp_path: Path) -> None:
    (tmp_path / "shared").symlink_to(SEEDS.parent)
    folder = tmp_path / "project"
    folder.mkdir()
    commands = _shown()
    assert len(commands) > 5
    missing = {shown.command: _missing(shown, _run(shown.command, folder)) for shown in commands}
    assert {command: lines for command, lines in missing.items() if lines} == {}


class _Model(BaseHTTPRequestHandler):
    """An OpenAI-compatible model that asks convexpert, and repeats what it is told."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        last = asked["messages"][-1]
        message: dict[str, object] = {"role": "assistant", "content": f"Told: {last['content']}"}
        if last["role"] == "user":
            assert "ask" in {tool["function"]["name"] for tool in asked["tools"]}
            call = {"name": "ask", "arguments": json.dumps({"question": last["content"]})}
            calls = [{"id": "call-1", "type": "function", "function": call}]
            message = {"role": "assistant", "content": None, "tool_calls": calls}
        reason = "tool_calls" if "tool_calls" in message else "stop"
        answer = {
            "id": "1",
            "object": "chat.completion",
            "created": 0,
            "model": asked["model"],
            "choices": [{"index": 0, "message": message, "finish_reason": reason}],
        }
        body = json.dumps(answer).encode("utf-8")
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


def _example(code: str, folder: Path, **environment: str) -> list[str]:
    run = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        encoding="utf-8",
        cwd=folder,
        env={**os.environ, **environment},
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout.splitlines()


@pytest.mark.slow
def test_the_python_examples_run(tmp_path: Path) -> None:
    """The agent's model is a scripted one on loopback; it uses the workspace of the retriever."""
    agent, retriever = _blocks("python")
    assert len(_example(retriever, tmp_path)) == 3
    with ThreadingHTTPServer(("127.0.0.1", 0), _Model) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_address[1]}/v1"
        said = "\n".join(_example(agent, tmp_path, OPENAI_BASE_URL=url, OPENAI_API_KEY="none"))
        server.shutdown()
    told = json.loads(said.removeprefix("Told: "))
    assert told["status"] == "answered"
    assert "withIndex" in told["answer"]


def test_the_set_up_is_one_line_each() -> None:
    install, develop = _blocks("sh")
    assert install.count("\n") == develop.count("\n") == 1
    assert "convexpert ask" in install
    assert "pytest" in develop
