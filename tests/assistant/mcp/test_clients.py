"""Other people's clients: the official inspector's command line, where it is installed.

`npm i @modelcontextprotocol/inspector` in the repository, or CONVEXPERT_TEST_INSPECTOR=PATH.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
INSPECTOR = (
    os.environ.get("CONVEXPERT_TEST_INSPECTOR")
    or shutil.which("mcp-inspector", path=ROOT / "node_modules" / ".bin")
    or shutil.which("mcp-inspector")
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        INSPECTOR is None or shutil.which("node") is None,
        reason="node or @modelcontextprotocol/inspector is not installed",
    ),
]

Inspect = Callable[..., dict[str, Any]]


@pytest.fixture
def inspect(built_project: Any) -> Inspect:
    def run(method: str, *options: str) -> dict[str, Any]:
        assert INSPECTOR is not None
        workspace = str(built_project.workspace.root)
        server = [sys.executable, "-m", "assistant.cli", "mcp", "--workspace", workspace]
        done = subprocess.run(
            [INSPECTOR, "--cli", *server, "--method", method, *options],
            capture_output=True,
            encoding="utf-8",
            cwd=ROOT,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        value: dict[str, Any] = json.loads(done.stdout)
        return value

    return run


def test_the_inspector_lists_tools_prompts_and_resources(inspect: Inspect) -> None:
    tools = inspect("tools/list")["tools"]
    assert [tool["name"] for tool in tools][:2] == ["search_knowledge", "ask"]
    assert all(tool["annotations"]["readOnlyHint"] for tool in tools)
    prompts = inspect("prompts/list")["prompts"]
    assert [prompt["name"] for prompt in prompts] == ["convex-expert", "reviewer"]
    resources = inspect("resources/list")["resources"]
    assert resources[1]["uri"] == "convexpert://agents/reviewer"
    contents = inspect("resources/read", "--uri", resources[1]["uri"])["contents"]
    assert contents[0]["text"].endswith("- Write kindly.\n")


def test_the_inspector_calls_tools(inspect: Inspect) -> None:
    """It holds structured results against the output schemas by itself."""

    def call(tool: str, *arguments: str) -> dict[str, Any]:
        given = [part for one in arguments for part in ("--tool-arg", one)]
        return inspect("tools/call", "--tool-name", tool, *given)

    answer = call("ask", "question=Where do I call the Stripe API from?")
    assert answer["structuredContent"]["status"] == "answered"
    checked = call("check_code", 'paths=["convex/tasks.ts"]')
    rules = {finding["rule"] for finding in checked["structuredContent"]["findings"]}
    assert "no-filter-in-query" in rules
    refused = call("get_agent", "reference=nobody")
    assert refused["isError"] is True
