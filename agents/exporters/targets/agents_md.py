"""AGENTS.md: one file that many tools read, with a block for each document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from agents.exporters.base import Exported, ExportFile, OnCollision, Scope
from agents.exporters.capabilities import unsaid
from agents.exporters.pieces import export_each
from agents.exporters.targets.codex import instructions_block, with_size_notes
from agents.registry.version import AgentVersion

_SHARED = "AGENTS.md"


class AgentsMdTarget:
    """Blocks between marks; what people wrote around them stays as it is."""

    name = "agents-md"
    summary = "AGENTS.md, a block for each document beside your own text"

    def folder(self, scope: Scope) -> str | None:
        """The project's own folder; there is no such file for a user."""
        return "." if scope is Scope.PROJECT else None

    def export(
        self, versions: Sequence[AgentVersion], on_collision: OnCollision, scope: Scope
    ) -> Exported:
        """Blocks of `AGENTS.md`."""
        return with_size_notes(export_each(versions, _block), _SHARED)


def _block(version: AgentVersion) -> ExportFile:
    file = instructions_block(version, _SHARED)
    known = ("globs", "alwaysApply", "applyTo", "paths", "trigger", "inclusion")
    notes = [*file.notes, *unsaid(version.document, known, "AGENTS.md")]
    if version.document.frontmatter.values.get("tools"):
        notes.append("`tools` can't be said in AGENTS.md")
    return replace(file, notes=tuple(notes))


TARGETS = (AgentsMdTarget(),)
