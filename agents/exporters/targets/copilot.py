"""GitHub Copilot: custom agents, instructions, prompts and skills."""

from __future__ import annotations

from collections.abc import Sequence

from agents.document import DocumentKind
from agents.exporters.base import Exported, ExportFile, OnCollision, Scope, file_name
from agents.exporters.capabilities import granted, unsaid
from agents.exporters.markdown import HeadValue, description_of, split_body
from agents.exporters.pieces import Made, always, applies_to, block, export_each, whole
from agents.exporters.targets.claude_plugin import skill_file
from agents.registry.version import AgentVersion

MAX_PROMPT = 30_000
"""Characters of a custom agent's prompt, by GitHub's reference."""
_ROOM = 400
"""Characters that the word on the other parts takes."""
_TOOLS = {
    "read": "read",
    "edit": "edit",
    "search": "search",
    "run": "execute",
    "web": "web",
    "plan": "todo",
    "delegate": "agent",
}
_MODELS = {
    "sonnet": "Claude Sonnet 5",
    "opus": "Claude Opus 4.8",
    "haiku": "Claude Haiku 4.5",
}
_SHARED = "copilot-instructions.md"


class CopilotTarget:
    """Each kind goes to its own place: agents, path-specific instructions, prompts, skills.

    What holds for the whole repository becomes a block of `copilot-instructions.md`.
    """

    name = "copilot"
    summary = "GitHub Copilot custom agents and instructions (.github)"

    def folder(self, scope: Scope) -> str | None:
        """`.github` of a repository; `~/.copilot` is the command line's."""
        return ".github" if scope is Scope.PROJECT else ".copilot"

    def export(
        self, versions: Sequence[AgentVersion], on_collision: OnCollision, scope: Scope
    ) -> Exported:
        """`agents/`, `instructions/`, `prompts/`, `skills/` and `copilot-instructions.md`."""

        def made(version: AgentVersion) -> Made:
            match version.document.kind:
                case DocumentKind.SUBAGENT:
                    return _agent(version)
                case DocumentKind.SKILL:
                    return skill_file(version, "skills")
                case DocumentKind.COMMAND:
                    return _prompt(version)
                case _:
                    return instructions(version)

        return export_each(versions, made)


class CopilotInstructionsTarget:
    """Everything as instructions, for editors without custom agents."""

    name = "copilot-instructions"
    summary = "GitHub Copilot instructions only (.github/instructions/*.instructions.md)"

    def folder(self, scope: Scope) -> str | None:
        """`.github`; instructions for a user are kept in the editor's settings."""
        return ".github" if scope is Scope.PROJECT else None

    def export(
        self, versions: Sequence[AgentVersion], on_collision: OnCollision, scope: Scope
    ) -> Exported:
        """`instructions/` and `copilot-instructions.md`."""
        return export_each(versions, instructions)


def _agent(version: AgentVersion) -> list[ExportFile]:
    document = version.document
    tools = granted(document, _TOOLS, mcp="{server}/{tool}", target="Copilot")
    notes = [*tools.notes, *unsaid(document, ("model",), "a Copilot agent")]
    fields: dict[str, HeadValue] = {
        "name": document.name,
        "description": description_of(document, version.handle)[0],
    }
    if tools.names is not None:
        fields["tools"] = tools.names
    model = document.frontmatter.values.get("model")
    if isinstance(model, str) and model.strip().lower() in _MODELS:
        fields["model"] = _MODELS[model.strip().lower()]
    elif model and model != "inherit":
        notes.append(f"the model `{str(model)[:60]}` is left out, Copilot takes its default")
    path = f"agents/{file_name(version.handle, '.agent.md')}"
    first, *rest = split_body(document, MAX_PROMPT)
    if not rest:
        return [whole(version, path, fields, notes)]
    first, *rest = split_body(document, MAX_PROMPT - _ROOM)
    names = [
        f"instructions/{file_name(version.handle, f'-part-{number}.instructions.md')}"
        for number, _ in enumerate(rest, 2)
    ]
    notes.append(
        f"split into {len(rest) + 1} parts, a prompt has at most {MAX_PROMPT:,} characters"
    )
    others = ", ".join(f"`../{name}`" for name in names)
    pointer = f"\n\nThese instructions go on in {others}; read all of it before you begin.\n"
    files = [whole(version, path, fields, notes, body=first.rstrip() + pointer)]
    for number, (name, part) in enumerate(zip(names, rest, strict=True), 2):
        head: dict[str, HeadValue] = {"description": f"{version.handle}, part {number}"}
        files.append(whole(version, name, head, (f"part {number} of {version.handle}",), body=part))
    return files


def instructions(version: AgentVersion) -> ExportFile:
    """Instructions for some files; for all of them a block of the repository's own file."""
    document = version.document
    known = ("globs", "alwaysApply", "applyTo", "paths", "trigger", "inclusion", "excludeAgent")
    notes = list(unsaid(document, known, "Copilot's instructions"))
    if document.kind is DocumentKind.INSTRUCTIONS:
        return block(version, _SHARED, notes)
    globs = applies_to(document)
    description, own = description_of(document, version.handle)
    if document.kind is DocumentKind.SUBAGENT:
        notes.append("as instructions it is no agent of its own, and its tools are not limited")
    fields: dict[str, HeadValue] = {"description": description} if own else {}
    fields["applyTo"] = ",".join(globs) if globs else "**"
    if not globs and not always(document):
        notes.append("applies to all files, Copilot can't choose by the description everywhere")
    return whole(
        version, f"instructions/{file_name(version.handle, '.instructions.md')}", fields, notes
    )


def _prompt(version: AgentVersion) -> ExportFile:
    document = version.document
    notes = unsaid(document, ("argument-hint",), "a Copilot prompt")
    fields: dict[str, HeadValue] = {"description": description_of(document, version.handle)[0]}
    return whole(version, f"prompts/{file_name(version.handle, '.prompt.md')}", fields, notes)


TARGETS = (
    CopilotTarget(),
    CopilotInstructionsTarget(),
)
