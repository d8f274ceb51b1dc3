"""Codex: agents as TOML, skills, and blocks of `AGENTS.md`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from agents.document import DocumentKind
from agents.exporters.base import Exported, ExportFile, OnCollision, Scope, file_name, unique_slugs
from agents.exporters.capabilities import EDIT, RUN, abilities_of, unsaid
from agents.exporters.markdown import body_of, description_of
from agents.exporters.pieces import Made, applies_to, block, export_each, skipped, text, toml_string
from agents.exporters.targets.claude_plugin import skill_file
from agents.head_fields import tool_names
from agents.registry.version import AgentVersion

MAX_INSTRUCTIONS = 32 * 1024
"""Bytes of all `AGENTS.md` together that Codex reads unless `project_doc_max_bytes` says more."""


class CodexTarget:
    """An agent's file has `name`, `description` and `developer_instructions`.

    Tools can't be named; an agent that may neither edit nor run anything gets a read-only sandbox.
    """

    name = "codex"
    summary = "Codex agents (.codex/agents/*.toml), skills (.agents/skills), AGENTS.md"

    def folder(self, scope: Scope) -> str | None:
        """The project's own folder, or the user's home."""
        return "."

    def export(
        self, versions: Sequence[AgentVersion], on_collision: OnCollision, scope: Scope
    ) -> Exported:
        """`.codex/agents/`, `.agents/skills/` and blocks of `AGENTS.md`."""
        shared = "AGENTS.md" if scope is Scope.PROJECT else ".codex/AGENTS.md"
        names = unique_slugs([version.handle for version in versions])

        def made(version: AgentVersion) -> Made:
            match version.document.kind:
                case DocumentKind.SUBAGENT:
                    return _agent(version, names[version.handle])
                case DocumentKind.SKILL:
                    return skill_file(version, ".agents/skills")
                case DocumentKind.COMMAND:
                    return skipped(version, "Codex has no commands in files; make it a skill")
                case _:
                    return instructions_block(version, shared)

        return with_size_notes(export_each(versions, made), shared)


def instructions_block(version: AgentVersion, path: str) -> ExportFile:
    """A block of a file of instructions that hold for everything."""
    notes = []
    globs = applies_to(version.document)
    if globs:
        notes.append(f"holds for all files there, not only for `{', '.join(globs)[:100]}`")
    return block(version, path, notes)


def with_size_notes(export: Exported, shared: str) -> Exported:
    """The export, with a note on the blocks that stand past what Codex reads."""
    size = 0
    noted = []
    for file in export.files:
        if file.path == shared:
            size += len(file.content) + 120
            if size > MAX_INSTRUCTIONS:
                note = f"stands past the first {MAX_INSTRUCTIONS // 1024} KiB of {shared}, where"
                note += " Codex stops reading; export fewer, or raise `project_doc_max_bytes`"
                file = replace(file, notes=(*file.notes, note))
        noted.append(file)
    return replace(export, files=tuple(noted))


def _agent(version: AgentVersion, name: str) -> ExportFile:
    document = version.document
    values = document.frontmatter.values
    notes = list(unsaid(document, ("model",), "a Codex agent"))
    abilities = abilities_of(document)
    lines = [
        f"name = {toml_string(name)}",
        f"description = {toml_string(description_of(document, version.handle)[0])}",
    ]
    if tool_names(values.get("tools")) is not None and abilities is not None:
        if abilities.isdisjoint((EDIT, RUN)):
            lines.append('sandbox_mode = "read-only"')
            notes.append("`tools` became a read-only sandbox, Codex can't name an agent's tools")
        else:
            notes.append("`tools` are lost, Codex can't name an agent's tools")
    if tool_names(values.get("disallowedTools")):
        notes.append("`disallowedTools` can't be said in a Codex agent")
    if values.get("model") not in (None, "", "inherit"):
        notes.append(f"the model `{str(values['model'])[:60]}` is left out, Codex has none of it")
    lines.append(f"developer_instructions = {_text(body_of(document))}")
    path = f".codex/agents/{file_name(version.handle, '.toml')}"
    return text(version, path, ("\n".join(lines) + "\n").encode(), notes)


def _text(value: str) -> str:
    """A text over several lines, literal where that is possible, so that people can read it."""
    plain = value.replace("\r\n", "\n").replace("\r", "\n")
    readable = all(character in "\n\t" or character.isprintable() for character in plain)
    if readable and "'''" not in plain and not plain.endswith("'"):
        return f"'''\n{plain}'''"
    return toml_string(plain)


TARGETS = (CodexTarget(),)
