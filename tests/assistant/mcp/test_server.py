"""The MCP server in memory, through the SDK's own client, in both ways to shake hands."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from mcp.client.session import ClientRequestContext
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    ListRootsResult,
    PromptReference,
    ResourceTemplateReference,
    Root,
    TextContent,
    TextResourceContents,
)

from agents.settings import Settings
from assistant.mcp.desk import Desk
from assistant.mcp.server import UNEXPECTED, build_server
from assistant.toolbox import TOOLS, Toolbox
from assistant.toolbox.folders import Folders
from kb.build import Progress
from kb.knowledge_base import KnowledgeBase

pytestmark = pytest.mark.asyncio

MODES = ["legacy", "auto"]
QUESTION = {"question": "Where do I call the Stripe API from?"}


@pytest.fixture(scope="module")
def desk(built_project: Any) -> Iterator[Desk]:
    opened = Desk(lambda progress: Toolbox(built_project.workspace, Settings(), progress=progress))
    yield opened
    opened.close()


@pytest.fixture(params=MODES)
def client(request: pytest.FixtureRequest, desk: Desk) -> Client:
    return Client(build_server(desk), mode=request.param)


def _text(result: Any) -> str:
    [content] = result.content
    assert isinstance(content, TextContent)
    return content.text


async def test_it_says_who_it_is_and_what_it_offers(client: Client) -> None:
    async with client:
        tools = (await client.list_tools()).tools
        info = client.server_info
    assert info is not None and info.name == "convexpert" and info.version
    assert [tool.name for tool in tools] == [tool.name for tool in TOOLS]
    for tool in tools:
        assert tool.title and tool.description and len(tool.description) > 100
        assert tool.output_schema
        assert tool.annotations is not None and tool.annotations.read_only_hint is True
        assert tool.annotations.open_world_hint is False


async def test_results_are_structured_and_the_same_as_text(client: Client) -> None:
    """The client holds the structured result against the output schema by itself."""
    async with client:
        answer = await client.call_tool("ask", QUESTION)
        found = await client.call_tool("search_knowledge", {"query": "Stripe", "k": 1})
        checked = await client.call_tool("check_code", {"paths": ["convex"]})
    for result in (answer, found, checked):
        assert not result.is_error
        assert json.loads(_text(result)) == result.structured_content
    assert answer.structured_content is not None
    assert answer.structured_content["status"] == "answered"
    [citation, *_] = answer.structured_content["citations"]
    assert "Stripe" in citation["quote"]


@pytest.mark.parametrize(
    ("tool", "arguments", "says"),
    [
        ("search_knowledge", {"query": "x", "k": 99}, "`k`"),
        ("get_agent", {"reference": "reviwer"}, "did you mean reviewer?"),
        ("get_agent", {"reference": "a b@"}, "no reference"),
        ("explain_rule", {"rule": "n-plus-two"}, "did you mean n-plus-one?"),
        ("check_code", {"paths": ["/etc/passwd"]}, "outside the folders"),
        ("check_code", {"code": "1", "agents": ["nobody"]}, "no agent has the handle"),
        ("ask", {"question": "x", "agent": "nobody"}, "no agent has the handle"),
    ],
)
async def test_errors_of_ours_are_told_to_the_model(
    client: Client, tool: str, arguments: dict[str, Any], says: str
) -> None:
    async with client:
        result = await client.call_tool(tool, arguments)
    assert result.is_error
    assert result.structured_content is None
    assert says in _text(result)
    assert "Traceback" not in _text(result)


async def test_an_unknown_tool_is_an_error_of_the_protocol(client: Client) -> None:
    async with client:
        with pytest.raises(MCPError) as refused:
            await client.call_tool("delete_everything", {})
    assert refused.value.error.code == INVALID_PARAMS


async def test_what_nobody_expected_is_told_without_our_insides(
    built_project: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    class Broken(Toolbox):
        def list_agents(self, asked: Any) -> dict[str, Any]:
            raise RuntimeError("the secret of the machine")

    desk = Desk(lambda progress: Broken(built_project.workspace, Settings()))
    async with Client(build_server(desk)) as client:
        result = await client.call_tool("list_agents", {})
    desk.close()
    assert result.is_error
    assert _text(result) == UNEXPECTED
    assert "the secret of the machine" in capsys.readouterr().err


async def test_agents_are_prompts_with_a_task_below(client: Client) -> None:
    async with client:
        prompts = (await client.list_prompts()).prompts
        plain = await client.get_prompt("reviewer")
        asked = await client.get_prompt("reviewer", {"task": "Review a.ts", "version": "latest"})
    assert [prompt.name for prompt in prompts] == ["convex-expert", "reviewer"]
    assert prompts[1].description == "Reviews code."
    text = plain.messages[0].content.text  # type: ignore[union-attr]
    assert text.startswith("# Reviewer") and text.endswith("- Write kindly.\n")
    assert asked.messages[0].content.text == f"{text}\n---\n\nReview a.ts\n"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("nobody", None),
        ("reviewer", {"version": "9"}),
        ("reviewer", {"mood": "bad"}),
        ("reviewer", {"task": "x" * 100_001}),
    ],
)
async def test_prompts_that_are_none_are_refused(
    client: Client, name: str, arguments: dict[str, str] | None
) -> None:
    async with client:
        with pytest.raises(MCPError) as refused:
            await client.get_prompt(name, arguments)
    assert refused.value.error.code == INVALID_PARAMS


async def test_agents_are_resources(client: Client, built_project: Any) -> None:
    async with client:
        resources = (await client.list_resources()).resources
        templates = (await client.list_resource_templates()).resource_templates
        texts = []
        for address in (str(resources[1].uri), f"{resources[1].uri}/versions/1"):
            [contents] = (await client.read_resource(address)).contents
            assert isinstance(contents, TextResourceContents)
            assert contents.mime_type == "text/markdown"
            texts.append(contents.text)
    assert [str(resource.uri) for resource in resources] == [
        "convexpert://agents/convex-expert",
        "convexpert://agents/reviewer",
    ]
    file = built_project.folder / "documents" / "reviewer.md"
    assert texts == [file.read_text(encoding="utf-8")] * 2
    assert [template.uri_template for template in templates] == [
        "convexpert://agents/{handle}",
        "convexpert://agents/{handle}/versions/{version}",
    ]


@pytest.mark.parametrize(
    "address",
    [
        "convexpert://agents/nobody",
        "convexpert://agents/reviewer/versions/7",
        "convexpert://agents/reviewer/versions/",
        "convexpert://agents/reviewer/files/1",
        "convexpert://agents/",
        "convexpert://agents/..%2f..%2fetc%2fpasswd",
        "file:///etc/passwd",
    ],
)
async def test_addresses_that_are_none_are_refused(client: Client, address: str) -> None:
    async with client:
        with pytest.raises(MCPError) as refused:
            await client.read_resource(address)
    assert refused.value.error.code == INVALID_PARAMS


async def test_handles_and_versions_are_completed(client: Client) -> None:
    template = "convexpert://agents/{handle}/versions/{version}"
    async with client:
        handles = await client.complete(
            ResourceTemplateReference(uri=template), {"name": "handle", "value": "rev"}
        )
        versions = await client.complete(
            ResourceTemplateReference(uri=template),
            {"name": "version", "value": ""},
            context_arguments={"handle": "reviewer"},
        )
        prompts = await client.complete(
            PromptReference(name="reviewer"), {"name": "version", "value": "l"}
        )
        nothing = await client.complete(
            PromptReference(name="nobody"), {"name": "version", "value": ""}
        )
    assert handles.completion.values == ["reviewer"]
    assert versions.completion.values == ["latest", "1"]
    assert prompts.completion.values == ["latest"]
    assert nothing.completion.values == []


@pytest.fixture
def other_file(tmp_path: Path) -> Path:
    file = tmp_path / "other project" / "convex" / "x.ts"
    file.parent.mkdir(parents=True)
    file.write_text("export const broken = (;", encoding="utf-8")
    return file


@pytest.mark.parametrize("mode", MODES)
async def test_a_root_that_the_client_grants_is_read(
    desk: Desk, other_file: Path, mode: str
) -> None:
    asked = []

    async def roots(context: ClientRequestContext) -> ListRootsResult:
        asked.append(context)
        return ListRootsResult(
            roots=[
                Root.model_validate({"uri": "file://elsewhere/srv"}),
                Root.model_validate({"uri": other_file.parents[1].as_uri()}),
            ]
        )

    async with Client(build_server(desk), mode=mode, list_roots_callback=roots) as client:
        own = await client.call_tool("check_code", {"paths": ["convex"]})
        assert not own.is_error and asked == []
        absolute = await client.call_tool("check_code", {"paths": [str(other_file)]})
        relative = await client.call_tool("check_code", {"paths": ["convex/x.ts"]})
        outside = await client.call_tool("check_code", {"paths": ["/etc/hosts"]})
    assert len(asked) == 3
    for result in (absolute, relative):
        assert not result.is_error, _text(result)
        assert result.structured_content is not None
        assert result.structured_content["findings"][0]["rule"] == "syntax-error"
    assert outside.is_error
    assert str(other_file.parents[1]) in _text(outside)


@pytest.mark.parametrize("mode", MODES)
async def test_roots_of_clients_elsewhere_grant_nothing(
    desk: Desk, other_file: Path, mode: str
) -> None:
    async def roots(context: ClientRequestContext) -> ListRootsResult:
        raise AssertionError("nobody asks")

    server = build_server(desk, trust_roots=False)
    async with Client(server, mode=mode, list_roots_callback=roots) as client:
        result = await client.call_tool("check_code", {"paths": [str(other_file)]})
    assert result.is_error and "outside" in _text(result)


async def test_building_the_index_is_reported_as_progress_that_grows(project: Any) -> None:
    project.put("third", "---\nname: third\n---\n## Auth\n\nCheck `ctx.auth` in each function.\n")
    somebody_listens = threading.Event()

    class Patient(Toolbox):
        """Does not build while nobody could hear of it: warming up would, at once."""

        def knowledge_base(self) -> KnowledgeBase:
            somebody_listens.wait()
            return super().knowledge_base()

    class Told(Desk):
        @contextmanager
        def listening(self, listener: Progress) -> Iterator[None]:
            with super().listening(listener):
                somebody_listens.set()
                yield

    desk = Told(lambda progress: Patient(project.workspace, Settings(), progress=progress))
    heard: list[tuple[float, str | None]] = []

    async def progress(value: float, total: float | None, message: str | None) -> None:
        heard.append((value, message))

    async with Client(build_server(desk)) as client:
        found = await client.call_tool(
            "search_knowledge", {"query": "ctx.auth", "k": 1}, progress_callback=progress
        )
    desk.close()
    assert found.structured_content is not None
    assert found.structured_content["results"][0]["source"] == "third"
    values = [value for value, _ in heard]
    assert values == sorted(set(values)) and len(values) >= 2
    assert any(message and message.startswith("Embedding passages") for _, message in heard)


async def test_a_new_version_is_served_while_the_server_runs(project: Any) -> None:
    desk = Desk(lambda progress: Toolbox(project.workspace, Settings(), progress=progress))
    async with Client(build_server(desk), cache=None) as client:
        before = await client.call_tool("search_knowledge", {"query": "kangaroo"})
        project.put("zoo", "---\nname: zoo\n---\n## Animals\n\nThe kangaroo has a pouch.\n")
        after = await client.call_tool("search_knowledge", {"query": "kangaroo", "k": 1})
        prompts = [prompt.name for prompt in (await client.list_prompts()).prompts]
    desk.close()
    assert "zoo" not in {r["source"] for r in (before.structured_content or {})["results"]}
    assert (after.structured_content or {})["results"][0]["source"] == "zoo"
    assert "zoo" in prompts


async def test_a_workspace_that_cannot_be_used_is_an_error_of_each_call(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from agents.workspace import Workspace

    (tmp_path / "file").touch()
    workspace = Workspace(tmp_path / "file" / ".convexpert")
    desk = Desk(lambda progress: Toolbox(workspace, Settings(), folders=Folders()))
    async with Client(build_server(desk)) as client:
        tools = (await client.list_tools()).tools
        result = await client.call_tool("list_agents", {})
        with pytest.raises(MCPError, match="can't make the workspace"):
            await client.list_prompts()
    desk.close()
    assert len(tools) == len(TOOLS)
    assert result.is_error and "can't make the workspace" in _text(result)
    assert "can't make the workspace" in capsys.readouterr().err


async def test_lists_come_in_pages(
    built_project: Any, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.mcp.agents.PAGE", 1)
    async with Client(build_server(desk), cache=None) as client:
        first = await client.list_prompts()
        second = await client.list_prompts(cursor=first.next_cursor)
    assert [prompt.name for prompt in first.prompts] == ["convex-expert"]
    assert [prompt.name for prompt in second.prompts] == ["reviewer"]
    assert second.next_cursor is None
