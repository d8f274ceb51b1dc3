"""What convexpert offers other programs, once for all of them: tools with schemas and limits."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assistant.toolbox.box import Toolbox
    from assistant.toolbox.folders import Folders
    from assistant.toolbox.tools import TOOLS, Tool

__all__ = ["TOOLS", "Folders", "Tool", "Toolbox"]

_HOMES = {
    "TOOLS": "assistant.toolbox.tools",
    "Tool": "assistant.toolbox.tools",
    "Toolbox": "assistant.toolbox.box",
    "Folders": "assistant.toolbox.folders",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
