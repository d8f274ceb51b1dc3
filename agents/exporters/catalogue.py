"""All targets by name. A target is there because its file is: nothing else is to be edited."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from agents.errors import UsageError, did_you_mean
from agents.exporters.base import Target


def _found() -> dict[str, Target]:
    """The `TARGETS` of each module in `targets/`, by name."""
    modules = sorted(Path(__file__).with_name("targets").glob("[!_]*.py"))
    found = [
        target
        for module in modules
        for target in import_module(f"agents.exporters.targets.{module.stem}").TARGETS
    ]
    return {target.name: target for target in sorted(found, key=lambda target: target.name)}


TARGETS: dict[str, Target] = _found()


def target_named(name: str) -> Target:
    """The target of this name. Raises UsageError where there is none."""
    if name not in TARGETS:
        otherwise = f"targets are {', '.join(sorted(TARGETS))}"
        raise UsageError(
            f"unknown export target {name!r}", hint=did_you_mean(name, TARGETS, otherwise)
        )
    return TARGETS[name]
