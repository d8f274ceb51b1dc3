"""Roo Code: custom modes with their rules, and rules for all modes."""

from __future__ import annotations

import json
from collections.abc import Sequence

from agents.document import DocumentKind
from agents.exporters.base import (
    Exported,
    ExportFile,
    OnCollision,
    Scope,
    Sharing,
    file_name,
    unique_slugs,
)
from agents.exporters.capabilities import EDIT, READ, RUN, SEARCH, WEB, abilities_of, unsaid
from agents.exporters.markdown import body_of, description_of
from agents.exporters.pieces import Made, applies_to, export_each, text
from agents.exporters.targets.claude_plugin import skill_file
from agents.head_fields import tool_names
from agents.registry.version import AgentVersion

_GROUPS = (("read", {READ, SEARCH}), ("edit", {EDIT}), ("browser", {WEB}), ("command", {RUN}))
_MAX_ROLE = 600


class RooTarget:
    """A subagent becomes a mode: a block of `.roomodes`, and its text in `.roo/rules-SLUG`."""

    name = "roo"
    summary = "Roo Code modes (.roomodes, .roo/rules-SLUG) and rules (.roo/rules)"

    def folder(self, scope: Scope) -> str | None:
        """The project's own folder; a user's modes are kept by the editor."""
        return "." if scope is Scope.PROJECT else None

    def export(
        self, versions: Sequence[AgentVersion], on_collision: OnCollision, scope: Scope
    ) -> Exported:
        """`.roomodes`, `.roo/rules-SLUG/`, `.roo/rules/`, `.roo/commands/` and `.roo/skills/`."""
        slugs = unique_slugs([version.handle for version in versions], underscores=False)

        def made(version: AgentVersion) -> Made:
            name = file_name(version.handle, ".md")
            match version.document.kind:
                case DocumentKind.SUBAGENT:
                    return _mode(version, slugs[version.handle])
                case DocumentKind.SKILL:
                    return skill_file(version, ".roo/skills")
                case DocumentKind.COMMAND:
                    return _rule(version, f".roo/commands/{name}")
                case _:
                    return _rule(version, f".roo/rules/{name}")

        return export_each(versions, made)


def _mode(version: AgentVersion, slug: str) -> list[ExportFile]:
    document = version.document
    notes = list(unsaid(document, (), "a Roo Code mode"))
    description = description_of(document, version.handle)[0]
    abilities = abilities_of(document)
    names = tool_names(document.frontmatter.values.get("tools")) or ()
    groups = [
        group for group, needed in _GROUPS if abilities is None or not needed.isdisjoint(abilities)
    ]
    if abilities is None or any(name.startswith("mcp__") for name in names):
        groups.append("mcp")
    if abilities is not None:
        notes.append(f"`tools` became the groups {', '.join(groups) or 'none'}")
    lines = [
        f"  - slug: {slug}",
        f"    name: {_quoted(document.name)}",
        f"    description: {_quoted(description[:200])}",
        f"    roleDefinition: {_quoted(_role(document.name, description))}",
        f"    whenToUse: {_quoted(description)}",
        f"    groups: [{', '.join(groups)}]",
    ]
    mode = ExportFile(
        ".roomodes",
        ("\n".join(lines) + "\n").encode(),
        version.handle,
        version.number,
        version.digest,
        tuple(notes),
        sharing=Sharing.YAML,
        opening="customModes:",
    )
    body = body_of(document).lstrip("\r\n").encode()
    rules = f".roo/rules-{slug}/{file_name(version.handle, '.md')}"
    return [mode, text(version, rules, body)]


def _role(name: str, description: str) -> str:
    role = f"You are {name}. {description}"
    return role if len(role) <= _MAX_ROLE else f"{role[: _MAX_ROLE - 1].rstrip()}…"


def _rule(version: AgentVersion, path: str) -> ExportFile:
    notes = list(unsaid(version.document, ("globs", "applyTo", "paths"), "a Roo Code rule"))
    globs = applies_to(version.document)
    if globs:
        notes.append(f"holds for all files, not only for `{', '.join(globs)[:100]}`")
    return text(version, path, body_of(version.document).lstrip("\r\n").encode(), notes)


def _quoted(value: str) -> str:
    """A double-quoted YAML scalar on one line; JSON's strings are such."""
    return json.dumps(value, ensure_ascii=True)


TARGETS = (RooTarget(),)
