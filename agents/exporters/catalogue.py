"""All targets by name."""

from __future__ import annotations

from agents.errors import UsageError, did_you_mean
from agents.exporters.agents_md import AgentsMdTarget
from agents.exporters.amazon_q import AmazonQTarget
from agents.exporters.base import Target
from agents.exporters.claude import ClaudeTarget
from agents.exporters.claude_plugin import ClaudePluginTarget
from agents.exporters.cline import ClineTarget
from agents.exporters.codex import CodexTarget
from agents.exporters.copilot import CopilotInstructionsTarget, CopilotTarget
from agents.exporters.cursor import CursorTarget
from agents.exporters.gemini import GeminiTarget
from agents.exporters.kiro import KiroTarget
from agents.exporters.opencode import OpenCodeTarget
from agents.exporters.roo import RooTarget
from agents.exporters.windsurf import WindsurfTarget

_ALL: tuple[Target, ...] = (
    AgentsMdTarget(),
    AmazonQTarget(),
    ClaudeTarget(),
    ClaudePluginTarget(),
    ClineTarget(),
    CodexTarget(),
    CopilotTarget(),
    CopilotInstructionsTarget(),
    CursorTarget(),
    GeminiTarget(),
    KiroTarget(),
    OpenCodeTarget(),
    RooTarget(),
    WindsurfTarget(),
)
TARGETS: dict[str, Target] = {target.name: target for target in _ALL}


def target_named(name: str) -> Target:
    """The target of this name. Raises UsageError where there is none."""
    if name not in TARGETS:
        otherwise = f"targets are {', '.join(sorted(TARGETS))}"
        raise UsageError(
            f"unknown export target {name!r}", hint=did_you_mean(name, TARGETS, otherwise)
        )
    return TARGETS[name]
