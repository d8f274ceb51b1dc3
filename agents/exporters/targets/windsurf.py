"""Windsurf: rules, workflows and skills."""

from __future__ import annotations

from collections.abc import Sequence

from agents.document import DocumentKind
from agents.exporters.base import Exported, ExportFile, OnCollision, Scope, file_name
from agents.exporters.capabilities import unsaid
from agents.exporters.markdown import HeadValue, description_of, one_line, split_body, with_head
from agents.exporters.pieces import Made, always, applies_to, export_each, whole
from agents.exporters.targets.claude_plugin import skill_file
from agents.registry.version import AgentVersion

MAX_RULE = 12_000
"""Characters of a rule's or workflow's file, its head counted too."""
_MAX_DESCRIPTION = 1_000
_KNOWN = ("globs", "alwaysApply", "applyTo", "paths", "trigger", "inclusion", "model", "color")


class WindsurfTarget:
    """A rule says by `trigger` when it is read; longer documents become several rules."""

    name = "windsurf"
    summary = "Windsurf rules (.windsurf/rules/*.md), workflows and skills"

    def folder(self, scope: Scope) -> str | None:
        """`.windsurf`; a user has only one file of 6,000 characters for all rules."""
        return ".windsurf" if scope is Scope.PROJECT else None

    def export(
        self, versions: Sequence[AgentVersion], on_collision: OnCollision, scope: Scope
    ) -> Exported:
        """`rules/`, `workflows/` and `skills/`."""

        def made(version: AgentVersion) -> Made:
            if version.document.kind is DocumentKind.SKILL:
                return skill_file(version, "skills")
            return _rules(version)

        return export_each(versions, made)


def _rules(version: AgentVersion) -> list[ExportFile]:
    document = version.document
    folder = "workflows" if document.kind is DocumentKind.COMMAND else "rules"
    fields = _head(version, folder)
    notes = list(unsaid(document, _KNOWN, "a Windsurf rule"))
    lost = [key for key in ("tools", "model") if document.frontmatter.values.get(key)]
    if lost:
        named = " and ".join(f"`{key}`" for key in lost)
        notes.insert(0, f"{named} can't be said in a Windsurf rule")
    one = whole(version, f"{folder}/{file_name(version.handle, '.md')}", fields, notes)
    if len(one.content.decode()) <= MAX_RULE:
        return [one]
    room = MAX_RULE - len(with_head(fields, "\n").decode()) - 100
    parts = split_body(document, room)
    notes.append(f"split into {len(parts)} rules, one has at most {MAX_RULE:,} characters")
    files = []
    for number, part in enumerate(parts, 1):
        head = dict(fields)
        if isinstance(head.get("description"), str):
            head["description"] = f"{head['description']} (part {number} of {len(parts)})"
        path = f"{folder}/{file_name(version.handle, f'-part-{number}.md')}"
        said = notes if number == 1 else [f"part {number} of {len(parts)}"]
        files.append(whole(version, path, head, said, body=part))
    return files


def _head(version: AgentVersion, folder: str) -> dict[str, HeadValue]:
    document = version.document
    description = one_line(description_of(document, version.handle)[0])[:_MAX_DESCRIPTION]
    if folder == "workflows":
        return {"description": description}
    globs = applies_to(document)
    if always(document):
        return {"trigger": "always_on", "description": description}
    if globs:
        return {"trigger": "glob", "globs": ",".join(globs), "description": description}
    return {"trigger": "model_decision", "description": description}


TARGETS = (WindsurfTarget(),)
