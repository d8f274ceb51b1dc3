"""The server as a process over standard input and output."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters
from mcp.client.session import ClientRequestContext
from mcp_types import ListRootsResult, Root, TextContent

from assistant.mcp.stdio import LONGEST_MESSAGE

COMMAND = [sys.executable, "-m", "assistant.cli", "mcp"]


def _parameters(folder: Path, *options: str) -> StdioServerParameters:
    program, *args = COMMAND
    env = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    return StdioServerParameters(command=program, args=[*args, *options], cwd=folder, env=env)


@pytest.mark.asyncio
@pytest.mark.parametrize("mode", ["legacy", "auto"])
async def test_a_client_asks_searches_and_checks(
    built_project: Any, tmp_path: Path, mode: str
) -> None:
    other = tmp_path / "convex" / "x.ts"
    other.parent.mkdir()
    other.write_text("export const broken = (;", encoding="utf-8")

    async def roots(context: ClientRequestContext) -> ListRootsResult:
        return ListRootsResult(roots=[Root.model_validate({"uri": tmp_path.as_uri()})])

    server = _parameters(built_project.folder)
    async with Client(server, mode=mode, list_roots_callback=roots) as client:
        answer = await client.call_tool("ask", {"question": "Where do I call the Stripe API from?"})
        found = await client.call_tool("search_knowledge", {"query": "N+1 pattern", "k": 1})
        own = await client.call_tool("check_code", {"paths": ["."]})
        granted = await client.call_tool("check_code", {"paths": [str(other)]})
        refused = await client.call_tool("check_code", {"paths": ["/etc/passwd"]})
    assert (answer.structured_content or {})["status"] == "answered"
    assert (found.structured_content or {})["results"][0]["source"] == "reviewer"
    rules = {finding["rule"] for finding in (own.structured_content or {})["findings"]}
    assert "no-filter-in-query" in rules
    assert (granted.structured_content or {})["findings"][0]["rule"] == "syntax-error"
    [content] = refused.content
    assert refused.is_error and isinstance(content, TextContent) and "outside" in content.text


@contextmanager
def _server(folder: Path, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    """The process itself; its output is read by the test."""
    process = subprocess.Popen(
        [*COMMAND, *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=folder,
        start_new_session=True,
    )
    with process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()


def _send(process: subprocess.Popen[bytes], *messages: dict[str, Any] | bytes) -> None:
    assert process.stdin is not None
    for message in messages:
        line = message if isinstance(message, bytes) else json.dumps(message).encode()
        process.stdin.write(line + b"\n")
    process.stdin.flush()


def _receive(process: subprocess.Popen[bytes]) -> dict[str, Any]:
    assert process.stdout is not None
    message: dict[str, Any] = json.loads(process.stdout.readline())
    return message


def _request(id_: int, method: str, **params: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": id_, "method": method, "params": params}


HELLO = _request(
    0,
    "initialize",
    protocolVersion="2025-06-18",
    capabilities={},
    clientInfo={"name": "test", "version": "1"},
)
READY = {"jsonrpc": "2.0", "method": "notifications/initialized"}


def test_nothing_but_the_protocol_is_written(built_project: Any) -> None:
    """Each line of the output answers a request; the end of the input ends the server."""
    with _server(built_project.folder) as process:
        _send(process, HELLO)
        hello = _receive(process)
        _send(
            process,
            READY,
            _request(1, "tools/call", name="search_knowledge", arguments={"query": "withIndex"}),
            _request(2, "tools/call", name="check_code", arguments={"code": "const a = 1;"}),
            _request(3, "prompts/list"),
        )
        answers = [_receive(process) for _ in range(3)]
        rest, noise = process.communicate()
    assert hello["result"]["protocolVersion"] == "2025-06-18"
    assert hello["result"]["serverInfo"]["name"] == "convexpert"
    assert {answer["id"] for answer in answers} == {1, 2, 3}
    assert not any("error" in answer for answer in answers)
    assert rest == b""
    assert b"Traceback" not in noise
    assert process.returncode == 0


def test_what_others_print_goes_to_standard_error(built_project: Any) -> None:
    """Native parts of libraries write to the descriptor, past Python's streams."""
    noisy = (
        "import os, sys\n"
        "from assistant.toolbox.box import Toolbox\n"
        "def list_agents(self, asked):\n"
        "    print('printed', flush=True); os.write(1, b'written\\n'); os.system('echo child')\n"
        "    return {'agents': [{'stdin': os.read(0, 10).decode()}]}\n"
        "Toolbox.list_agents = list_agents\n"
        "sys.argv[1:] = ['mcp']\n"
        "from assistant.cli.main import main\n"
        "main()\n"
    )
    messages = [HELLO, READY, _request(1, "tools/call", name="list_agents", arguments={})]
    process = subprocess.Popen(
        [sys.executable, "-c", noisy],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=built_project.folder,
    )
    with process:
        _send(process, *messages)
        assert _receive(process)["id"] == 0
        result = _receive(process)["result"]
        rest, noise = process.communicate()
    assert result["structuredContent"] == {"agents": [{"stdin": ""}]}
    assert rest == b""
    for word in (b"printed", b"written", b"child"):
        assert word in noise


