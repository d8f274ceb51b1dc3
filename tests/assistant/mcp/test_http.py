"""The server over streamable HTTP: real requests, and who is let in."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp_types import ListRootsResult, Root

from agents.errors import UsageError
from assistant.mcp.http import Address, Guard, is_loopback, parse_address

COMMAND = [sys.executable, "-m", "assistant.cli", "mcp", "--http"]


@dataclass(frozen=True)
class Served:
    url: str
    process: subprocess.Popen[str]
    said: list[str]
    """What it wrote to standard error until it listened, line by line."""


@contextmanager
def _served(folder: Path, address: str, *options: str, **environment: str) -> Iterator[Served]:
    process = subprocess.Popen(
        [*COMMAND, address, *options],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        cwd=folder,
        env={**os.environ, **environment},
    )
    with process:
        try:
            assert process.stderr is not None
            said = [process.stderr.readline()]
            found = re.search(r"listening on (\S+)", said[0])
            assert found is not None, said
            warnings = 0 if found[1].startswith("http://127.") else 2
            said += [process.stderr.readline() for _ in range(warnings)]
            yield Served(found[1].replace("0.0.0.0", "127.0.0.1"), process, said)
        finally:
            if process.poll() is None:
                process.kill()


@pytest.fixture(scope="module")
def served(built_project: Any) -> Iterator[Served]:
    with _served(built_project.folder, "127.0.0.1:0") as server:
        yield server


@pytest.mark.asyncio
@pytest.mark.parametrize("mode", ["legacy", "auto"])
async def test_a_client_asks_and_grants_a_root(served: Served, tmp_path: Path, mode: str) -> None:
    file = tmp_path / "x.ts"
    file.write_text("export const broken = (;", encoding="utf-8")

    async def roots(context: Any) -> ListRootsResult:
        return ListRootsResult(roots=[Root.model_validate({"uri": tmp_path.as_uri()})])

    async with Client(served.url, mode=mode, list_roots_callback=roots) as client:
        answer = await client.call_tool("ask", {"question": "Where do I call the Stripe API from?"})
        checked = await client.call_tool("check_code", {"paths": [str(file)]})
        refused = await client.call_tool("check_code", {"paths": ["/etc/passwd"]})
        prompts = await client.list_prompts()
    assert (answer.structured_content or {})["status"] == "answered"
    assert (checked.structured_content or {})["findings"][0]["rule"] == "syntax-error"
    assert refused.is_error
    assert [prompt.name for prompt in prompts.prompts] == ["convex-expert", "reviewer"]


HELLO = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    },
}
ACCEPT = {"Accept": "application/json, text/event-stream"}


def _status(url: str, **headers: str) -> int:
    return httpx.post(url, json=HELLO, headers={**ACCEPT, **headers}, timeout=120).status_code


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "localhost:80"}, 200),
        ({"Origin": "http://localhost:6274"}, 200),
        ({"Host": "evil.example"}, 421),
        ({"Host": "evil.example:8000"}, 421),
        ({"Host": "127.0.0.1.evil.example"}, 421),
        ({"Host": "192.0.2.7"}, 421),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "http://localhost.evil.example"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
def test_foreign_hosts_and_pages_are_refused(
    served: Served, headers: dict[str, str], status: int
) -> None:
    assert _status(served.url, **headers) == status


def test_a_body_that_is_too_large_is_refused(served: Served) -> None:
    body = b'{"jsonrpc": "2.0", "id": 1, "method": "' + b"x" * 5_000_000 + b'"}'
    answer = httpx.post(
        served.url,
        content=body,
        headers={**ACCEPT, "Content-Type": "application/json"},
        timeout=120,
    )
    assert answer.status_code == 413


def test_elsewhere_than_on_loopback_it_warns_and_asks_for_the_token(built_project: Any) -> None:
    with _served(built_project.folder, "0.0.0.0:0") as server:
        assert "other machines" in server.said[1]
        assert "CONVEXPERT_MCP_TOKEN" in server.said[2]
        assert _status(server.url) == 200
        assert _status(server.url, Host="evil.example") == 421


@pytest.mark.asyncio
async def test_the_token_is_asked_for_where_one_is_set(built_project: Any) -> None:
    with _served(built_project.folder, "127.0.0.1:0", CONVEXPERT_MCP_TOKEN="s3cret") as server:
        assert _status(server.url) == 401
        assert _status(server.url, Authorization="Bearer s3cre") == 401
        assert _status(server.url, Authorization="Basic s3cret") == 401
        assert _status(server.url, Authorization="Bearer s3cret") == 200
        async with (
            httpx.AsyncClient(headers={"Authorization": "Bearer s3cret"}, timeout=120) as http,
            Client(streamable_http_client(server.url, http_client=http)) as client,
        ):
            listed = await client.call_tool("list_agents", {})
    assert not listed.is_error


def test_ctrl_c_ends_it_without_a_traceback(built_project: Any) -> None:
    with _served(built_project.folder, "127.0.0.1:0") as server:
        assert _status(server.url) == 200
        server.process.send_signal(signal.SIGINT)
        printed, noise = server.process.communicate(timeout=120)
    assert server.process.returncode == 130
    assert "Traceback" not in noise
    assert printed == ""


def test_a_port_that_is_taken_is_a_usage_error(served: Served, tmp_path: Path) -> None:
    place = served.url.removeprefix("http://").removesuffix("/mcp")
    run = subprocess.run(
        [*COMMAND, place], capture_output=True, encoding="utf-8", cwd=tmp_path, check=False
    )
    assert run.returncode == 2
    assert run.stderr.startswith(f"error: can't listen on {place}")


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("127.0.0.1:8000", "127.0.0.1", 8000),
        ("8000", "127.0.0.1", 8000),
        (":0", "127.0.0.1", 0),
        ("[::1]:9", "::1", 9),
        ("shop.example:443", "shop.example", 443),
    ],
)
def test_addresses_are_read(text: str, host: str, port: int) -> None:
    assert parse_address(text) == Address(host, port)


@pytest.mark.parametrize(
    "text", ["", "x", "::1:80", "127.0.0.1:", "a:b", "1.2.3.4:70000", "a b:1c"]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse_address(text)


@pytest.mark.parametrize(
    ("host", "is_own"),
    [
        ("localhost", True),
        ("LOCALHOST.", True),
        ("127.1.2.3", True),
        ("[::1]", True),
        ("::ffff:10.0.0.1", False),
        ("10.0.0.1", False),
        ("localhost.example", False),
        ("", False),
    ],
)
def test_loopback_is_told_from_the_rest(host: str, is_own: bool) -> None:
    assert is_loopback(host) is is_own


@pytest.mark.parametrize(
    ("bound", "host", "origin", "status"),
    [
        ("0.0.0.0", "10.0.0.5:8000", None, None),
        ("0.0.0.0", "shop.internal", None, None),
        ("0.0.0.0", "other.internal", None, 421),
        ("0.0.0.0", "10.0.0.5", "http://10.0.0.5", None),
        ("0.0.0.0", "10.0.0.5", "http://10.0.0.6", 403),
        ("0.0.0.0", "10.0.0.5", "https://shop.internal", None),
        ("desk.lan", "desk.lan:8000", None, None),
        ("127.0.0.1", "shop.internal", None, None),
        ("127.0.0.1", "", None, 421),
        ("127.0.0.1", "[::1", None, 421),
    ],
)
def test_names_that_were_allowed_pass(
    bound: str, host: str, origin: str | None, status: int | None
) -> None:
    async def inner(*_: object) -> None:
        raise AssertionError

    guard = Guard(inner, Address(bound, 1), names=frozenset({"shop.internal"}))
    headers = {b"host": host.encode()}
    if origin is not None:
        headers[b"origin"] = origin.encode()
    refusal = guard.refusal(headers)
    assert (refusal[0] if refusal else None) == status
