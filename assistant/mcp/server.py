"""The protocol's side: what is offered, and how calls reach the desk and come back."""

from __future__ import annotations

import json
import os
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any, TypeVar

import mcp_types as types
from mcp.server.context import ServerRequestContext  # noqa: TID253
from mcp.server.lowlevel import Server  # noqa: TID253
from mcp.shared.exceptions import MCPError  # noqa: TID253

from agents.errors import ConvexpertError, UsageError
from agents.registry import Registry
from assistant.mcp import agents
from assistant.mcp.desk import Desk
from assistant.mcp.progress import reporting
from assistant.mcp.roots import granted_folders
from assistant.toolbox.arguments import Arguments, CheckCode
from assistant.toolbox.folders import Folders
from assistant.toolbox.tools import TOOLS, Lane, Tool, told

Result = TypeVar("Result")
Context = ServerRequestContext[Any, Any]

INSTRUCTIONS = (
    "convexpert knows what the team's documents say about Convex, the reactive TypeScript backend."
    " Ask (`ask`) or search (`search_knowledge`) before you decide how to build something, and keep"
    " the citations. Check (`check_code`) Convex code that you wrote; `explain_rule` tells how to"
    " mend a finding. The registered agents are prompts and resources too."
)
UNEXPECTED = "something went wrong inside convexpert; its standard error says where"

_BY_NAME = {tool.name: tool for tool in TOOLS}
_READ_ONLY = types.ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)


def build_server(desk: Desk, *, trust_roots: bool = True) -> Server[None]:
    """A server over a desk, whose warming up begins when it is run.

    `trust_roots`: whether what clients grant may be read; not for clients of other machines.
    """

    @asynccontextmanager
    async def lifespan(_: Server[None]) -> AsyncIterator[None]:
        desk.warm_up()
        yield None

    async def list_tools(
        context: Context, params: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[_described(tool) for tool in TOOLS])

    async def call_tool(
        context: Context, params: types.CallToolRequestParams
    ) -> types.CallToolResult | types.InputRequiredResult:
        return await _call_tool(desk, context, params, trust_roots=trust_roots)

    async def list_prompts(
        context: Context, params: types.PaginatedRequestParams | None
    ) -> types.ListPromptsResult:
        return await _read(desk, lambda registry: agents.list_prompts(registry, _cursor(params)))

    async def get_prompt(
        context: Context, params: types.GetPromptRequestParams
    ) -> types.GetPromptResult:
        return await _read(desk, lambda r: agents.get_prompt(r, params.name, params.arguments))

    async def list_resources(
        context: Context, params: types.PaginatedRequestParams | None
    ) -> types.ListResourcesResult:
        return await _read(desk, lambda registry: agents.list_resources(registry, _cursor(params)))

    async def list_templates(
        context: Context, params: types.PaginatedRequestParams | None
    ) -> types.ListResourceTemplatesResult:
        return agents.list_templates()

    async def read_resource(
        context: Context, params: types.ReadResourceRequestParams
    ) -> types.ReadResourceResult:
        return await _read(desk, lambda registry: agents.read_resource(registry, str(params.uri)))

    async def complete(
        context: Context, params: types.CompleteRequestParams
    ) -> types.CompleteResult:
        return await _read(desk, lambda registry: agents.complete(registry, params))

    return Server(
        "convexpert",
        title="convexpert",
        version=version("convexpert"),
        description="What the team's agent documents say about Convex, and a code check by them.",
        instructions=INSTRUCTIONS,
        lifespan=lifespan,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        on_list_prompts=list_prompts,
        on_get_prompt=get_prompt,
        on_list_resources=list_resources,
        on_list_resource_templates=list_templates,
        on_read_resource=read_resource,
        on_completion=complete,
    )


def _described(tool: Tool) -> types.Tool:
    return types.Tool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=tool.input_schema,
        output_schema=tool.returns,
        annotations=_READ_ONLY.model_copy(update={"title": tool.title}),
    )


def _cursor(params: types.PaginatedRequestParams | None) -> str | None:
    return params.cursor if params is not None else None


async def _call_tool(
    desk: Desk, context: Context, params: types.CallToolRequestParams, *, trust_roots: bool
) -> types.CallToolResult | types.InputRequiredResult:
    tool = _BY_NAME.get(params.name)
    if tool is None:
        known = ", ".join(_BY_NAME)
        raise MCPError(
            code=types.INVALID_PARAMS, message=f"no tool is called {params.name[:80]!r}: {known}"
        )
    try:
        asked = tool.read(params.arguments or {})
        granted = Folders()
        if trust_roots and _wants_roots(asked, desk.toolbox.folders):
            told_roots = await granted_folders(context, params)
            if isinstance(told_roots, types.InputRequiredResult):
                return told_roots
            granted = told_roots
        async with reporting(context.session, desk):
            result = await desk.run(tool.lane, lambda box: tool.run(box, asked, granted))
    except ConvexpertError as error:
        return _failed(told(error))
    except MCPError:
        raise
    except Exception as error:
        _note(error)
        return _failed(UNEXPECTED)
    text = json.dumps(result, ensure_ascii=False, separators=(",", ":"))
    return types.CallToolResult(content=[types.TextContent(text=text)], structured_content=result)


def _wants_roots(asked: Arguments, known: Folders) -> bool:
    """Whether a path is named that the server's own folders don't have."""
    if not isinstance(asked, CheckCode):
        return False
    named = list(asked.paths)
    if asked.code is not None and os.path.isabs(asked.filename):
        named.append(asked.filename)
    for path in named:
        try:
            known.find(path)
        except UsageError:
            return True
    return False


def _failed(message: str) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(text=message)], is_error=True)


async def _read(desk: Desk, read: Callable[[Registry], Result]) -> Result:
    """What reading the registry gives; our errors as the protocol's."""

    def call() -> Awaitable[Result]:
        return desk.run(Lane.REGISTRY, lambda box: read(box.registry()))

    try:
        return await call()
    except ConvexpertError as error:
        data = {"code": error.code, "hint": error.hint}
        raise MCPError(code=types.INVALID_PARAMS, message=told(error), data=data) from error
    except MCPError:
        raise
    except Exception as error:
        _note(error)
        raise MCPError(code=types.INTERNAL_ERROR, message=UNEXPECTED) from error


def _note(error: Exception) -> None:
    """For who runs the server: the client is told nothing of our insides."""
    traceback.print_exception(error)
