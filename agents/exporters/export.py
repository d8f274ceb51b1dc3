"""An export from references to a plan: what a command or another program calls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from agents.errors import UsageError
from agents.exporters.base import OnCollision, Scope
from agents.exporters.catalogue import target_named
from agents.exporters.write import ExportPlan, plan_export
from agents.registry.store import Registry
from agents.registry.version import AgentVersion


def chosen_versions(registry: Registry, references: Sequence[str]) -> list[AgentVersion]:
    """The versions that the REFs mean, or the latest one of every visible agent without any.

    Raises UsageError where there are none, or two REFs mean two versions of one agent.
    """
    if not references:
        everything = registry.agents()
        if not everything:
            raise UsageError(
                "there are no agents to export", hint="`convexpert agents import PATH` first"
            )
        return everything
    chosen: dict[str, AgentVersion] = {}
    for reference in references:
        version = registry.resolve(reference)
        other = chosen.setdefault(version.handle, version)
        if other.number != version.number:
            raise UsageError(
                f"{other.reference} and {version.reference} are one agent",
                hint="export one version of it",
            )
    return list(chosen.values())


def export_folder(
    target: str, *, out: Path | None, scope: str | None, here: Path, home: Path
) -> Path:
    """The folder to write into: `out`, else where the target looks in that scope.

    Raises UsageError where neither is given, or for an unknown scope or target.
    """
    chosen = target_named(target)
    if scope is not None and scope not in tuple(Scope):
        raise UsageError(f"unknown scope {scope!r}", hint="project or user")
    if out is not None:
        return out
    if scope is None:
        raise UsageError(
            "export needs a folder", hint="--out DIR, or --scope project or --scope user"
        )
    folder = chosen.folder(Scope(scope))
    if folder is None:
        raise UsageError(
            f"{target} has no folder for a user's own agents", hint="--scope project, or --out DIR"
        )
    return (home if scope == Scope.USER else here) / folder


def export_plan(
    versions: Sequence[AgentVersion],
    target: str,
    folder: Path,
    *,
    on_collision: str = OnCollision.RENAME,
    scope: str | None = None,
    knows: Callable[[str], bool] | None = None,
) -> ExportPlan:
    """What exporting these versions into `folder` would do; `knows` as for `plan_export`.

    Raises UsageError where the target has a place for none of them.
    """
    if on_collision not in tuple(OnCollision):
        raise UsageError(f"unknown way {on_collision!r} to meet collisions", hint="rename or error")
    chosen = target_named(target)
    made = chosen.export(versions, OnCollision(on_collision), Scope(scope or Scope.PROJECT))
    if not made.files:
        first = made.skipped[0]
        raise UsageError(
            f"{target} has no place for {first.handle}: {first.reason}",
            hint="`convexpert agents export --list` names the targets",
        )
    return plan_export(made, folder, chosen, knows=knows)
