"""Cline: rules, and workflows for commands."""

from __future__ import annotations

from collections.abc import Sequence

from agents.document import DocumentKind
from agents.exporters.base import Exported, ExportFile, OnCollision, Scope, file_name
from agents.exporters.capabilities import unsaid
from agents.exporters.markdown import HeadValue, body_of
from agents.exporters.pieces import always, applies_to, export_each, text, whole
from agents.registry.version import AgentVersion

_KNOWN = ("globs", "alwaysApply", "applyTo", "paths", "trigger", "inclusion")


class ClineTarget:
    """A rule is Markdown; only `paths` in its head means something to Cline."""

    name = "cline"
    summary = "Cline rules (.clinerules/*.md) and workflows"

    def folder(self, scope: Scope) -> str | None:
        """`.clinerules`, or the folder of rules among the user's documents."""
        return ".clinerules" if scope is Scope.PROJECT else "Documents/Cline/Rules"

    def export(
        self, versions: Sequence[AgentVersion], on_collision: OnCollision, scope: Scope
    ) -> Exported:
        """Rules side by side, commands in `workflows/`."""
        return export_each(versions, _rule)


def _rule(version: AgentVersion) -> ExportFile:
    document = version.document
    notes = list(unsaid(document, _KNOWN, "a Cline rule"))
    if document.frontmatter.values.get("tools"):
        notes.insert(0, "`tools` can't be said in a Cline rule")
    if document.kind is DocumentKind.COMMAND:
        path = f"workflows/{file_name(version.handle, '.md')}"
        return text(version, path, body_of(document).lstrip("\r\n").encode(), notes)
    path = file_name(version.handle, ".md")
    globs = applies_to(document)
    if globs and not always(document):
        fields: dict[str, HeadValue] = {"paths": globs}
        return whole(version, path, fields, notes)
    if document.kind in (DocumentKind.SUBAGENT, DocumentKind.SKILL):
        notes.append("is read for every task, Cline can't choose rules by their description")
    is_plain = document.frontmatter.lines is None
    content = version.raw if is_plain else body_of(document).lstrip("\r\n").encode()
    return text(version, path, content, notes, original=version.raw)


TARGETS = (ClineTarget(),)
