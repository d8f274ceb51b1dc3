"""The registry: agents, their versions and labels, in one SQL database.

The names below are loaded when first asked for, so that importing a value type for an annotation
does not import what reads and writes them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from agents.registry.opening import open_registry
    from agents.registry.store import Registry
    from agents.registry.version import AgentVersion

__all__ = ["AgentVersion", "Registry", "open_registry"]

_HOMES = {
    "AgentVersion": "agents.registry.version",
    "Registry": "agents.registry.store",
    "open_registry": "agents.registry.opening",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
