"""Gemini CLI: subagents, skills, commands, and blocks of `GEMINI.md`."""

from __future__ import annotations

from collections.abc import Sequence

from agents.document import DocumentKind
from agents.exporters.base import Exported, ExportFile, OnCollision, Scope, file_name, unique_slugs
from agents.exporters.capabilities import granted, unsaid
from agents.exporters.markdown import HeadValue, body_of, description_of
from agents.exporters.pieces import Made, export_each, text, toml_string, whole
from agents.exporters.targets.claude_plugin import skill_file
from agents.exporters.targets.codex import instructions_block
from agents.registry.version import AgentVersion

_TOOLS = {
    "Read": "read_file",
    "Write": "write_file",
    "edit": "replace",
    "Grep": "grep_search",
    "Glob": "glob",
    "LS": "list_directory",
    "run": "run_shell_command",
    "WebFetch": "web_fetch",
    "WebSearch": "google_web_search",
    "plan": "write_todos",
    "skill": "activate_skill",
}


class GeminiTarget:
    """A subagent has `name`, `description`, `tools` and `model`; unknown keys are refused there.

    Claude's models don't exist in Gemini CLI, so an agent takes the session's.
    """

    name = "gemini"
    summary = "Gemini CLI subagents (.gemini/agents/*.md), skills, commands, GEMINI.md"

    def folder(self, scope: Scope) -> str | None:
        """The project's own folder, or the user's home."""
        return "."

    def export(
        self, versions: Sequence[AgentVersion], on_collision: OnCollision, scope: Scope
    ) -> Exported:
        """`.gemini/agents/`, `.gemini/skills/`, `.gemini/commands/` and blocks of `GEMINI.md`."""
        shared = "GEMINI.md" if scope is Scope.PROJECT else ".gemini/GEMINI.md"
        names = unique_slugs([version.handle for version in versions])

        def made(version: AgentVersion) -> Made:
            match version.document.kind:
                case DocumentKind.SUBAGENT:
                    return _agent(version, names[version.handle])
                case DocumentKind.SKILL:
                    return skill_file(version, ".gemini/skills")
                case DocumentKind.COMMAND:
                    return _command(version)
                case _:
                    return instructions_block(version, shared)

        return export_each(versions, made)


def _agent(version: AgentVersion, name: str) -> ExportFile:
    document = version.document
    tools = granted(document, _TOOLS, mcp="mcp_{server}_{tool}", target="Gemini CLI")
    notes = [*tools.notes, *unsaid(document, ("model", "maxTurns"), "a Gemini CLI subagent")]
    fields: dict[str, HeadValue] = {
        "name": name,
        "description": description_of(document, version.handle)[0],
    }
    if name != document.name:
        notes.append(f"is called `{name}`: names there are small letters, digits, `-` and `_`")
    if tools.names is not None:
        fields["tools"] = tools.names
    model = document.frontmatter.values.get("model")
    if isinstance(model, str) and model.startswith("gemini-"):
        fields["model"] = model
    elif model not in (None, "", "inherit"):
        notes.append(f"the model `{str(model)[:60]}` is left out, Gemini CLI has none of it")
    return whole(version, f".gemini/agents/{file_name(version.handle, '.md')}", fields, notes)


def _command(version: AgentVersion) -> ExportFile:
    document = version.document
    notes = unsaid(document, ("argument-hint",), "a Gemini CLI command")
    prompt = body_of(document).strip("\r\n").replace("$ARGUMENTS", "{{args}}")
    lines = [
        f"description = {toml_string(description_of(document, version.handle)[0])}",
        f"prompt = {toml_string(prompt)}",
    ]
    path = f".gemini/commands/{file_name(version.handle, '.toml')}"
    return text(version, path, ("\n".join(lines) + "\n").encode(), notes)


TARGETS = (GeminiTarget(),)