def test_lines_that_are_no_message_are_answered_and_passed_over(built_project: Any) -> None:
    with _server(built_project.folder) as process:
        _send(
            process,
            HELLO,
            b"",
            b"no json",
            b"[" * 100_000,
            b"[]",
            b"\xff\xfe{}",
            b'{"jsonrpc": "2.0", "id": 9, "method": "' + b"x" * LONGEST_MESSAGE + b'"}',
            READY,
            _request(1, "tools/list"),
        )
        answers = [_receive(process) for _ in range(7)]
        process.communicate()
    codes = [answer["error"]["code"] for answer in answers if "error" in answer]
    assert sorted(codes) == [-32700, -32700, -32700, -32600, -32600]
    assert {answer["id"] for answer in answers if "result" in answer} == {0, 1}
    assert process.returncode == 0


def test_ctrl_c_ends_it_without_a_traceback(built_project: Any) -> None:
    with _server(built_project.folder) as process:
        _send(process, HELLO)
        _receive(process)
        process.send_signal(signal.SIGINT)
        status = process.wait(timeout=120)
        assert process.stderr is not None
        noise = process.stderr.read()
    assert status == 130
    assert b"Traceback" not in noise


def test_a_client_that_no_longer_reads_ends_it(built_project: Any) -> None:
    with _server(built_project.folder) as process:
        _send(process, HELLO)
        _receive(process)
        assert process.stdout is not None and process.stdin is not None
        process.stdout.close()
        _send(process, READY, _request(1, "tools/list"))
        status = process.wait(timeout=120)
        assert process.stderr is not None
        noise = process.stderr.read()
    assert status == 0
    assert b"Traceback" not in noise


def test_the_end_of_the_input_does_not_wait_for_a_first_build(tmp_path: Path) -> None:
    """The five built-in agents take a while to index; what was embedded is kept."""
    with _server(tmp_path, "--workspace", str(tmp_path / "new")) as process:
        _send(process, HELLO)
        _receive(process)
        _send(process, READY)
        _, noise = process.communicate(timeout=120)
    assert process.returncode == 0
    assert b"Traceback" not in noise


def test_a_folder_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    for options, says in (
        (("--root", str(tmp_path / "nowhere")), "no such folder"),
        (("--allow-host", "x"), "--http"),
        (("--http", "nonsense"), "HOST:PORT"),
        (("--http", "127.0.0.1:99999"), "HOST:PORT"),
        (("--http", "192.0.2.1:0"), "can't listen"),
    ):
        run = subprocess.run(
            [*COMMAND, *options], capture_output=True, encoding="utf-8", cwd=tmp_path, check=False
        )
        assert run.returncode == 2, options
        assert run.stderr.startswith("error: ") and says in run.stderr
        assert run.stdout == ""
