"""OpenCode: agents, commands and skills."""

from __future__ import annotations

from collections.abc import Sequence

from agents.document import Document, DocumentKind
from agents.exporters.base import Exported, ExportFile, OnCollision, Scope, file_name
from agents.exporters.capabilities import granted, model_of, unsaid
from agents.exporters.markdown import HeadValue, description_of
from agents.exporters.pieces import Made, export_each, skipped, whole
from agents.exporters.targets.claude_plugin import skill_file
from agents.registry.version import AgentVersion

_TOOLS = {
    "read": "read",
    "edit": "edit",
    "Grep": "grep",
    "Glob": "glob",
    "LS": "list",
    "run": "bash",
    "WebFetch": "webfetch",
    "WebSearch": "websearch",
    "plan": "todowrite",
    "delegate": "task",
    "skill": "skill",
}
_COLOURS = {
    "red": "#ef4444",
    "blue": "#3b82f6",
    "green": "#22c55e",
    "yellow": "#eab308",
    "purple": "#a855f7",
    "orange": "#f97316",
    "pink": "#ec4899",
    "cyan": "#06b6d4",
}


class OpenCodeTarget:
    """An agent is called by its file; what it may not use is denied by `permission`.

    A `tools` text as Claude Code has it would keep OpenCode from starting.
    """

    name = "opencode"
    summary = "OpenCode agents (.opencode/agents/*.md), commands and skills"

    def folder(self, scope: Scope) -> str | None:
        """`.opencode`, or `.config/opencode` in the user's home."""
        return ".opencode" if scope is Scope.PROJECT else ".config/opencode"

    def export(
        self, versions: Sequence[AgentVersion], on_collision: OnCollision, scope: Scope
    ) -> Exported:
        """`agents/`, `commands/` and `skills/`."""

        def made(version: AgentVersion) -> Made:
            match version.document.kind:
                case DocumentKind.SUBAGENT:
                    return _agent(version)
                case DocumentKind.SKILL:
                    return skill_file(version, "skills")
                case DocumentKind.COMMAND:
                    return _command(version)
                case _:
                    reason = "OpenCode reads rules from AGENTS.md; --to agents-md takes it"
                    return skipped(version, reason)

        return export_each(versions, made)


def _agent(version: AgentVersion) -> ExportFile:
    document = version.document
    tools = granted(document, _TOOLS, mcp="{server}_{tool}", target="OpenCode")
    known = ("model", "color", "mode", "temperature", "permission", "maxTurns")
    notes = [*tools.notes, *unsaid(document, known, "an OpenCode agent")]
    fields: dict[str, HeadValue] = {
        "description": description_of(document, version.handle)[0],
        "mode": "subagent",
    }
    model = model_of(document)
    if model is not None:
        fields["model"] = model if "/" in model else f"anthropic/{model}"
    if tools.names is not None:
        fields["permission"] = {"*": "deny", **dict.fromkeys(tools.names, "allow")}
    colour = document.frontmatter.values.get("color")
    if isinstance(colour, str) and colour in _COLOURS:
        fields["color"] = _COLOURS[colour]
    if document.name != version.handle:
        notes.append(f"is called `{version.handle}`, by its file")
    return whole(
        version, f"agents/{file_name(version.handle, '.md')}", _kept(document, fields), notes
    )


def _command(version: AgentVersion) -> ExportFile:
    document = version.document
    notes = unsaid(document, ("argument-hint",), "an OpenCode command")
    fields: dict[str, HeadValue] = {"description": description_of(document, version.handle)[0]}
    return whole(version, f"commands/{file_name(version.handle, '.md')}", fields, notes)


def _kept(document: Document, fields: dict[str, HeadValue]) -> dict[str, HeadValue]:
    """A mode that an agent for OpenCode says itself stays."""
    mode = document.frontmatter.values.get("mode")
    if isinstance(mode, str) and mode in ("primary", "subagent", "all"):
        fields["mode"] = mode
    return fields


TARGETS = (OpenCodeTarget(),)
