"""The tools as LangChain calls them: by its standard tests, and from an agent."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from langchain.agents import create_agent
from langchain_core.language_models import LanguageModelInput
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage, BaseMessage, ToolCall, ToolMessage
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from langchain_tests.integration_tests import ToolsIntegrationTests
from langchain_tests.unit_tests import ToolsUnitTests

from agents.settings import Settings
from assistant.langchain import tools
from assistant.toolbox import TOOLS, Toolbox

EXAMPLES: dict[str, dict[str, Any]] = {
    "search_knowledge": {"query": "withIndex", "k": 2},
    "ask": {
        "question": "And from where do I call it?",
        "history": [{"role": "user", "content": "Tell me about the Stripe API."}],
    },
    "check_code": {"code": "const a = 1;", "filename": "convex/a.ts"},
    "list_agents": {},
    "get_agent": {"reference": "reviewer"},
    "explain_rule": {"rule": "n-plus-one"},
}


@pytest.fixture(scope="module")
def toolbox(built_project: Any) -> Iterator[Toolbox]:
    with Toolbox(built_project.workspace, Settings()) as opened:
        yield opened


class _Standard:
    """What LangChain's standard tests want to know; they run for each tool."""

    _tool: BaseTool

    @pytest.fixture(autouse=True, params=list(EXAMPLES))
    def _choose(self, request: pytest.FixtureRequest, toolbox: Toolbox) -> None:
        self._tool = {tool.name: tool for tool in tools(toolbox)}[request.param]

    @property
    def tool_constructor(self) -> BaseTool:
        return self._tool

    @property
    def tool_invoke_params_example(self) -> dict[str, Any]:
        return dict(EXAMPLES[self._tool.name])


class TestUnit(_Standard, ToolsUnitTests):
    pass


class TestIntegration(_Standard, ToolsIntegrationTests):
    pass


class Scripted(GenericFakeChatModel):
    """A chat model that says what a script says, and remembers the tools that it was given."""

    def bind_tools(
        self, tools: Sequence[Any], **kwargs: Any
    ) -> Runnable[LanguageModelInput, AIMessage]:
        return self.bind(tools=[convert_to_openai_tool(tool) for tool in tools])


def _script(*calls: tuple[str, dict[str, Any]]) -> Scripted:
    asked = AIMessage(
        content="",
        tool_calls=[
            ToolCall(name=name, args=arguments, id=f"call-{number}", type="tool_call")
            for number, (name, arguments) in enumerate(calls)
        ],
    )
    return Scripted(messages=iter([asked, AIMessage(content="Done.")]))


def _answers(messages: Sequence[BaseMessage]) -> list[ToolMessage]:
    return [message for message in messages if isinstance(message, ToolMessage)]


def test_an_agent_calls_each_tool(toolbox: Toolbox) -> None:
    agent = create_agent(_script(*EXAMPLES.items()), tools(toolbox))
    messages = agent.invoke({"messages": [{"role": "user", "content": "Go."}]})["messages"]
    answers = _answers(messages)
    assert [answer.name for answer in answers] == list(EXAMPLES)
    assert {answer.status for answer in answers} == {"success"}
    for answer in answers:
        assert json.loads(str(answer.content)) == answer.artifact
    by_name = {answer.name: answer.artifact for answer in answers}
    assert by_name["ask"]["status"] == "answered"
    assert "Stripe" in by_name["ask"]["citations"][0]["quote"]
    assert by_name["search_knowledge"]["results"][0]["source"] == "convex-expert"
    assert messages[-1].content == "Done."


@pytest.mark.asyncio
async def test_an_agent_calls_tools_without_waiting(toolbox: Toolbox) -> None:
    agent = create_agent(_script(*EXAMPLES.items()), tools(toolbox))
    result = await agent.ainvoke({"messages": [{"role": "user", "content": "Go."}]})
    assert {answer.status for answer in _answers(result["messages"])} == {"success"}


def test_errors_of_ours_go_to_the_model(toolbox: Toolbox) -> None:
    wrong: dict[str, dict[str, Any]] = {
        "get_agent": {"reference": "reviwer"},
        "search_knowledge": {"query": "x", "k": 99},
        "check_code": {"paths": ["/etc/passwd"]},
    }
    agent = create_agent(_script(*wrong.items()), tools(toolbox))
    answers = _answers(agent.invoke({"messages": [("user", "Go.")]})["messages"])
    assert {answer.status for answer in answers} == {"error"}
    told = [str(answer.content) for answer in answers]
    assert "did you mean reviewer?" in told[0]
    assert "`k`" in told[1]
    assert "outside the folders" in told[2]


def test_a_bare_text_is_the_first_argument(toolbox: Toolbox) -> None:
    by_name = {tool.name: tool for tool in tools(toolbox)}
    assert json.loads(by_name["explain_rule"].invoke("n-plus-one"))["id"] == "n-plus-one"


def test_many_threads_get_the_same_answers(toolbox: Toolbox) -> None:
    by_name = {tool.name: tool for tool in tools(toolbox)}

    def call(number: int) -> str:
        name = ("check_code", "search_knowledge", "get_agent")[number % 3]
        result: str = by_name[name].invoke(EXAMPLES[name])
        return name + str({**json.loads(result), "elapsed_ms": 0})

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(call, range(18)))) == 3


def test_models_are_shown_descriptions_and_limits(toolbox: Toolbox) -> None:
    for tool, shown in zip(TOOLS, map(convert_to_openai_tool, tools(toolbox)), strict=True):
        function = shown["function"]
        assert function["name"] == tool.name
        assert function["description"] == tool.description
        assert set(function["parameters"]["properties"]) == set(tool.input_schema["properties"])
    [search, *_] = map(convert_to_openai_tool, tools(toolbox))
    assert search["function"]["parameters"]["properties"]["k"]["maximum"] == 50


def test_without_a_toolbox_the_current_folders_workspace_is_used(
    built_project: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(built_project.folder)
    by_name = {tool.name: tool for tool in tools()}
    listed = json.loads(by_name["list_agents"].invoke({}))
    assert [agent["handle"] for agent in listed["agents"]] == ["convex-expert", "reviewer"]


def test_asking_for_the_tools_opens_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert len(tools()) == len(TOOLS)
    assert list(tmp_path.iterdir()) == []
