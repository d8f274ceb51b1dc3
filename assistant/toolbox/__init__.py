"""What convexpert offers other programs, once for all of them: tools with schemas and limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.late_names import late_names

if TYPE_CHECKING:
    from assistant.toolbox.box import Toolbox
    from assistant.toolbox.folders import Folders
    from assistant.toolbox.tools import TOOLS, Tool

__all__ = ["TOOLS", "Folders", "Tool", "Toolbox"]

__getattr__ = late_names(
    __name__,
    {
        "TOOLS": "assistant.toolbox.tools",
        "Tool": "assistant.toolbox.tools",
        "Toolbox": "assistant.toolbox.box",
        "Folders": "assistant.toolbox.folders",
    },
)
