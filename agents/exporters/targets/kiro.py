"""Kiro: custom agents, steering and skills."""

from __future__ import annotations

from collections.abc import Sequence

from agents.document import DocumentKind
from agents.exporters.base import Exported, ExportFile, OnCollision, Scope, file_name
from agents.exporters.capabilities import granted, unsaid
from agents.exporters.markdown import HeadValue, description_of
from agents.exporters.pieces import Made, always, applies_to, export_each, whole
from agents.exporters.targets.claude_plugin import skill_file
from agents.registry.version import AgentVersion

_TOOLS = {"read": "read", "search": "read", "edit": "write", "run": "shell", "web": "web"}


class KiroTarget:
    """Agents name kinds of tools; steering says by `inclusion` when it is read."""

    name = "kiro"
    summary = "Kiro agents (.kiro/agents/*.md), steering and skills"

    def folder(self, scope: Scope) -> str | None:
        """`.kiro`, in a project as in the user's home."""
        return ".kiro"

    def export(
        self, versions: Sequence[AgentVersion], on_collision: OnCollision, scope: Scope
    ) -> Exported:
        """`agents/`, `steering/` and `skills/`."""

        def made(version: AgentVersion) -> Made:
            match version.document.kind:
                case DocumentKind.SUBAGENT:
                    return _agent(version)
                case DocumentKind.SKILL:
                    return skill_file(version, "skills")
                case _:
                    return _steering(version)

        return export_each(versions, made)


def _agent(version: AgentVersion) -> ExportFile:
    document = version.document
    tools = granted(document, _TOOLS, mcp="@{server}/{tool}", target="Kiro")
    notes = [*tools.notes, *unsaid(document, ("model",), "a Kiro agent")]
    fields: dict[str, HeadValue] = {
        "name": version.handle,
        "description": description_of(document, version.handle)[0],
    }
    if tools.names is not None:
        fields["tools"] = tools.names
    model = document.frontmatter.values.get("model")
    if model not in (None, "", "inherit"):
        notes.append(f"the model `{str(model)[:60]}` is left out, Kiro takes the session's")
    return whole(version, f"agents/{file_name(version.handle, '.md')}", fields, notes)


def _steering(version: AgentVersion) -> ExportFile:
    document = version.document
    known = ("globs", "alwaysApply", "applyTo", "paths", "trigger", "inclusion", "fileMatchPattern")
    notes = unsaid(document, known, "Kiro's steering")
    globs = applies_to(document)
    description, own = description_of(document, version.handle)
    fields: dict[str, HeadValue]
    if document.kind is DocumentKind.COMMAND:
        fields = {"inclusion": "manual"}
    elif always(document):
        fields = {"inclusion": "always"}
    elif globs:
        fields = {
            "inclusion": "fileMatch",
            "fileMatchPattern": globs[0] if len(globs) == 1 else globs,
        }
    elif own:
        fields = {"inclusion": "auto", "name": version.handle, "description": description}
    else:
        fields = {"inclusion": "manual"}
    return whole(version, f"steering/{file_name(version.handle, '.md')}", fields, notes)


TARGETS = (KiroTarget(),)
