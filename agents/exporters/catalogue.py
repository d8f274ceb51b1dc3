"""All targets by name."""

from __future__ import annotations

from agents.errors import UsageError, did_you_mean
from agents.exporters.base import Target
from agents.exporters.claude import ClaudeTarget

TARGETS: dict[str, Target] = {target.name: target for target in (ClaudeTarget(),)}


def target_named(name: str) -> Target:
    """The target of this name. Raises UsageError where there is none."""
    if name not in TARGETS:
        otherwise = f"targets are {', '.join(sorted(TARGETS))}"
        raise UsageError(
            f"unknown export target {name!r}", hint=did_you_mean(name, TARGETS, otherwise)
        )
    return TARGETS[name]
