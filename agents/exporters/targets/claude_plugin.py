"""A Claude Code plugin: subagents, skills and commands with a manifest and a marketplace entry."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

from agents.claude_loading import as_skill, read_claude_head
from agents.document import DocumentKind, digest_of
from agents.exporters.base import (
    Exported,
    ExportFile,
    OnCollision,
    Scope,
    Skipped,
    exported,
    file_name,
)
from agents.exporters.head import with_clean_head
from agents.exporters.markdown import description_of
from agents.exporters.pieces import skipped, text
from agents.exporters.targets.claude import subagents
from agents.registry.version import AgentVersion

PLUGIN = "convexpert-agents"
_SUMMARY = "Agents, skills and commands from a convexpert registry"


class ClaudePluginTarget:
    """A folder that is a plugin and a marketplace with that one plugin.

    `claude plugin marketplace add DIR`, then `claude plugin install convexpert-agents@convexpert`.
    """

    name = "claude-plugin"
    summary = "Claude Code plugin with marketplace entry (agents, skills, commands)"

    def folder(self, scope: Scope) -> str | None:
        """A folder of its own; plugins are installed from there."""
        return ".convexpert-plugin" if scope is Scope.PROJECT else ".claude/convexpert-plugin"

    def export(
        self, versions: Sequence[AgentVersion], on_collision: OnCollision, scope: Scope
    ) -> Exported:
        """`agents/`, `skills/`, `commands/` and `.claude-plugin/`."""
        agents = [v for v in versions if v.document.kind is DocumentKind.SUBAGENT]
        files = [
            replace(file, path=f"agents/{file.path}")
            for file in subagents(agents, on_collision, strict=True)
        ]
        left: list[Skipped] = []
        for version in versions:
            kind = version.document.kind
            if kind is DocumentKind.SKILL:
                files.append(skill_file(version, "skills"))
            elif kind is DocumentKind.COMMAND:
                files.append(command_file(version, f"commands/{file_name(version.handle, '.md')}"))
            elif kind is not DocumentKind.SUBAGENT:
                reason = "a plugin holds agents, skills and commands; --to agents-md takes it"
                left.append(skipped(version, reason))
        return exported([*files, *_manifests()] if files else [], left)


def _manifests() -> list[ExportFile]:
    plugin = {
        "name": PLUGIN,
        "version": "1.0.0",
        "description": _SUMMARY,
        "author": {"name": "convexpert"},
    }
    marketplace = {
        "name": "convexpert",
        "owner": {"name": "convexpert"},
        "metadata": {"description": _SUMMARY},
        "plugins": [{"name": PLUGIN, "source": "./", "description": _SUMMARY}],
    }
    return [
        _manifest("plugin.json", plugin),
        _manifest("marketplace.json", marketplace),
    ]


def _manifest(name: str, content: object) -> ExportFile:
    raw = (json.dumps(content, indent=2) + "\n").encode()
    return ExportFile(f".claude-plugin/{name}", raw, "", 0, digest_of(raw))


def skill_file(version: AgentVersion, folder: str) -> ExportFile:
    """A skill as `FOLDER/HANDLE/SKILL.md`: its exact bytes, unless its head can't be read.

    Today's readers of skills know one by its folder, and read `name` and `description`.
    """
    document = version.document
    content, notes = version.raw, []
    head = read_claude_head(content.decode())
    if head.repaired or as_skill(head).description is None:
        description = description_of(document, version.handle)[0]
        content = with_clean_head(document, {"name": version.handle, "description": description})
        notes.append("frontmatter written anew, readers of skills can't read it as it is")
    path = f"{folder}/{file_name(version.handle, '')}/SKILL.md"
    return text(version, path, content, notes, original=version.raw)


def command_file(version: AgentVersion, path: str) -> ExportFile:
    """A command's exact bytes, unless its head is no YAML."""
    head = read_claude_head(version.raw.decode())
    content, notes = version.raw, []
    if head.found and (head.repaired or head.problem is not None):
        content = with_clean_head(version.document, {})
        notes.append("frontmatter rewritten, as it is no YAML")
    return text(version, path, content, notes, original=version.raw)


TARGETS = (ClaudePluginTarget(),)
