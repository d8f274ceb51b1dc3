"""The registry: agents, their versions and labels, in one SQL database.

The names below are loaded when first asked for, so that importing a value type for an annotation
does not import what reads and writes them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from agents.late_names import late_names

if TYPE_CHECKING:
    from agents.registry.opening import open_registry
    from agents.registry.store import Registry
    from agents.registry.version import AgentVersion

__all__ = ["AgentVersion", "Registry", "open_registry"]

__getattr__ = late_names(
    __name__,
    {
        "AgentVersion": "agents.registry.version",
        "Registry": "agents.registry.store",
        "open_registry": "agents.registry.opening",
    },
)
