"""The toolbox as LangChain tools. Nothing else of convexpert imports this module.

from langchain.agents import create_agent
agent = create_agent("openai:gpt-5.2", tools())
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from langchain_core.tools import BaseTool, StructuredTool, ToolException  # noqa: TID253

from agents.errors import ConvexpertError
from assistant.toolbox.box import Toolbox
from assistant.toolbox.tools import TOOLS, Tool, complaint, told

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic.v1 import ValidationError as ValidationErrorV1

__all__ = ["tools"]


def tools(toolbox: Toolbox | None = None) -> list[BaseTool]:
    """Search, ask, check code, list and get agents, explain a rule: tools for `create_agent`.

    `toolbox` is what they use, by default the workspace that applies in the current folder, which
    is opened by the first call. Each call returns JSON as text; in a `ToolMessage` its `artifact`
    is the same as values. Errors of ours go to the model, with what to do about them. Calls may
    come from several threads, and without waiting by `ainvoke`.
    """
    box = Toolbox.here() if toolbox is None else toolbox
    return [_langchain_tool(tool, box) for tool in TOOLS]


def _langchain_tool(tool: Tool, toolbox: Toolbox) -> BaseTool:
    def call(*only: str, **given: Any) -> tuple[str, dict[str, Any]]:
        # LangChain lets a tool be called with a bare text, which means its first argument.
        first = dict(zip(tool.takes.model_fields, only, strict=False))
        try:
            result = tool.call(toolbox, {**first, **given})
        except ConvexpertError as error:
            raise ToolException(told(error)) from error
        return json.dumps(result, ensure_ascii=False, separators=(",", ":")), result

    return StructuredTool.from_function(
        call,
        name=tool.name,
        description=tool.description,
        args_schema=tool.takes,
        response_format="content_and_artifact",
        handle_tool_error=True,
        handle_validation_error=_invalid,
        metadata={"title": tool.title},
    )


def _invalid(error: ValidationError | ValidationErrorV1) -> str:
    return complaint(error)  # type: ignore[arg-type]  # ours are all of version 2
